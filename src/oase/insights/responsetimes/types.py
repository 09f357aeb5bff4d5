"""Response times as values."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.insights.readmodels import PromisesKept, QuotesKept

DAYS: Final = (7, 28)
"""Ranges of days that figures are made for."""
LEAST_CASES: Final = 20
"""Of fewer cases nothing is said in public."""
QUARTER_SECONDS: Final = 15 * 60
HOUR_SECONDS: Final = 60 * 60


class Share(Struct, frozen=True, kw_only=True):
    """How many of how many."""

    kept: int
    count: int

    @property
    def enough(self) -> bool:
        """Whether there are enough cases to say it in public."""
        return self.count >= LEAST_CASES

    @property
    def percent(self) -> int:
        """Rounded down: what is not quite so many is not said to be."""
        return self.kept * 100 // self.count if self.count else 0


class Line(Struct, frozen=True, kw_only=True):
    """What was measured of the cases asked in a range of days: of all, of one channel, or of one team (None: of no team)."""

    days: int
    by: str  # "", "channel", "team"
    channel: str = ""
    team_id: UUID | None = None
    asked: int
    waiting: int
    closed: int  # ended without an answer: nothing was owed any more
    quarter: Share
    hour: Share
    promise: Share
    median_seconds: int | None
    most_seconds: int | None  # nine of ten were answered within

    @property
    def answered(self) -> int:
        """How many were answered."""
        return self.asked - self.waiting - self.closed


class Report(Struct, frozen=True, kw_only=True):
    """What leads see, whatever the number of cases."""

    lines: tuple[Line, ...]
    promises: tuple[PromisesKept, ...]
    quotes: tuple[QuotesKept, ...]


class Measured(Struct, frozen=True, kw_only=True):
    """What is known of the waits on a channel: in working seconds, nine of ten; with the number of cases behind it.

    `alike`: asked about this time of this weekday; `near`: about this time on such a day (Monday to Friday, or the weekend);
    `all`: in the past four weeks. `lately`: answered within the past hour.
    """

    channel: str
    alike: tuple[int, int | None]
    near: tuple[int, int | None]
    all: tuple[int, int | None]
    lately: tuple[int, int | None]
    waiting: int
    middle_asked_at: datetime | None  # half of those who wait now have asked before


class Expected(Struct, frozen=True, kw_only=True):
    """What can be said to somebody who writes now. `seconds`: of working time, nine of ten wait no longer; None: too few cases.

    `source`: what routing foretells now, or what was measured of such times; `count`: the cases that were measured.
    """

    channel: str
    source: Literal["routing", "measured"] = "measured"
    seconds: int | None = None
    count: int = 0
    by: datetime | None = None  # the moment that this means
    same_day: bool = True
    opens_at: datetime | None = None  # nobody works now; from then on again


class ChannelFigures(Struct, frozen=True, kw_only=True):
    """A channel in public."""

    channel: str
    expected: Expected
    lines: tuple[Line, ...]  # one of each range


class Opening(Struct, frozen=True, kw_only=True):
    """When somebody answers, by weekday from Monday: pairs of times of day. None: not said."""

    zone: str
    week: tuple[tuple[tuple[str, str], ...], ...]
    open_now: bool
    opens_at: datetime | None


class Figures(Struct, frozen=True, kw_only=True):
    """Everything that is public about the response times of a workspace at a moment."""

    workspace_id: UUID
    company: str
    slug: str
    language: str
    zone: str
    as_of: datetime
    channels: tuple[ChannelFigures, ...]
    overall: tuple[Line, ...]
    opening: Opening | None = None
    front: bool = False


class Choice(Struct, frozen=True, kw_only=True):
    """What of it is public, as the administrator chose."""

    on: bool = False
    channels: tuple[str, ...] = ()
    front: bool = False  # the page that says how to reach the company
