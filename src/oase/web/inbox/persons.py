"""What agents do with the person beside a conversation, and with the fields of both."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from oase.conversations import custom_fields, merge_persons, set_fields, unmerge_persons
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.people import (
    ask_again,
    change_person,
    find_person,
    keep_apart,
    merges_of,
    record_consent,
    withdraw_consent,
)
from oase.web.act import Act
from oase.web.forms import uuid
from oase.web.given import GivenAct
from oase.web.inbox.fields import values_of

_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_MERGE: Final = {"permission": Permission.PERSON_MERGE}
_PERSON: Final = {"permission": Permission.PERSON_WRITE}


@post("/conversations/{conversation_id:uuid}/fields", opt=_ASSIGN, include_in_schema=False)
async def save_fields(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """What the company wants to know about this conversation."""
    form = await act.form()
    async with act.work() as work:
        values = values_of(form, await custom_fields(work), "conversation", act.reader)
        await set_fields(work, act.author, conversation_id, values)
    return act.done()


@post("/people/{person_id:uuid}", opt=_PERSON, include_in_schema=False)
async def save_person(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """Corrects what is known about a person."""
    form = await act.form()
    changes: dict[str, Any] = {name: value for name, value in form.items() if name in ("name", "organisation", "note")}
    async with act.work() as work:
        fields = values_of(form, await custom_fields(work), "person", act.reader)
        await change_person(work, person_id, {**changes, **({"fields": fields} if fields else {})})
    return act.done()


@post("/people/{person_id:uuid}/tags", opt=_PERSON, include_in_schema=False)
async def tag_person(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """Adds or removes a tag of a person."""
    form = await act.form()
    async with act.work() as work:
        person = await find_person(work, person_id)
        kept = [tag for tag in (person.tags if person else []) if tag != form.get("remove")]
        added = form.get("add", "").strip()[:40]
        await change_person(work, person_id, {"tags": list(dict.fromkeys([*kept, *([added] if added else [])]))})
    return act.done()


@post("/people/{person_id:uuid}/merge", opt=_MERGE, include_in_schema=False)
async def merge_person(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """The other one is the same human: everything of theirs comes here."""
    other = await _other(act)
    async with act.work() as work:
        await merge_persons(work, person_id, other)
    return act.done(message("Merged"), undo=f"/people/{person_id}/unmerge?other={other}")


@post("/people/{person_id:uuid}/unmerge", opt=_MERGE, include_in_schema=False)
async def unmerge_person(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """Two people after all."""
    other = await _other(act)
    async with act.work() as work:
        for one in await merges_of(work, person_id):
            if one.merged_id == other and one.undone_at is None:
                await unmerge_persons(work, one.id)
    return act.done(message("Taken apart again"))


@post("/people/{person_id:uuid}/apart", opt=_MERGE, include_in_schema=False)
async def not_the_same(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """The other one only looks like the same human: nobody is asked again."""
    other = await _other(act)
    async with act.work() as work:
        await keep_apart(work, person_id, other)
    said = message("Two different people. This will not be suggested again.")
    return act.done(said, undo=f"/people/{person_id}/apart/undo?other={other}")


@post("/people/{person_id:uuid}/apart/undo", opt=_MERGE, include_in_schema=False)
async def perhaps_the_same(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """They may be the same after all."""
    async with act.work() as work:
        await ask_again(work, person_id, await _other(act))
    return act.done()


@post("/people/{person_id:uuid}/consents", opt=_PERSON, include_in_schema=False)
async def keep_consent(act: GivenAct, person_id: FromPath[UUID]) -> Response[Any]:
    """The person agreed to be written to."""
    form = await act.form()
    identity_id = uuid(form.get("identity", ""), "identity")
    async with act.work() as work:
        await record_consent(
            work, identity_id, purpose=form.get("purpose", ""), basis="consent", source=form.get("source", ""),
            wording=form.get("wording", ""), by_name=act.viewer.name, of=person_id,
        )  # fmt: skip
    return act.done(message("Consent kept"))


@post("/consents/{consent_id:uuid}/withdraw", opt=_PERSON, include_in_schema=False)
async def take_consent_back(act: GivenAct, consent_id: FromPath[UUID]) -> Response[Any]:
    """The person does not agree any more."""
    async with act.work() as work:
        await withdraw_consent(work, consent_id)
    return act.done(message("Consent withdrawn"))


async def _other(act: Act) -> UUID:
    """The other person."""
    return uuid(await act.given("other"), "other")


handlers: Final = [
    save_fields, save_person, tag_person, merge_person, unmerge_person, not_the_same, perhaps_the_same, keep_consent,
    take_consent_back,
]  # fmt: skip
