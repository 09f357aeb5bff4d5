"""The journal: every delivery of the outside world with its fate, the raw bytes, how they were understood, and replay."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from oase.channels import StoredAccount, adapter
from oase.channels.contract import Raw
from oase.conversations import (
    JournalRow,
    journal_became,
    journal_entry,
    journal_listing,
    quarantined_items,
    replay_deliveries,
)
from oase.kernel.errors import NotFound, OaseError
from oase.kernel.i18n import message
from oase.kernel.ids import first_id_of
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, page
from oase.web.forms import many, texts, uuid
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.JOURNAL_READ}
_REPLAY: Final = {"permission": Permission.JOURNAL_REPLAY}
_ROWS: Final = 50
_SHOWN_BYTES: Final = 64 * 1024
_HEX_BYTES: Final = 8 * 1024
_STATES: Final = ("new", "pointed", "done", "partial", "quarantined", "trouble")


class Wanted(Struct, frozen=True, kw_only=True):
    """The filters of the list, as texts of its address."""

    state: str = ""
    account: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.account or self.since or self.until)

    def older(self, last: UUID) -> str:
        """The address of the next page."""
        facts = {name: value for name, value in msgspec.structs.asdict(self).items() if value and name != "before"}
        return "/admin/journal?" + urlencode({**facts, "before": str(last)})


def wanted_of(request: AnyRequest) -> Wanted:
    """The filters of the address; what cannot be read is left out."""
    query = request.query_params
    state = query.get("state", "")
    return Wanted(
        state=state if state in _STATES else "",
        account=query.get("account", ""),
        since=query.get("since", ""),
        until=query.get("until", ""),
        before=query.get("before", ""),
    )


def moment_of(text: str, zone: str) -> datetime | None:
    """A moment as browsers send it (2026-11-24T09:30), in the viewer's time zone; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment


def id_of(text: str) -> UUID | None:
    """An id of an address; None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@get("/admin/journal", opt=_READ, include_in_schema=False)
async def show_journal(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The newest deliveries first."""
    wanted = wanted_of(request)
    since, until = moment_of(wanted.since, viewer.time_zone), moment_of(wanted.until, viewer.time_zone)
    ends = [end for end in (id_of(wanted.before), first_id_of(until) if until else None) if end]
    async with services.database.work(viewer.workspace_id) as work:
        accounts = await services.book.of_workspace(work)
        rows = await journal_listing(
            work,
            state=wanted.state,
            account_id=id_of(wanted.account),
            since=first_id_of(since) if since else None,
            before=min(ends) if ends else None,
            limit=_ROWS + 1,
        )
    return page(
        request,
        viewer,
        "journal.html",
        "journal",
        rows=rows[:_ROWS],
        wanted=wanted,
        older=wanted.older(rows[_ROWS - 1].id) if len(rows) > _ROWS else "",
        accounts=accounts,
        names={one.id: one for one in accounts},
        replays=viewer.may(Permission.JOURNAL_REPLAY),
        now=services.clock.now(),
    )


async def _entry(services: Services, viewer: Viewer, journal_id: UUID) -> tuple[JournalRow, bytes]:
    """A delivery and its bytes; raises NotFound."""
    async with services.database.work(viewer.workspace_id) as work:
        row = await journal_entry(work, journal_id)
    if row is None:
        raise NotFound(message("This delivery does not exist."))
    return row, await services.blobs.get(row.blob_key) if row.blob_key else row.body or b""


@get("/admin/journal/{journal_id:uuid}", opt=_READ, include_in_schema=False)
async def show_delivery(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, journal_id: FromPath[UUID]
) -> Response[Any]:
    """One delivery: its fate, what it became, how it was understood, its bytes."""
    row, body = await _entry(services, viewer, journal_id)
    async with services.database.work(viewer.workspace_id) as work:
        items, messages = await quarantined_items(work, journal_id), await journal_became(work, row)
        account = next((one for one in await services.book.of_workspace(work) if one.id == row.account_id), None)
    text, is_text = readable(body)
    return page(
        request,
        viewer,
        "delivery.html",
        "journal",
        row=row,
        account=account,
        items=items,
        messages=messages,
        explained=explained(row, body, account),
        text=text,
        is_text=is_text,
        hex=hex_lines(body[:_HEX_BYTES]),
        cut=len(body) > _SHOWN_BYTES,
        hex_cut=len(body) > _HEX_BYTES,
        replays=viewer.may(Permission.JOURNAL_REPLAY),
        now=services.clock.now(),
    )


@get("/admin/journal/{journal_id:uuid}/raw", opt=_READ, include_in_schema=False)
async def download(services: GivenServices, viewer: GivenViewer, journal_id: FromPath[UUID]) -> Response[bytes]:
    """The bytes as they came, as a file: never shown as a page."""
    row, body = await _entry(services, viewer, journal_id)
    headers = {"content-disposition": f'attachment; filename="{row.id}.raw"', "cache-control": "no-store"}
    return Response(body, media_type="application/octet-stream", headers=headers)


@post("/admin/journal/replay", opt=_REPLAY, include_in_schema=False)
async def replay(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Takes the chosen deliveries in once more."""
    ids = [uuid(one, "ids") for one in await many(request, "ids")]
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await replay_deliveries(work, ids)
    to = (await texts(request)).get("back", "")
    return back(to if to.startswith("/admin/journal") else "/admin/journal", "replayed" if ids else "")


def explained(row: JournalRow, body: bytes, account: StoredAccount | None) -> list[tuple[str, str]]:
    """How the channel understands a delivery: by its own words, otherwise the events that it reads; pairs of name and text."""
    if account is None:
        return []
    raw = Raw(body=body, headers=row.headers, query=row.query, method=row.method, received_at=row.received_at)
    channel = adapter(account.channel)
    try:
        own = channel.explain(raw, account.account)
        if own is not None:
            return [(name, _as_text(value)) for name, value in own.items() if value not in ("", [], None)]
        events = channel.parse(raw, account.account)
    except OaseError as error:
        return [(type(error).__name__, str(error))]
    return [(type(event).__name__, _as_text(_without_defaults(event))) for event in events]


def _without_defaults(event: Any) -> Any:
    return {
        name: value
        for name, value in msgspec.to_builtins(event).items()
        if value not in ("", None, [], {}, False) and name != "type"
    }


def _as_text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def readable(body: bytes) -> tuple[str, bool]:
    """The beginning of the bytes as text, JSON in its lines; and whether they are text at all."""
    start = body[:_SHOWN_BYTES]
    if len(body) <= _SHOWN_BYTES and body.lstrip()[:1] in (b"{", b"["):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(body), ensure_ascii=False, indent=2), True
    is_text = b"\0" not in start
    return start.decode("utf-8", "backslashreplace").replace("\r\n", "\n"), is_text


def hex_lines(body: bytes) -> Sequence[str]:
    """Bytes as hexadecimal lines of sixteen, with their place and what can be printed."""
    lines = []
    for start in range(0, len(body), 16):
        part = body[start : start + 16]
        printable = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {printable}")
    return lines


handlers: Final = [show_journal, show_delivery, download, replay]
