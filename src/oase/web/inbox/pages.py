"""The pages of the inbox and their parts.

/inbox/<queue>[/<conversation>]      the whole page
/inbox/<queue>/list, /rows           another queue; the next page of the list
/inbox/<queue>/changes               what changed: rows, counts, and the open conversation
/conversations/<id>/pane, /earlier   one conversation; older entries
"""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from oase.conversations import NoConversation, Window, custom_fields, known_tags, open_conversation, timeline_page, timeline_since
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import Translator
from oase.kernel.permissions import Permission
from oase.people import find_person, identities_of, name_of
from oase.web.directory import Directory, Staff
from oase.web.forms import uuid
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.inbox.aside import read_plans
from oase.web.inbox.assemble import around_of, choose, read_groups, read_listing, read_rows
from oase.web.inbox.entries import entries_of
from oase.web.inbox.talk import NO_PAGE, conversation_of, read_beside, read_conversation, read_stage
from oase.web.inbox.views import Composer, Inbox
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer

READ: Final = {"permission": Permission.CONVERSATION_READ}
AnyRequest = Request[Any, Any, Any]
_MOST_CHANGED: Final = 100


@get(["/", "/inbox"], opt=READ, sync_to_thread=False, include_in_schema=False)
def first_queue() -> Redirect:
    """Where an agent begins."""
    return Redirect("/inbox/open", status_code=303)


async def read_page(
    work: UnitOfWork,
    services: Services,
    viewer: Viewer,
    staff: Staff,
    reader: Translator,
    queue: str,
    conversation_id: UUID | None,
) -> Inbox:
    """The whole page. Three queries without a conversation."""
    position = str(services.live.position)  # before reading: what happens meanwhile is told again, never missed
    groups, saved = await read_groups(work, viewer, staff, reader)
    listing = await read_listing(work, choose(queue, groups, saved, viewer, staff, reader), saved, viewer, staff, reader)
    conversation = None
    if conversation_id is not None:
        conversation = await read_conversation(work, services.book, conversation_id, viewer, staff, reader)
    return Inbox(
        groups=groups,
        listing=listing,
        conversation=conversation,
        now=services.clock.now(),
        position=position,
        has_channels=bool(groups[2].queues),
    )


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    directory: Directory,
    queue: str,
    conversation_id: UUID | None,
    template: str,
) -> Response[Any]:
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        inbox = await read_page(work, services, viewer, staff, reader, queue, conversation_id)
        tags = await known_tags(work) if conversation_id else []
    around = around_of(queue, staff, tags, reader, inbox.now)
    return render(request, template, inbox=inbox, around=around)


@get("/inbox/{queue:str}", opt=READ, include_in_schema=False)
async def show_queue(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    queue: FromPath[str],
) -> Response[Any]:
    """The inbox with a queue."""
    return await _page(request, services, viewer, directory, queue, None, "inbox/page.html")


@get("/inbox/{queue:str}/{conversation_id:uuid}", opt=READ, include_in_schema=False)
async def show_conversation(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    queue: FromPath[str],
    conversation_id: FromPath[UUID],
) -> Response[Any]:
    """The inbox with a conversation open."""
    return await _page(request, services, viewer, directory, queue, conversation_id, "inbox/page.html")


@get("/inbox/{queue:str}/list", opt=READ, include_in_schema=False)
async def show_list(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    queue: FromPath[str],
) -> Response[Any]:
    """Another queue: the left pane and the list."""
    return await _page(request, services, viewer, directory, queue, None, "inbox/switched.html")


@get("/inbox/{queue:str}/rows", opt=READ, include_in_schema=False)
async def more_rows(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    queue: FromPath[str],
    after: FromQuery[str],
) -> Response[Any]:
    """The next page of the list."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        groups, saved = await read_groups(work, viewer, staff, reader)
        chosen = choose(queue, groups, saved, viewer, staff, reader)
        listing = await read_listing(work, chosen, saved, viewer, staff, reader, after=after)
    inbox = Inbox(groups=(), listing=listing, conversation=None, now=services.clock.now(), position="")
    return render(request, "inbox/rows.html", inbox=inbox, headers={"x-after": listing.after})


@get("/inbox/{queue:str}/changes", opt=READ, include_in_schema=False)
async def changes(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    queue: FromPath[str],
    ids: FromQuery[str] = "",
    open_id: FromQuery[UUID | None] = None,
    since: FromQuery[str] = "",
    window: FromQuery[str] = "",
    person: FromQuery[UUID | None] = None,
) -> Response[Any]:
    """What became of these conversations: their rows, the counts, and the open one with its entries since a moment."""
    reader, now = reader_of(request), services.clock.now()
    wanted = [uuid(one, "ids") for one in ids.split(",")[:_MOST_CHANGED] if one]
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        groups, saved = await read_groups(work, viewer, staff, reader)
        try:
            chosen = choose(queue, groups, saved, viewer, staff, reader)
        except NotFound:  # the view that is open was removed, or is no longer shared
            return Response(None, status_code=204, headers={"x-goes": "open"})
        listing = await read_rows(work, chosen, viewer, staff, reader, wanted)
        conversation = None
        if open_id is not None and open_id in wanted:
            conversation = await _open_again(work, viewer, staff, reader, open_id, since, window, person)
        tags = await known_tags(work) if conversation else []
    inbox = Inbox(groups=groups, listing=listing, conversation=conversation, now=now, position="")
    return render(request, "inbox/changes.html", inbox=inbox, around=around_of(queue, staff, tags, reader, now))


async def _open_again(
    work: UnitOfWork,
    viewer: Viewer,
    staff: Staff,
    reader: Translator,
    conversation_id: UUID,
    since: str,
    window: str = "",
    chosen: UUID | None = None,
) -> Any:
    """The open conversation without its composer, which belongs to who writes. None if it is gone or merged away."""
    try:
        found = await open_conversation(work, conversation_id, viewer.agent_id)
    except NoConversation:
        return None
    if found.merged_into is not None:
        return None
    if found.kind == "public":
        stage = await read_stage(work, found, read_window(window), viewer, reader)
        fields = await custom_fields(work)
        person = await read_beside(work, found, fields, viewer, reader, chosen=chosen)
        plans = await read_plans(work, conversation_id)
        return conversation_of(
            found, NO_PAGE, person, fields, _NO_COMPOSER, viewer, staff, reader, stage=stage, plans=plans, now=work.clock.now()
        )
    oldest = _moment(since)
    page = await timeline_since(work, conversation_id, oldest) if oldest else await timeline_page(work, conversation_id)
    fields = await custom_fields(work)
    person = await read_beside(work, found, fields, viewer, reader)
    plans = await read_plans(work, conversation_id)
    return conversation_of(found, page, person, fields, _NO_COMPOSER, viewer, staff, reader, plans=plans, now=work.clock.now())


def _moment(text: str) -> datetime | None:
    """What a page says of its oldest entry; None, and the newest entries come, where it shows none."""
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return None


@get("/conversations/{conversation_id:uuid}/beside", opt=READ, include_in_schema=False)
async def show_beside(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    conversation_id: FromPath[UUID],
    person: FromQuery[UUID | None] = None,
) -> Response[Any]:
    """The pane of one of those who spoke in a public conversation; of who waits longest, where nobody is chosen."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        found = await open_conversation(work, conversation_id, viewer.agent_id)
        fields = await custom_fields(work)
        somebody = await read_beside(work, found, fields, viewer, reader, chosen=person)
        plans = await read_plans(work, found.id)
    now = services.clock.now()
    conversation = conversation_of(found, NO_PAGE, somebody, fields, _NO_COMPOSER, viewer, staff, reader, plans=plans, now=now)
    return render(
        request, "inbox/beside.html", conversation=conversation, around=around_of("", staff, [], reader, services.clock.now())
    )


@get("/conversations/{conversation_id:uuid}/pane", opt=READ, include_in_schema=False)
async def show_pane(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    conversation_id: FromPath[UUID],
    queue: FromQuery[str] = "open",
) -> Response[Any]:
    """One conversation, to be put into the page."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        conversation = await read_conversation(work, services.book, conversation_id, viewer, staff, reader)
        tags = await known_tags(work)
    around = around_of(queue, staff, tags, reader, services.clock.now())
    return render(request, "inbox/conversation.html", conversation=conversation, around=around)


@get("/conversations/{conversation_id:uuid}/earlier", opt=READ, include_in_schema=False)
async def earlier(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    conversation_id: FromPath[UUID],
    before: FromQuery[str],
) -> Response[Any]:
    """Older entries of the timeline."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        found = await open_conversation(work, conversation_id, viewer.agent_id)
        page = await timeline_page(work, conversation_id, before=before)
        person = await find_person(work, found.person_id) if found.person_id else None
        identities = await identities_of(work, [found.person_id]) if found.person_id else []
    around = around_of("", _NOBODY, [], reader, services.clock.now())
    entries = entries_of(page, reader.text(name_of(person, identities)) if person else "", viewer, reader)
    return render(request, "inbox/entries.html", entries=entries, around=around, headers={"x-earlier": page.earlier})


def read_window(text: str) -> Window:
    """How much of a public conversation a page shows: `20.40.key.key`, branches of both sections and those that are open whole."""
    waiting, _, rest = text.partition(".")
    shown, _, whole = rest.partition(".")
    if not (waiting.isdecimal() and shown.isdecimal()):
        return Window()
    keys = [unquote(one) for one in whole.split(".") if one]
    return Window(waiting=int(waiting), rest=int(shown), whole=keys[:_MOST_CHANGED])


_NO_COMPOSER: Final = Composer(
    answers=(), chosen=None, templates=(), tab="reply", text="", note="", subject="", copy_to="", files=(), can_reply=False,
    can_note=False,
)  # fmt: skip
_NOBODY: Final = Staff(agents=(), teams=(), agent_names={}, team_names={}, teams_of={})
handlers: Final = [first_queue, show_queue, show_conversation, show_list, more_rows, changes, show_pane, show_beside, earlier]
