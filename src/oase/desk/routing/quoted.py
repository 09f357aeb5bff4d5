"""What became of the waits that customers were told: SQL over `wait_quote`, after they were written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork

_ANSWERED: Final = Batch(conversation_id="uuid", asked_at="timestamptz", waited="float8")
_CLOCKS_APART: Final = "interval '1 minute'"  # between when it was asked and since when it waits: providers' clocks differ


class Answered(Struct, frozen=True, kw_only=True):
    """A stretch of waiting that ended with an answer, after so many seconds of working time."""

    conversation_id: UUID
    asked_at: datetime
    waited: float


class StandingQuote(Struct, frozen=True, kw_only=True):
    """What is foretold to somebody who still waits: seconds of working time from `made_at` to the answer, in nine of ten cases.

    `usually`: not learnt yet.
    """

    conversation_id: UUID
    made_at: datetime
    seconds: float
    usually: bool


async def settle_quotes(work: UnitOfWork, answered: Sequence[Answered]) -> int:
    """Writes how long those waited who were told something, each once; gives how many. One statement, whatever their number."""
    if not answered:
        return 0
    return await work.run(
        "UPDATE wait_quote q SET waited = s.waited FROM (SELECT o.id, min(n.waited) AS waited"
        f" FROM {_ANSWERED.rows} JOIN wait_quote o ON o.workspace_id = %(workspace_id)s AND o.conversation_id = n.conversation_id"
        f" AND o.waiting_since BETWEEN n.asked_at - {_CLOCKS_APART} AND n.asked_at + {_CLOCKS_APART} AND o.waited IS NULL"
        " GROUP BY o.id) AS s WHERE q.workspace_id = %(workspace_id)s AND q.id = s.id",
        _ANSWERED.values(answered),
    )


async def standing_quotes(work: UnitOfWork, conversation_ids: Collection[UUID]) -> list[StandingQuote]:
    """What was foretold in these conversations of the waiting that goes on."""
    return await work.all(
        StandingQuote,
        "SELECT q.conversation_id, q.made_at, q.p90 + q.answer AS seconds, q.usually FROM wait_quote q"
        " JOIN conversation c ON c.workspace_id = q.workspace_id AND c.id = q.conversation_id AND c.waiting_since = q.waiting_since"
        " WHERE q.workspace_id = %(workspace_id)s AND q.conversation_id = ANY(%(ids)s) ORDER BY q.conversation_id",
        {"ids": sorted(conversation_ids)},
    )
