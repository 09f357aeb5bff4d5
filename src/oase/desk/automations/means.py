"""What rules need besides the database: the accounts, and who works when."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook
from oase.conversations.conditions import Group
from oase.desk.automations.types import Act
from oase.desk.hours import Timetable, Timetables
from oase.kernel.db import UnitOfWork


class Means(Struct, frozen=True):
    """The running parts of this process that rules use."""

    book: AccountBook
    timetables: Timetables


Hours = Mapping[UUID | None, Timetable]
"""The timetables of teams; of none: the company's."""


NO_HOURS: Final[Hours] = {}


def asks(groups: Iterable[Group], *whats: str) -> bool:
    """Whether one of the conditions asks for one of these."""
    return any(one.what in whats for group in groups for one in group.conditions)


def sleeps(acts: Iterable[Act]) -> bool:
    """Whether one of the acts needs to know when somebody is there again."""
    return any(one.do == "snooze_until_open" for one in acts)


def given_to(acts: Iterable[Act]) -> set[UUID | None]:
    """The teams that these acts give conversations to."""
    return {UUID(one.value) if one.value else None for one in acts if one.do == "team"}


async def hours_of(work: UnitOfWork, means: Means, teams: Iterable[UUID | None]) -> Hours:
    """When these teams work; no query while it is known to this process."""
    return {team: await means.timetables.of_team(work, team) for team in set(teams)}
