"""What can be said of waiting in a workspace now, for whatever tells customers."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from oase.desk.hours import Timetable, Timetables
from oase.desk.routing import Expected, expected_waits
from oase.desk.waits.rules import outlook
from oase.desk.waits.types import Wait
from oase.kernel.db import UnitOfWork


class Outlooks(Struct, frozen=True):
    """What routing foretells by pace, and the opening hours; good for some seconds."""

    expected: Mapping[str, Expected]
    timetable: Timetable

    def of(self, pace: str, now: datetime) -> Wait | None:
        """What is said to somebody who writes now, on a channel of this pace."""
        return outlook(self.expected.get(pace), now, self.timetable)


async def outlooks(work: UnitOfWork, timetables: Timetables) -> Outlooks:
    """For all channels of the workspace. One statement, where the hours are at hand."""
    return Outlooks(await expected_waits(work), await timetables.default(work))
