"""The first word to somebody: who, over which way, what the channel asks before, and the words. One address, without scripts.

/conversations/new?q=            whom: persons found, or the address that was typed
/conversations/new?person=       (or ?address=) over which way, with its rules; ?way= and ?template= choose
POST                             said, or scheduled, once for each form; then its conversation
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from oase.channels import templates
from oase.channels.contract import Capability
from oase.conversations import PersonHit, Start, Started, normal_address, parse_query, search
from oase.desk import Grounds, Reach, When, first_contact, ways_to
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import Translator
from oase.kernel.idempotency import claim, keep, once
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.people import find_person, identities_of, name_of
from oase.web.act import Act
from oase.web.blanks import blanks, template_used
from oase.web.forms import Form, uuid, wrong
from oase.web.given import GivenAct, GivenServices, GivenViewer
from oase.web.inbox.carried import carried_by
from oase.web.inbox.marks import address_icon, mark
from oase.web.inbox.planned import moment_of
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
PAGE: Final = "/conversations/new"
_WRITE: Final = {"permission": Permission.CONVERSATION_REPLY}
_FOUND: Final = 12
_LOCAL: Final = "%Y-%m-%dT%H:%M"


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address of the page says."""

    q: str = ""
    person: UUID | None = None
    address: str = ""
    way: str = ""
    template: str = ""


def _typed(q: str) -> str:
    """An address that was typed into the search, if it is one."""
    for kind in ("email", "phone"):
        try:
            return normal_address(kind, q)
        except Invalid:
            continue
    return ""


async def _persons(work: UnitOfWork, viewer: Viewer, q: str, reader: Translator) -> Sequence[PersonHit]:
    if not q.strip():
        return ()
    found = await search(work, parse_query(q), viewer.agent_id, limit=_FOUND, zone=reader.zone)
    return found.persons


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, asked: _Asked, form: Form | None = None, status: int = 200
) -> Response[Any]:
    reader, now = reader_of(request), services.clock.now()
    name, ways, chosen, approved = "", list[Reach](), None, []
    async with services.database.work(viewer.workspace_id) as work:
        persons = await _persons(work, viewer, asked.q, reader)
        if asked.person is not None or asked.address:
            ways = await ways_to(work, services.book, person_id=asked.person, address=asked.address)
            chosen = next((one for one in ways if one.key == asked.way), ways[0] if ways else None)
        if asked.person is not None and (person := await find_person(work, asked.person)) is not None:
            work.emit("read", viewer.agent_id, {"conversation": str(person.id)})  # ends the notice of a task that led here
            name = reader.text(name_of(person, await identities_of(work, [asked.person])))
        if chosen is not None and chosen.begins == "template":
            approved = [one for one in await templates(work, chosen.account.id) if one.status == "approved"]
    template = next(
        (one for one in approved if f"{one.name}/{one.language}" == asked.template), approved[0] if approved else None
    )
    tomorrow = (now.astimezone(reader.zone) + timedelta(days=1)).replace(hour=9, minute=0)
    return render(
        request, "firstword/page.html", status=status, asked=asked, persons=persons, typed=_typed(asked.q), name=name or asked.address,
        ways=ways, chosen=chosen, marks={one.account.channel: mark(one.account.channel, reader) for one in ways},
        icons={one.kind: address_icon(one.kind) for one in ways}, approved=approved, chosen_template=template,
        blanks=blanks(template) if template else (), carried=carried_by(chosen.account.manifest) if chosen else None,
        files=_files(form.values if form else {}),
        has_subject=chosen is not None and Capability.SUBJECT in chosen.account.manifest.capabilities,
        form=form or Form(values={"client_key": str(new_id()), "local": tomorrow.strftime(_LOCAL), "when": "now"}),
    )  # fmt: skip


@get(PAGE, opt=_WRITE, include_in_schema=False)
async def show(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    q: FromQuery[str] = "",
    person: FromQuery[UUID | None] = None,
    address: FromQuery[str] = "",
    way: FromQuery[str] = "",
    template: FromQuery[str] = "",
) -> Response[Any]:
    """Whom, over which way, with which words."""
    asked = _Asked(q=q, person=person, address=address, way=way, template=template)
    try:
        return await _page(request, services, viewer, asked)
    except Invalid as error:  # what was typed is no address, or no search that can be understood
        return await _page(request, services, viewer, _Asked(), wrong({"q": q or address}, _of_field(error, "q")), 422)


def _of_field(error: Invalid, field: str) -> Invalid:
    return Invalid(error.args[0], field=field)


@post(PAGE, opt=_WRITE, include_in_schema=False)
async def say_first(act: GivenAct) -> Response[Any]:
    """Says it, or schedules it; the same form twice is one conversation."""
    form = await act.form()
    try:
        started = await _started(act, form)
    except (Invalid, Conflict) as error:
        person = uuid(form["person"], "person") if form.get("person") else None
        asked = _Asked(person=person, address=form.get("address", ""), way=form.get("way", ""), template=form.get("template", ""))
        status = 422 if isinstance(error, Invalid) else 409
        return await _page(act.request, act.services, act.viewer, asked, wrong(form, error), status)
    return Redirect(f"/inbox/waiting/{started.conversation_id}", status_code=303)


async def _started(act: Act, form: Mapping[str, str]) -> Started:
    account, _, address = form.get("way", "").partition("/")
    start = Start(
        account_id=uuid(account, "way"), address=address, name=form.get("name", "").strip(),
        subject=form.get("subject", "").strip(), text=form.get("text", ""), author=act.author,
        attachment_ids=tuple(uuid(one, "attachments") for one, _ in _files(form)),
    )  # fmt: skip
    grounds = Grounds(basis=form.get("basis", ""), note=form.get("note", ""))
    key = str(uuid(form.get("client_key", ""), "client_key"))
    request = once(act.viewer.agent_id, key, msgspec.json.encode(dict(sorted(form.items()))))
    async with act.work() as work:
        known = await claim(work, {request.id: request})
        if kept := known.get(request.id):
            return msgspec.json.decode(kept, type=Started)
        if form.get("template"):
            start = msgspec.structs.replace(start, template=await template_used(work, start.account_id, form), attachment_ids=())
        started = await first_contact(work, act.services.book, start, grounds, _when(act, form))
        await keep(work, {request.id: msgspec.json.encode(started)})
    return started


def _when(act: Act, form: Mapping[str, str]) -> When | None:
    chosen = form.get("when", "now")
    if chosen == "waking":
        return When(at=act.services.clock.now(), waking=True)
    return When(at=moment_of(form.get("local", ""), act.reader, "local")) if chosen == "later" else None


def _files(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The files that wait for the message: ids and names, in their order."""
    ids, names = (str(form.get(name, "")).splitlines() for name in ("attachments", "attachment_names"))
    return list(zip_longest(ids, names[: len(ids)], fillvalue=""))


handlers: Final = [show, say_first]
