"""The journal: what accounts brought, as it came, and what became of it."""

import base64
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from oase.conversations import journal_entry, journal_listing, journal_replay, quarantined_items
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.api.conversations import Cursor, IdempotencyKey, Limit
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, before_of, carried_out, page_by_id
from oase.web.api.shapes import JournalDetails, JournalEntry, JournalItem, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_JOURNAL: Final = {"permission": Permission.JOURNAL_READ, "api": True}
_REPLAY: Final = {"permission": Permission.JOURNAL_REPLAY, "api": True}


class Replayed(Struct, frozen=True, kw_only=True):
    """How many deliveries wait to be taken in again."""

    replayed: int


@get("/journal", opt=_JOURNAL, summary="List deliveries of the outside world", tags=["Journal"])
async def list_journal(
    services: GivenServices,
    caller: GivenCaller,
    wanted: Annotated[
        Literal["new", "done", "partial", "quarantined", "trouble"] | None,
        QueryParameter(name="state", description="`trouble`: partial or quarantined."),
    ] = None,
    account: Annotated[UUID | None, QueryParameter(description="An account's id.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[JournalEntry]:
    """The newest first, without their bytes."""
    async with services.database.work(caller.workspace_id) as work:
        rows = await journal_listing(work, state=wanted or "", account_id=account, before=before_of(cursor), limit=limit + 1)
    return page_by_id([shown(JournalEntry, row) for row in rows], limit)


@get("/journal/{journal_id:uuid}", opt=_JOURNAL, summary="Read a delivery", tags=["Journal"])
async def read_journal(services: GivenServices, caller: GivenCaller, journal_id: FromPath[UUID]) -> JournalDetails:
    """With its raw bytes and the items that were put aside."""
    async with services.database.work(caller.workspace_id) as work:
        row = await journal_entry(work, journal_id)
        items = await quarantined_items(work, journal_id)
    if row is None:
        raise NotFound(message("This delivery does not exist."))
    return JournalDetails(
        entry=shown(JournalEntry, row),
        headers=dict(row.headers),
        query=dict(row.query),
        body_base64=base64.b64encode(row.body).decode() if row.body is not None else None,
        items=[JournalItem(place=one["place"], why=one["why"], at=one["at"]) for one in items],
    )


@post("/journal/{journal_id:uuid}/replay", opt=_REPLAY, status_code=202, summary="Take a delivery in again", tags=["Journal"])
async def replay(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    journal_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Replayed:
    """What is in place already is recognised and not doubled."""

    async def act(work: UnitOfWork) -> Replayed:
        row = await journal_entry(work, journal_id)
        if row is None:
            raise NotFound(message("This delivery does not exist."))
        count = await journal_replay(work, [journal_id])
        work.emit("journal", row.account_id)
        work.audit("journal.replayed", subject="journal", subject_id=journal_id)
        return Replayed(replayed=count)

    return await carried_out(request, services, caller, act, Replayed)


handlers: Final = [list_journal, read_journal, replay]
