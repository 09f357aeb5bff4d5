"""What others ask about promises. One query each."""

from collections.abc import Sequence
from uuid import UUID

from oase.desk.promises import repository
from oase.desk.promises.types import Own, Policy, PromiseFacts, Standing
from oase.kernel.db import UnitOfWork

_HISTORY = 50


async def policy_of(work: UnitOfWork) -> Policy:
    """What the workspace promises."""
    return await repository.policy(work)


async def standing(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, list[Standing]]:
    """What is promised and not settled in these conversations, by conversation, a second promise after the first."""
    found: dict[UUID, list[Standing]] = {}
    for one in await repository.standing(work, conversation_ids):
        found.setdefault(one.conversation_id, []).append(one)
    return found


async def own_promises(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, Own]:
    """What rules and macros promise in these conversations, as far as they do."""
    return await repository.own(work, conversation_ids)


async def history(work: UnitOfWork, conversation_id: UUID) -> list[PromiseFacts]:
    """What was promised in a conversation and what became of it, the newest first, fifty at most."""
    return await repository.history(work, conversation_id, _HISTORY)
