"""The contact form: hosted page and embedded twin.

    GET  /form/<account>            the form            ?lang=de|en  ?embed=1  ?page=<address of the page around it>
    POST /form/<account>            checked -> files stored -> signed JSON -> journal -> 303 thanks; or the form again, with errors
    GET  /form/<account>/thanks     reference number and expected answer time
    GET  /form/<account>/embed.js   puts the form into a page
    GET  /form/<account>/look.css   the account's colour

Against robots: a puzzle that the browser solves while the person types (proof of work), a field that people do not see, and
limits per address. Without scripts the same page works: then a person must have taken a few seconds.
"""

import asyncio
import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from oase.channels import StoredAccount, adapter
from oase.channels.contract import Forged, Raw
from oase.channels.families import visitor as visitors
from oase.kernel.errors import NotFound, Unavailable
from oase.kernel.i18n import Language, Message, choose, message, translator
from oase.kernel.ids import new_id
from oase.web import formats
from oase.web.pages import html
from oase.web.portal.assets import ASSETS, own
from oase.web.portal.fields import Filled, check, fields_of, submission
from oase.web.portal.look import css, policy
from oase.web.widget import Parts
from oase.web.widget.abuse import network_of

AnyRequest = Request[Any, Any, Any]
_PUBLIC: Final = {"public": True}
_EMBEDDABLE: Final = {"public": True, "cross_site": True}
_LASTS: Final = timedelta(hours=12)
_WITHOUT_SCRIPTS: Final = timedelta(seconds=6)
_FILES: Final = 10
_BODY_BYTES: Final = 64 * 1024 * 1024
_MEGABYTE: Final = 1_000_000
_REFERENCE: Final = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_REMEMBERED: Final = 10_000
_sent: OrderedDict[str, asyncio.Task[str]] = OrderedDict()  # a second click gets the first one's thanks


class Kept(Struct, frozen=True, kw_only=True):
    """A file that is stored already, with the reference by which the next attempt finds it."""

    name: str
    size_bytes: int
    reference: str


@get("/form/{account_id:str}", opt=_EMBEDDABLE, include_in_schema=False)
async def form_page(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """The empty form."""
    account = await _account(request, account_id)
    return _form(request, account, None)


@post("/form/{account_id:str}", opt=_PUBLIC, include_in_schema=False, request_max_body_size=_BODY_BYTES)
async def submit(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """Takes a form: thanks, or the same form with what is wrong."""
    account = await _account(request, account_id)
    data = await request.form()
    given = {name: value for name, value in data.items() if isinstance(value, str)}
    fields = fields_of(account.account.settings, _language(request))
    kept, trouble = await _files(request, account, data.getall("files_kept", []), _uploads(data))
    filled = check(fields, given, len(kept))
    errors = dict(filled.errors)
    if trouble and (field := next((field for field in fields if field.kind == "file"), None)):
        errors[field.name] = trouble
    filled = Filled(values=filled.values, errors=errors)
    submission_id = _submission_id(account, given.get("form_id", ""), filled, kept)
    refused = None if errors or submission_id in _sent else _refused(request, account, given)
    if not errors and not refused:
        if submission_id not in _sent:
            content = submission(fields, filled, _language(request))
            _remember(submission_id, asyncio.create_task(_hand_over(request, account, submission_id, content, kept)))
        try:
            return _to_thanks(request, account, await asyncio.shield(_sent[submission_id]))
        except Unavailable:
            refused = message("Your message could not be stored just now. Nothing is lost: please send it again in a moment.")
    return _form(request, account, filled, kept=kept, refused=refused, given=given)


async def _hand_over(
    request: AnyRequest, account: StoredAccount, submission_id: str, content: dict[str, Any], kept: list[Kept]
) -> str:
    """Hands the form to its adapter through the journal; gives the reference number."""
    parts = _parts(request)
    refs = [visitors.unpack_file(one.reference, account.account.secrets["page_secret"]) for one in kept]
    content |= {
        "id": submission_id,
        "reference": _reference(submission_id),
        "page": request.query_params.get("page", "")[:2000],
        "files": [{"blob": ref.blob, "name": ref.name, "type": ref.type, "size_bytes": ref.size_bytes} for ref in refs],
    }
    body = msgspec.json.encode(content)
    signature = visitors.sign_page(account.account.secret("page_secret"), body)
    raw = Raw(body=body, headers={"x-oase-signature": signature}, received_at=parts.clock.now())
    channel = adapter("form")
    channel.verify(raw, account.account)
    await parts.journal.accept(account.workspace_id, account.id, "form", raw, dedup=channel.dedup_key(raw))
    return _reference(submission_id)


def _submission_id(account: StoredAccount, form_id: str, filled: Filled, kept: list[Kept]) -> str:
    """The same for a second click, in whichever process; another when something was changed and sent again."""
    files = [(one.name, one.size_bytes) for one in kept]
    return hashlib.sha256(msgspec.json.encode([str(account.id), form_id, filled.values, files])).hexdigest()[:32]


def _reference(submission_id: str) -> str:
    """The number that people are given: eight letters and digits that cannot be mistaken for each other."""
    number = int(submission_id, 16)
    code = "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(8))
    return f"{code[:4]}-{code[4:]}"


def _remember(submission_id: str, task: asyncio.Task[str]) -> None:
    _sent[submission_id] = task
    task.add_done_callback(lambda done: _sent.pop(submission_id, None) if done.cancelled() or done.exception() else None)
    while len(_sent) > _REMEMBERED:
        _sent.popitem(last=False)


@get("/form/{account_id:str}/thanks", opt=_EMBEDDABLE, include_in_schema=False)
async def thanks(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """Says that the message is here, its number, and when to expect an answer, if we know."""
    account = await _account(request, account_id)
    reference = request.query_params.get("r", "")
    if not _REFERENCE.fullmatch(reference):
        raise NotFound(message("There is no such message."))
    language = _language(request)
    presence = await _parts(request).desk.presence(account, language)
    own_words = _setting(account, "thanks", language)
    return _page(request, account, "portal/thanks.html", reference=reference, expected=presence.said, own_words=own_words)


@get("/form/{account_id:str}/look.css", opt={**_EMBEDDABLE, "quiet": True}, include_in_schema=False)
async def look_css(request: AnyRequest, account_id: FromPath[str]) -> Response[bytes]:
    """The account's colour as a style sheet, since pages carry no styles of their own."""
    account = await _account(request, account_id)
    sheet = css(str(account.account.settings.get("color") or "")).encode()
    return Response(sheet, media_type="text/css; charset=utf-8", headers={"cache-control": "public, max-age=300"})


@get("/form/{account_id:str}/embed.js", opt={**_EMBEDDABLE, "quiet": True}, include_in_schema=False)
async def embed(request: AnyRequest, account_id: FromPath[str]) -> Response[str]:
    """A script that puts the form where it stands."""
    await _account(request, account_id)
    found = ASSETS.get("embed.js")
    code = found.plain.decode() if found else ""
    headers = {"cache-control": "public, max-age=300", "cross-origin-resource-policy": "cross-origin"}
    return Response(code, media_type="text/javascript; charset=utf-8", headers=headers)


def _form(
    request: AnyRequest,
    account: StoredAccount,
    filled: Filled | None,
    *,
    kept: list[Kept] | None = None,
    refused: Message | None = None,
    given: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The form as a page, with what was typed and what is wrong with it."""
    parts, given = _parts(request), given or {}
    bits = parts.abuse.bits_for_form(_address(request))
    puzzle = parts.puzzles.issue(f"form {account.id}", bits, parts.clock.now(), lasts=_LASTS)
    language = _language(request)
    fields = fields_of(account.account.settings, language)
    filled = filled or Filled(values={field.name: "" for field in fields}, errors={})
    context = {
        "title": _setting(account, "title", language) or translator(language).gettext("Write to us"),
        "intro": _setting(account, "intro", language),
        "fields": fields,
        "filled": filled,
        "kept": kept or [],
        "refused": refused,
        "trap_shown": bool(given.get("website")),
        "form_id": given.get("form_id") or secrets.token_urlsafe(16),
        "puzzle": puzzle,
        "file_size_bytes": _file_size_bytes(account),
        "file_count": _FILES,
    }
    status = 422 if filled.errors or refused else 200
    return _page(request, account, "portal/form.html", status=status, **context)


def _refused(request: AnyRequest, account: StoredAccount, given: Mapping[str, str]) -> Message | None:
    """Why this does not look like a person, in words that help one; None if it does."""
    parts, scope = _parts(request), f"form {account.id}"
    if given.get("website", "").strip():
        return message("One field must stay empty: it is there to recognise robots. Please empty it and send again.")
    puzzle, now = given.get("puzzle", ""), parts.clock.now()
    solved = given.get("answer") and parts.puzzles.check(puzzle, given["answer"], scope, now)
    if not solved and not parts.puzzles.waited(puzzle, scope, now, _WITHOUT_SCRIPTS):
        return message("That was very quick. Please look over your message for a few seconds, then send it again.")
    if parts.abuse.form.take(_address(request)):
        return message("Many messages have come from your connection. Please try again in a few minutes.")
    return None


def _uploads(data: Any) -> list[UploadFile]:
    return [value for _, value in data.multi_items() if isinstance(value, UploadFile) and value.filename]


async def _files(
    request: AnyRequest, account: StoredAccount, references: list[Any], uploads: list[UploadFile]
) -> tuple[list[Kept], Message | None]:
    """Stores new files and finds those of an earlier attempt; the first trouble is told, what is good is kept."""
    kept, trouble, most = [], None, _file_size_bytes(account)
    page_secrets = account.account.secrets.get("page_secret", ())
    for reference in references[:_FILES]:
        try:
            ref = visitors.unpack_file(str(reference), page_secrets)
        except Forged:
            continue
        kept.append(Kept(name=ref.name, size_bytes=ref.size_bytes, reference=str(reference)))
    for upload in uploads:
        name = upload.filename.replace("\\", "/").rpartition("/")[2]
        name = "".join(letter for letter in name if letter.isprintable()).strip(". ")[:200] or "file"
        content = await upload.read()
        if len(kept) >= _FILES:
            trouble = message("At most %(count)s files can be sent.", count=_FILES)
        elif len(content) > most:
            trouble = message("%(name)s is too large: at most %(size)s MB can be sent.", name=name, size=most // _MEGABYTE)
        elif content:
            kept.append(await _store(request, account, name, upload.content_type, content))
    return kept, trouble


async def _store(request: AnyRequest, account: StoredAccount, name: str, type: str, content: bytes) -> Kept:
    parts, key = _parts(request), f"{account.workspace_id}/uploads/{new_id()}"
    until = parts.clock.now() + _LASTS
    await parts.desk.expect_upload(account, key, until)
    await parts.blobs.put(key, content)
    ref = visitors.FileRef(
        blob=key,
        name=name,
        type=(type or "application/octet-stream")[:100],
        size_bytes=len(content),
        visitor="form",
        until=int(until.timestamp()),
    )
    return Kept(name=name, size_bytes=len(content), reference=visitors.pack_file(account.account.secret("page_secret"), ref))


def _page(request: AnyRequest, account: StoredAccount, template: str, *, status: int = 200, **context: Any) -> Response[Any]:
    language = _language(request)
    embedded = request.query_params.get("embed") == "1"
    environment = request.app.state.templates
    with formats.speaking(translator(language)):
        text = environment.get_template(template).render(
            language=language,
            account=account,
            company=str(account.account.settings.get("company") or account.name),
            embedded=embedded,
            own=own,
            here=f"/form/{account.id}?{_kept_query(request)}",
            other=f"/form/{account.id}?{_kept_query(request, lang='en' if language == 'de' else 'de')}",
            **context,
        )
    headers = {"content-security-policy": policy(account.account.settings), "cross-origin-opener-policy": "unsafe-none"}
    return html(request, text, status=status, headers=headers)


def _kept_query(request: AnyRequest, **changes: str) -> str:
    kept = {name: request.query_params.get(name, "") for name in ("embed", "page")} | {"lang": _language(request)} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def _to_thanks(request: AnyRequest, account: StoredAccount, reference: str) -> Response[Any]:
    return Redirect(f"/form/{account.id}/thanks?{_kept_query(request, r=reference)}", status_code=303)


def _language(request: AnyRequest) -> Language:
    wanted = request.query_params.get("lang", "")
    return "de" if wanted == "de" else "en" if wanted == "en" else choose(request.headers.get("accept-language", ""))


def _setting(account: StoredAccount, name: str, language: Language) -> str:
    settings, other = account.account.settings, "en" if language == "de" else "de"
    return str(settings.get(f"{name}_{language}") or settings.get(f"{name}_{other}") or "").strip()


def _file_size_bytes(account: StoredAccount) -> int:
    try:
        return int(float(account.account.settings.get("file_size_megabytes") or 20) * _MEGABYTE)
    except (TypeError, ValueError):
        return 20 * _MEGABYTE


def _address(request: AnyRequest) -> str:
    return network_of(request.client.host if request.client else "")


async def _account(request: AnyRequest, account_id: str) -> StoredAccount:
    try:
        account = await _parts(request).accounts.get(UUID(account_id))
    except ValueError:
        account = None
    if account is None or not account.enabled or account.channel != "form":
        raise NotFound(message("There is no such form."))
    return account


def _parts(request: AnyRequest) -> Parts:
    parts: Parts = request.app.state.widget
    return parts
