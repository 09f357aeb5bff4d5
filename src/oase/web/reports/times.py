"""Response times for those who lead: by channel and team, with what became of promises and of waits that were
foretold; as a page and as CSV.

The figures are those of the public page, but of all channels and whatever the number of cases, since here the number stands beside them.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromQuery
from msgspec import Struct

from oase.insights import DAYS, LEAST_CASES, Line, PromisesKept, QuotesKept, QuotesOf, Report, Share, report
from oase.kernel.i18n import Message, Translator, message
from oase.kernel.permissions import Permission
from oase.staff import list_teams
from oase.web.channels import manifests
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.REPORT_READ}
_SECOND: Final = message("Second promise, told when the first could not be kept")
_KINDS: Final = {
    "first": message("First answer"),
    "next": message("Further answers"),
    "solution": message("Solution"),
}


_QUOTES: Final[Mapping[QuotesOf, Message]] = {
    "all": message("All"),
    "live": message("Chats"),
    "messaging": message("Messengers"),
    "mail": message("Mail"),
    "busy": message("While nobody was free"),
    "learning": message("Said “usually”: not learnt yet"),
}


class Named(Struct, frozen=True):
    """A line with its name."""

    name: str
    line: Line


class _Read(Struct, frozen=True):
    report: Report
    teams: dict[UUID, str]


async def _read(services: Services, viewer: Viewer) -> _Read:
    async with services.database.work(viewer.workspace_id) as work:
        found = await report(work, services.timetables, services.clock.now())
        return _Read(found, {team.id: team.name for team in await list_teams(work)})


def _named(read: _Read, days: int, by: str, reader: Translator) -> list[Named]:
    """The lines of a range, by their names; what belongs to no team stands last."""
    names, german = manifests(), reader.language == "de"

    def name(line: Line) -> str:
        if line.by == "channel":
            manifest = names.get(line.channel)
            return line.channel if manifest is None else manifest.name.de if german else manifest.name.en
        if line.by == "team" and line.team_id is not None:
            return read.teams.get(line.team_id) or reader.gettext("A team that was deleted")
        return reader.gettext("No team") if line.by == "team" else reader.gettext("All channels")

    found = [Named(name(line), line) for line in read.report.lines if line.days == days and line.by == by]
    return sorted(found, key=lambda one: (one.line.by == "team" and one.line.team_id is None, one.name.casefold()))


@get("/reports/response-times", opt=_READ, include_in_schema=False)
async def show(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, days: FromQuery[int] = DAYS[-1]
) -> Response[Any]:
    """The page, of one range of days."""
    days = days if days in DAYS else DAYS[-1]
    read, reader = await _read(services, viewer), reader_of(request)
    overall = _named(read, days, "", reader)
    parts = [
        (message("By channel"), [*overall, *_named(read, days, "channel", reader)]),
        (message("By team"), _named(read, days, "team", reader)),
    ]
    promises = [one for one in read.report.promises if one.days == days]
    return render(
        request, "reports/times.html", days=days, ranges=DAYS, parts=parts,
        promises=promises, kind_name=promise_name, span_of=_span, quotes=_quotes(read, days), least=LEAST_CASES,
    )  # fmt: skip


def _quotes(read: _Read, days: int) -> list[tuple[Message, QuotesKept, Share]]:
    """Waits that were foretold, by their names."""
    return [(_QUOTES[one.of], one, Share(kept=one.kept, count=one.count)) for one in read.report.quotes if one.days == days]


def _span(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def promise_name(one: PromisesKept) -> Message:
    """What was promised."""
    return _KINDS[one.kind] if one.number == 1 else _SECOND


@get("/reports/response-times.csv", opt={**_READ, "quiet": True}, include_in_schema=False)
async def download(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[bytes]:
    """All of it as a table for spreadsheets: UTF-8 with its mark, so that they read umlauts."""
    read, reader = await _read(services, viewer), reader_of(request)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_rows(read, reader))
    headers = {"content-disposition": 'attachment; filename="response-times.csv"', "cache-control": "no-store"}
    return Response(("\ufeff" + text.getvalue()).encode(), media_type="text/csv", headers=headers)


_COLUMNS: Final = (
    "days", "by", "name", "asked", "answered", "waiting", "closed_unanswered", "within_15_minutes", "of", "within_1_hour", "of",
    "within_promise", "of", "median_seconds", "nine_of_ten_seconds",
)  # fmt: skip


def _rows(read: _Read, reader: Translator) -> Iterator[Sequence[object]]:
    for days in DAYS:
        for by in ("", "channel", "team"):
            for one in _named(read, days, by, reader):
                line = one.line
                yield (
                    days, by or "all", safe(one.name), line.asked, line.answered, line.waiting, line.closed, line.quarter.kept,
                    line.quarter.count, line.hour.kept, line.hour.count, line.promise.kept, line.promise.count,
                    line.median_seconds, line.most_seconds,
                )  # fmt: skip


def safe(name: str) -> str:
    """A name that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name


handlers: Final = [show, download]
