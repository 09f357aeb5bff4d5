"""Writing: answers, notes, drafts, files to send, snippets.

composer --say--> message and deliveries, five seconds to undo      --note--> a note, colleagues named in it are told
         --draft--> kept on the server                              --upload--> a blob that waits for its message
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import unquote
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from oase.channels.contract import Choice
from oase.conversations import (
    Answer,
    ContactCard,
    Place,
    insert_upload,
    keep_draft,
    note,
    open_conversation,
    say,
    snippets,
    timeline_since,
)
from oase.desk import schedule
from oase.desk.automations import Means, worded
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.people import add_address, left_addresses
from oase.web.act import Act
from oase.web.blanks import template_used
from oase.web.forms import uuid
from oase.web.given import GivenAct, GivenDirectory, GivenServices, GivenViewer
from oase.web.inbox.places import position_in
from oase.web.inbox.planned import when_of
from oase.web.inbox.sniff import kind_of
from oase.web.inbox.talk import LEFT

AnyRequest = Request[Any, Any, Any]
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_NOTE: Final = {"permission": Permission.CONVERSATION_NOTE}
_READ: Final = {"permission": Permission.CONVERSATION_READ}
_HEAD_BYTES: Final = 512
_AS_SHOWN: Final = timedelta(milliseconds=1)
"""Pages name moments to the millisecond, which is never later than the moment itself."""
_THEN: Final = {"solve": "solved", "stay": "open"}


_AUDIENCES: Final[dict[str, Literal["public", "private"]]] = {"public": "public", "private": "private"}


class Said(msgspec.Struct, frozen=True):
    """What the composer hears: the new message, or the scheduled one and when it goes; or who was faster."""

    id: UUID | None = None
    later: str = ""
    clash: str = ""


@post("/conversations/{conversation_id:uuid}/say", opt=_REPLY, include_in_schema=False, status_code=200)
async def send_answer(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Said]:
    """Says it. With `seen` (the moment of the newest entry on the screen): 409 if a colleague has answered since."""
    form = await act.form()
    async with act.work() as work:
        faster = await _who_was_faster(work, conversation_id, form, act.viewer.agent_id)
        if faster and form.get("anyway") != "yes":
            return Response(Said(clash=faster), status_code=409)
        answer, when = await _known(work, act, conversation_id, form), when_of(form, act.reader)
        if when is not None:
            scheduled = await schedule(work, act.services.book, act.author, conversation_id, answer, when)
            return Response(Said(id=scheduled.id, later=act.reader.date_time(scheduled.send_at, "short")))
        message_id = await say(work, act.services.book, act.author, conversation_id, answer)
    return Response(Said(id=message_id))


async def _known(work: UnitOfWork, act: Act, conversation_id: UUID, form: Mapping[str, str]) -> Answer:
    """The answer; an address that the person only wrote down becomes one of theirs. Raises AddressTaken."""
    answer = _answer(form)
    if form.get("template"):
        answer = msgspec.structs.replace(answer, template=await template_used(work, answer.account_id, form))
    if answer.identity_id != LEFT or answer.account_id is None:
        return answer
    account = await act.services.book.get(answer.account_id)
    found = await open_conversation(work, conversation_id, act.viewer.agent_id)
    left = dict(await left_addresses(work, found.person_id)) if found.person_id else {}
    kind = account.manifest.identity if account else ""
    if found.person_id is None or kind not in left:
        raise Invalid(message("This address is not there any more. Please choose another way."), field="answer")
    identity_id = await add_address(work, found.person_id, kind, left[kind])
    return msgspec.structs.replace(answer, identity_id=identity_id)


def _answer(form: Mapping[str, str]) -> Answer:
    identity, _, account = form.get("answer", "").partition("/")
    facts: dict[str, Any] = {"then": _THEN.get(form.get("then", ""), "waiting")}
    return Answer(
        client_key=uuid(form.get("client_key", ""), "client_key"),
        text=form.get("text", ""),
        subject=form.get("subject", ""),
        copy_to=tuple(one.strip() for one in form.get("copy_to", "").replace(";", ",").split(",") if one.strip()),
        attachment_ids=tuple(uuid(one, "attachments") for one in form.get("attachments", "").split(",") if one),
        place=_place(form),
        cards=_cards(form),
        choices=_choices(form),
        choices_label=form.get("choices_label", ""),
        reply_to_id=uuid(form["reply_to"], "reply_to") if form.get("reply_to") else None,
        audience=_AUDIENCES.get(form.get("audience", ""), ""),
        identity_id=uuid(identity, "answer") if identity else None,
        account_id=uuid(account, "answer") if account else None,
        story=form.get("story") == "yes",
        **facts,
    )


def _place(form: Mapping[str, str]) -> Place | None:
    if "place" not in form:
        return None
    found = position_in(form["place"])
    if found is None:
        why = message("Paste the link of a map, or two numbers such as 52.5163, 13.3777. Shortened links do not say the place.")
        raise Invalid(why, field="place")
    return Place(
        latitude=found[0],
        longitude=found[1],
        name=form.get("place_name", "").strip(),
        address=form.get("place_address", "").strip(),
    )


def _cards(form: Mapping[str, str]) -> tuple[ContactCard, ...]:
    if "card_name" not in form:
        return ()
    phone, mail = form.get("card_phone", "").strip(), form.get("card_email", "").strip()
    card = ContactCard(
        name=form["card_name"].strip(), organisation=form.get("card_organisation", "").strip(),
        phones=(phone,) if phone else (), emails=(mail,) if mail else (),
    )  # fmt: skip
    return (card,)


def _choices(form: Mapping[str, str]) -> tuple[Choice, ...]:
    """Quick replies, one on each line; what stands there twice counts once."""
    titles = dict.fromkeys(line.strip() for line in form.get("choices", "").splitlines() if line.strip())
    return tuple(Choice(id=f"choice-{number}", title=title) for number, title in enumerate(titles, start=1))


async def _who_was_faster(work: UnitOfWork, conversation_id: UUID, form: Mapping[str, str], me: UUID) -> str:
    """The colleague who answered after what is on the screen, in public the same message; empty if nobody did."""
    try:
        since = datetime.fromisoformat(form.get("seen", "")) + _AS_SHOWN
    except (ValueError, OverflowError):
        return ""
    page = await timeline_since(work, conversation_id, since)
    fresh = [one for one in page.messages if one.direction == "out" and one.at > since and one.deleted_at is None]
    if form.get("audience"):
        fresh = [one for one in fresh if one.answered_id is not None and str(one.answered_id) == form.get("reply_to")]
    return next((one.author_name or "Oase" for one in fresh if one.author_id != me), "")


@post("/conversations/{conversation_id:uuid}/note", opt=_NOTE, include_in_schema=False, status_code=200)
async def keep_note(act: GivenAct, directory: GivenDirectory, conversation_id: FromPath[UUID]) -> Response[Said]:
    """Writes a note; whoever is named with @ is told."""
    form = await act.form()
    text = form.get("text", "")
    async with act.work() as work:
        staff = await directory.of(work)
        named = [agent.id for agent in staff.agents if f"@{agent.name}" in text]
        files = [uuid(one, "attachments") for one in form.get("attachments", "").split(",") if one]
        key = uuid(form.get("client_key", ""), "client_key")
        note_id = await note(work, act.author, conversation_id, text, client_key=key, mentions=named, attachment_ids=files)
        await keep_draft(work, act.viewer.agent_id, conversation_id, {})
    return Response(Said(id=note_id))


@post("/conversations/{conversation_id:uuid}/draft", opt=_NOTE, include_in_schema=False)
async def save_draft(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Keeps what was begun. The row shows that there is a draft."""
    form = await act.form()
    files = [str(uuid(one, "attachments")) for one in form.get("attachments", "").split(",") if one]
    choices = [one.title for one in _choices(form)]
    content = {name: form.get(name, "") for name in ("tab", "reply", "note", "subject", "copy_to", "answer", "reply_to")}
    async with act.work() as work:
        begun = {
            **content,
            "attachments": files,
            "choices": choices,
            "text": content["reply"] or content["note"] or content["reply_to"] or choices,
        }
        await keep_draft(work, act.viewer.agent_id, conversation_id, begun)
        work.emit("read", act.viewer.agent_id, {"conversation": str(conversation_id)})
    return act.done()


@post("/uploads", opt=_NOTE, include_in_schema=False, request_max_body_size=None, status_code=201)
async def upload(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[dict[str, Any]]:
    """A file to send: the body is the file, `x-file-name` its name. The type is what the bytes say, where they say it."""
    limit = services.settings.upload_limit_mb * 1_000_000
    head = bytearray()

    async def counted() -> AsyncIterator[bytes]:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise Invalid(message("The file is larger than %(n)s MB.", n=services.settings.upload_limit_mb), field="file")
            if len(head) < _HEAD_BYTES:
                head.extend(chunk[:_HEAD_BYTES])
            yield chunk

    key = f"files/{viewer.workspace_id}/{new_id()}"
    size_bytes = await services.blobs.put(key, counted())
    name = unquote(request.headers.get("x-file-name", ""))[:200] or "file"
    kind = kind_of(bytes(head), request.headers.get("content-type", ""))
    facts = {"name": name, "type": kind, "size_bytes": size_bytes, "blob_key": key, "uploaded_by": viewer.agent_id}
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        attachment_id = await insert_upload(work, facts)
    return Response({"id": str(attachment_id), "name": name, "size_bytes": size_bytes}, status_code=201)


@get("/conversations/{conversation_id:uuid}/snippets", opt=_READ, include_in_schema=False)
async def find_snippets(
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    conversation_id: FromPath[UUID],
    q: FromQuery[str] = "",
) -> list[dict[str, str]]:
    """Snippets for what was typed after the slash, with their blanks filled for this person."""
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        found = await snippets(work, q, tuple(staff.teams_of.get(viewer.agent_id, ())))
        said = await worded(
            work, Means(services.book, services.timetables), [one.texts for one in found], conversation_id, viewer.name
        )
    return [{"shortcut": one.shortcut, "name": one.name, "text": text} for one, text in zip(found, said, strict=True)]


@get("/colleagues", opt=_READ, include_in_schema=False)
async def find_colleagues(
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    q: FromQuery[str] = "",
) -> list[dict[str, str]]:
    """Colleagues to mention."""
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
    wanted = q.casefold()
    return [{"name": agent.name} for agent in staff.agents if wanted in agent.name.casefold()][:10]


handlers: Final = [send_answer, keep_note, save_draft, upload, find_snippets, find_colleagues]
