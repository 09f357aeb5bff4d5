"""The waits of four past weeks: of conversations that retention has taken, of which only what was measured stays.

The page of response times says something from the first minute on. Drawn from one seed: every demonstration has the same past.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from oase.channels import StoredAccount
from oase.insights import PastWait

_DAYS: Final = 28
_HOURS: Final = range(7, 22)


class _Habit(Struct, frozen=True):
    """How a channel is used: questions a day, and how long an answer takes: usually, and by what factor it varies."""

    a_day: int
    usual: timedelta
    varies: float
    promised: timedelta


_HABITS: Final[Mapping[str, _Habit]] = {
    "webchat": _Habit(6, timedelta(seconds=50), 1.7, timedelta(minutes=2)),
    "whatsapp": _Habit(8, timedelta(minutes=6), 1.9, timedelta(minutes=15)),
    "email": _Habit(5, timedelta(hours=3), 2.4, timedelta(hours=24)),
}


def past_waits(accounts: Sequence[StoredAccount], now: datetime) -> list[PastWait]:
    """The waits until yesterday, on the channels that customers of such a shop use most."""
    dice = Random(20261122)  # noqa: S311 - nothing is secret about a demonstration
    known = {one.channel: one.id for one in accounts}
    return [wait for channel in _HABITS if channel in known for wait in _of(channel, known[channel], now, dice)]


def _of(channel: str, account_id: UUID, now: datetime, dice: Random) -> Iterator[PastWait]:
    habit, today = _HABITS[channel], now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(1, _DAYS):
        for number in range(habit.a_day):
            asked = today - timedelta(days=day) + timedelta(hours=dice.choice(_HOURS), seconds=dice.randrange(3600))
            waited = habit.usual * habit.varies ** dice.gauss(0, 1)
            id = uuid5(account_id, f"{day} {number}")
            yield PastWait(
                id=id, conversation_id=uuid5(id, "conversation"), channel=channel, account_id=account_id,
                kind="first" if dice.random() < 0.6 else "next", asked_at=asked, due_at=asked + habit.promised,
                ended_at=min(asked + waited, now),
            )  # fmt: skip
