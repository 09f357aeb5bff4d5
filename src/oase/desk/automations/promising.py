"""What rules and macros promise: acts become promises of a conversation's own, and these facts that acts are compared with."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from oase.conversations.conditions import Facts
from oase.desk.automations.types import Act
from oase.desk.promises import Own, own_promises
from oase.kernel.db import UnitOfWork

_MINUTE = timedelta(minutes=1)


async def with_promises(work: UnitOfWork, facts: Mapping[UUID, Facts]) -> dict[UUID, Facts]:
    """The facts with what rules and macros promise there by now. One query."""
    own = await own_promises(work, list(facts))
    return {key: msgspec.structs.replace(one, own_promise=_value(own[key])) if key in own else one for key, one in facts.items()}


def _value(own: Own) -> str:
    return str(own.amount // _MINUTE) if own.amount else str(own.target_id or "")


def promised(acts: Sequence[Act], conversation_id: UUID, rule: str) -> list[Own]:
    """What these acts promise there: the last of them, if there is one."""
    found = [one for one in acts if one.do in ("promise", "target")][-1:]
    return [
        Own(conversation_id=conversation_id, rule=rule, amount=int(one.value) * _MINUTE)
        if one.do == "promise"
        else Own(conversation_id=conversation_id, rule=rule, target_id=UUID(one.value) if one.value else None)
        for one in found
    ]
