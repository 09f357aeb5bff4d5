"""What was measured: response times, and what became of promises."""

from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import get
from msgspec import Meta, Struct

from oase.insights import LEAST_CASES, Line, QuotesOf, report
from oase.insights import QuotesKept as Kept
from oase.insights import Share as Measured
from oase.kernel.permissions import Permission
from oase.web.api.parts import GivenCaller
from oase.web.api.shapes import shown
from oase.web.given import GivenServices

_READ: Final = {"permission": Permission.REPORT_READ, "api": True}
Days = Annotated[int, Meta(description="7 or 28: cases asked in so many days.", examples=[28])]


class Share(Struct, frozen=True, kw_only=True):
    """How many of how many. A case counts once it was answered, or has waited longer than the span."""

    kept: int
    count: int


class ResponseTimes(Struct, frozen=True, kw_only=True):
    """What was measured of all cases, of a channel's, or of a team's."""

    days: Days
    by: Literal["all", "channel", "team"]
    channel: Annotated[str | None, Meta(description="Of `by` channel.", examples=["whatsapp"])]
    team_id: Annotated[UUID | None, Meta(description="Of `by` team; null: of no team.")]
    asked: int
    answered: int
    waiting: int
    closed: Annotated[int, Meta(description="Ended without an answer: nothing was owed any more.")]
    within_15_minutes: Share
    within_1_hour: Share
    within_promise: Share
    median_seconds: int | None
    nine_of_ten_seconds: Annotated[int | None, Meta(description="Nine of ten were answered within.")]


class PromisesKept(Struct, frozen=True, kw_only=True):
    """What became of promises of one kind made in so many days."""

    days: Days
    kind: Literal["first", "next", "solution"]
    number: Annotated[int, Meta(description="2: the promise told when the first one could not be kept.")]
    kept: int
    broken: Annotated[int, Meta(description="What is overdue and still open is broken already.")]


class QuotesKept(Struct, frozen=True, kw_only=True):
    """What became of waits that were foretold in so many days: nine of ten customers were to wait no longer."""

    days: Days
    of: Annotated[
        QuotesOf,
        Meta(description="`busy`: made while nobody was free; `learning`: said “usually”, and counted in none of the others."),
    ]
    kept: Annotated[Share | None, Meta(description="Null: fewer than 20 cases.")]


class ResponseTimesReport(Struct, frozen=True, kw_only=True):
    """All three."""

    response_times: list[ResponseTimes]
    promises: list[PromisesKept]
    quotes: list[QuotesKept]


def _share(measured: Measured) -> Share:
    return Share(kept=measured.kept, count=measured.count)


def _quotes(found: Kept) -> QuotesKept:
    enough = found.count >= LEAST_CASES
    return QuotesKept(days=found.days, of=found.of, kept=Share(kept=found.kept, count=found.count) if enough else None)


def _line(line: Line) -> ResponseTimes:
    return ResponseTimes(
        days=line.days,
        by="channel" if line.by == "channel" else "team" if line.by == "team" else "all",
        channel=line.channel or None,
        team_id=line.team_id,
        asked=line.asked,
        answered=line.answered,
        waiting=line.waiting,
        closed=line.closed,
        within_15_minutes=_share(line.quarter),
        within_1_hour=_share(line.hour),
        within_promise=_share(line.promise),
        median_seconds=line.median_seconds,
        nine_of_ten_seconds=line.most_seconds,
    )


@get("/reports/response-times", opt=_READ, summary="Read response times", tags=["Reports"])
async def read_response_times(services: GivenServices, caller: GivenCaller) -> ResponseTimesReport:
    """How long customers waited for answers in the past 7 and 28 days, by the clock, which promises were kept, and which of the
    waits that were foretold."""
    async with services.database.work(caller.workspace_id) as work:
        found = await report(work, services.timetables, services.clock.now())
    return ResponseTimesReport(
        response_times=[_line(one) for one in found.lines],
        promises=[shown(PromisesKept, one) for one in found.promises],
        quotes=[_quotes(one) for one in found.quotes],
    )


handlers: Final = [read_response_times]
