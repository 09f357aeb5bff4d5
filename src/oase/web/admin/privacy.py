"""What is known of a person: looked up, given out as an archive, erased after the name was typed."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from oase.conversations import parse_query, search
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator
from oase.kernel.permissions import Permission
from oase.people import (
    NoPerson,
    Person,
    erase_person,
    erasures,
    export_person,
    find_person,
    identities_of,
    name_of,
    preview,
)
from oase.staff import list_agents
from oase.web.admin.frame import back, confirm, page
from oase.web.archive import sent, write_archive
from oase.web.forms import texts
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of

AnyRequest = Request[Any, Any, Any]
_EXPORT: Final = {"permission": Permission.CONVERSATION_EXPORT}
_ERASE: Final = {"permission": Permission.PERSON_ERASE}
_FOUND: Final = 20


@get("/admin/persons", opt=_EXPORT, include_in_schema=False)
async def find(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Somebody is looked for; below, who was erased."""
    words = request.query_params.get("q", "").strip()[:200]
    async with services.database.work(viewer.workspace_id) as work:
        found = (await search(work, parse_query(words), viewer.agent_id, _FOUND)).persons if words else ()
        gone = await erasures(work)
        agents = {agent.id: agent.name for agent in await list_agents(work, also_deactivated=True)}
    return page(request, viewer, "persons.html", "persons", words=words, found=found, gone=gone, agents=agents)


async def _person(work: UnitOfWork, person_id: UUID, reader: Translator) -> tuple[Person, str]:
    """The person, and what is typed to confirm: how they are called."""
    person = await find_person(work, person_id)
    if person is None:
        raise NoPerson
    return person, reader.text(name_of(person, await identities_of(work, [person_id])))


@get("/admin/persons/{person_id:uuid}", opt=_EXPORT, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]) -> Response[Any]:
    """How much there is."""
    async with services.database.work(viewer.workspace_id) as work:
        person, name = await _person(work, person_id, reader_of(request))
        counts = await preview(work, services.parts, person_id)
    can_erase = viewer.may(Permission.PERSON_ERASE)
    return page(request, viewer, "person_data.html", "persons", person=person, name=name, counts=counts, can_erase=can_erase)


@post("/admin/persons/{person_id:uuid}/export", opt=_EXPORT, include_in_schema=False)
async def export(services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]) -> Stream:
    """The archive, to be saved."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        collected = await export_person(work, services.parts, person_id)
    about = {"workspace": viewer.workspace_name, "person_id": person_id, "made_at": services.clock.now(), "by": viewer.name}
    archive = await write_archive(collected, about, services.blobs)
    return sent(archive, person_id)


@post("/admin/persons/{person_id:uuid}/erase", opt=_ERASE, include_in_schema=False)
async def erase(request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]) -> Response[Any]:
    """Everything about the person, for good."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        _, name = await _person(work, person_id, reader_of(request))
        confirm(form, name)
        await erase_person(work, services.parts, person_id)
    return back("/admin/persons", "erased")


handlers: Final = [find, show, export, erase]
