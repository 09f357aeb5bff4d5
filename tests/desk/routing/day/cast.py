"""What both sides of the day know: who works there, what is promised, and the form in which they say what they decided and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from bench.routing.world import Cell, Channel
from tests.desk.routing.day.life import Decision

from oase.desk.promises import Pace
from oase.desk.routing.rules import Need, Skills

PACES: Final[dict[Channel, Pace]] = {"chat": "live", "messenger": "messaging", "mail": "mail"}
PROMISED: Final[dict[Channel, int]] = {"chat": 120, "messenger": 900, "mail": 4 * 3600}
"""Seconds within which an answer is promised."""
SECOND: Final[dict[Pace, int]] = {"live": 900, "messaging": 3600, "mail": 24 * 3600}
"""How much later a second promise ends."""


@dataclass(frozen=True)
class Cast:
    """Who works at the desk, and how what customers need is called there."""

    begins: int  # seconds since 1970 at midnight
    agents: Sequence[Skills]  # by number, which is the order of their names
    skills: Mapping[str, UUID]

    def need(self, cell: Cell) -> Need:
        """What a customer needs."""
        taken = sorted(self.skills[name] for name in cell if name in self.skills)
        return Need(channel=PACES[cell[2]], skills=tuple((one, 1) for one in taken))


class Made(NamedTuple):
    """An offer, and why it was made."""

    decision: Decision
    since: float
    rule: int
    why: dict[str, float]


class Said(NamedTuple):
    """What a customer was told: of how long it takes, or until when it takes (alone)."""

    customer: int
    since: float
    seconds: tuple[float, ...]
