"""What agents do with the person beside a conversation, and with the fields of both."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from oase.conversations import custom_fields, merge_persons, set_fields, unmerge_persons
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.people import ask_again, change_person, find_person, keep_apart, merges_of
from oase.web.forms import texts, uuid
from oase.web.given import GivenServices, GivenViewer
from oase.web.inbox.acts import author_of, done
from oase.web.inbox.fields import values_of
from oase.web.pages import reader_of

AnyRequest = Request[Any, Any, Any]
_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_MERGE: Final = {"permission": Permission.PERSON_MERGE}
_PERSON: Final = {"permission": Permission.PERSON_WRITE}


@post("/conversations/{conversation_id:uuid}/fields", opt=_ASSIGN, include_in_schema=False)
async def save_fields(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """What the company wants to know about this conversation."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        values = values_of(form, await custom_fields(work), "conversation", reader_of(request))
        await set_fields(work, author_of(viewer), conversation_id, values)
    return done(request)


@post("/people/{person_id:uuid}", opt=_PERSON, include_in_schema=False)
async def save_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Corrects what is known about a person."""
    form = await texts(request)
    changes: dict[str, Any] = {name: value for name, value in form.items() if name in ("name", "organisation", "note")}
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        fields = values_of(form, await custom_fields(work), "person", reader_of(request))
        await change_person(work, person_id, {**changes, **({"fields": fields} if fields else {})})
    return done(request)


@post("/people/{person_id:uuid}/tags", opt=_PERSON, include_in_schema=False)
async def tag_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Adds or removes a tag of a person."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        person = await find_person(work, person_id)
        kept = [tag for tag in (person.tags if person else []) if tag != form.get("remove")]
        added = form.get("add", "").strip()[:40]
        await change_person(work, person_id, {"tags": list(dict.fromkeys([*kept, *([added] if added else [])]))})
    return done(request)


@post("/people/{person_id:uuid}/merge", opt=_MERGE, include_in_schema=False)
async def merge_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """The other one is the same human: everything of theirs comes here."""
    other = await _other(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await merge_persons(work, person_id, other)
    return done(request, message("Merged"), undo=f"/people/{person_id}/unmerge?other={other}")


@post("/people/{person_id:uuid}/unmerge", opt=_MERGE, include_in_schema=False)
async def unmerge_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Two people after all."""
    other = await _other(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        for one in await merges_of(work, person_id):
            if one.merged_id == other and one.undone_at is None:
                await unmerge_persons(work, one.id)
    return done(request, message("Taken apart again"))


@post("/people/{person_id:uuid}/apart", opt=_MERGE, include_in_schema=False)
async def not_the_same(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """The other one only looks like the same human: nobody is asked again."""
    other = await _other(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await keep_apart(work, person_id, other)
    said = message("Two different people. This will not be suggested again.")
    return done(request, said, undo=f"/people/{person_id}/apart/undo?other={other}")


@post("/people/{person_id:uuid}/apart/undo", opt=_MERGE, include_in_schema=False)
async def perhaps_the_same(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """They may be the same after all."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await ask_again(work, person_id, await _other(request))
    return done(request)


async def _other(request: AnyRequest) -> UUID:
    """The other person: from the form, or from the address of an undo."""
    return uuid((await texts(request)).get("other", "") or request.query_params.get("other", ""), "other")


handlers: Final = [save_fields, save_person, tag_person, merge_person, unmerge_person, not_the_same, perhaps_the_same]
