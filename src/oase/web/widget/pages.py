"""The widget's other requests, which are rare: its code, a session, files.

GET  /widget/<account>/oase.js           the loader with the account's look
GET  /widget/assets/<version>/<path>     modules, style sheet, words
POST /widget/<account>/hello             a session (new, renewed, or of a signed-in user), the timeline, who is there
POST /widget/<account>/continue          a link by which the visitor goes on over another channel
POST /widget/<account>/upload            a file, before the message that names it
GET  /widget/<account>/file/<reference>  a file of the conversation
"""

import hashlib
import math
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post, route
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Meta, Struct

from oase.channels import StoredAccount
from oase.channels.contract import Forged
from oase.channels.families import visitor as visitors
from oase.kernel.errors import NotFound
from oase.kernel.i18n import choose, message
from oase.kernel.ids import new_id
from oase.web.assets import Assets
from oase.web.widget import origins
from oase.web.widget.abuse import network_of
from oase.web.widget.hot import Refusal, check_session, presence_of, site_of, timeline_of
from oase.web.widget.lean import lean
from oase.web.widget.look import look_of
from oase.web.widget.parts import Parts
from oase.web.widget.shape import address_of_file
from oase.web.widget.usertoken import BadToken, read_user

AnyRequest = Request[Any, Any, Any]
_FOLDER: Final = Path(__file__).parent / "static"
ASSETS: Final = Assets({file.name: lean(file.read_text("utf-8")).encode() for file in _FOLDER.glob("*.[jc]s*")}, folder=_FOLDER)
_LOADER: Final = lean((_FOLDER / "oase.js").read_text("utf-8")).encode()
_PUBLIC: Final = {"public": True, "cross_site": True, "quiet": True}
_SESSION: Final = timedelta(days=180)
_UPLOAD_LASTS: Final = timedelta(days=30)  # a message typed offline may name its file for so long
_HELLO_BYTES: Final = 16 * 1024
_SHOWN_INLINE: Final = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "audio/", "video/",
)  # fmt: skip
_MIME_LENGTH: Final = 100
_CLAIMS_LENGTH: Final = 3_000  # they travel in addresses, and proxies cut these off at 8 kB


class Hello(Struct, frozen=True, kw_only=True):
    """What the widget says first. `make` asks for a new session where there is none."""

    make: bool = False
    user: Annotated[str, Meta(max_length=8_000)] = ""
    lang: Annotated[str, Meta(max_length=35)] = "en"
    puzzle: Annotated[str, Meta(max_length=200)] = ""
    answer: Annotated[str, Meta(max_length=20)] = ""


@get("/widget/{account_id:str}/oase.js", opt=_PUBLIC, include_in_schema=False)
async def loader(request: AnyRequest, account_id: FromPath[str]) -> Response[bytes]:
    """The loader, with the account's look written into it."""
    parts = parts_of(request)
    try:
        account = await site_of(parts, account_id, "", "")
    except Refusal:
        return Response(b"/* Oase: there is no such web chat. */", status_code=404, media_type="text/javascript; charset=utf-8")
    site = msgspec.json.encode({"look": look_of(account), "assets": f"/widget/assets/{ASSETS.version}/"}).replace(
        b"<", b"\\u003c"
    )
    text = _LOADER.replace(b"/*SITE*/ null", site, 1)
    tag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
    headers = {
        "cache-control": "public, max-age=300",
        "etag": tag,
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(text, media_type="text/javascript; charset=utf-8", headers=headers)


@get("/widget/assets/{version:str}/{path:path}", opt=_PUBLIC, sync_to_thread=False, include_in_schema=False)
def widget_asset(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    """A module, style sheet or list of words."""
    found = ASSETS.get(path.lstrip("/"))
    if found is None:
        raise NotFound(message("There is no such file."))
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if version == ASSETS.version else "no-cache",
        "vary": "accept-encoding",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
    }
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.plain, media_type=found.type, headers=headers)


@post("/widget/{account_id:str}/hello", opt=_PUBLIC, include_in_schema=False, request_max_body_size=_HELLO_BYTES)
async def hello(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """A session, the timeline so far, and who is there."""
    try:
        account = await _site(request, account_id)
        return await _hello(request, account)
    except Refusal as refusal:
        return _refused(request, refusal)


async def _hello(request: AnyRequest, account: StoredAccount) -> Response[Any]:
    parts = parts_of(request)
    body = await request.body()
    try:
        said = msgspec.json.decode(body, type=Hello)
    except (ValueError, RecursionError):
        raise Refusal(422, "malformed") from None
    address = network_of(request.client.host if request.client else "")
    if wait := parts.abuse.address.take(address):
        raise Refusal(429, "slow", retry_after=wait)
    session = _known_session(parts, account, dict(request.query_params), body)
    fresh: dict[str, Any] | None = None
    if said.user:
        session, fresh = _user_session(parts, account, said.user)
    elif session is None and said.make:
        _demand_work(parts, account, said, address)
        session = visitors.Session(visitor=visitors.anonymous_visitor(secrets.token_bytes(16)), until=_until(parts))
        fresh = _with_key(account, session)
    elif session is not None and not session.who and session.until - parts.clock.now().timestamp() < _SESSION.total_seconds() / 2:
        session = visitors.Session(visitor=session.visitor, until=_until(parts))
        fresh = _with_key(account, session)
    return _json(
        request,
        {
            "session": fresh,
            "known": session is not None,
            "now": int(parts.clock.now().timestamp() * 1000),
            "presence": await presence_of(parts, account, said.lang),
            "timeline": await timeline_of(parts, account, session.visitor) if session else [],
        },
    )


class GoOn(Struct, frozen=True, kw_only=True):
    """Where the visitor wants to go on: the id of an account out of `presence.elsewhere`."""

    to: Annotated[str, Meta(max_length=40)]
    lang: Annotated[str, Meta(max_length=35)] = "en"


@post("/widget/{account_id:str}/continue", opt=_PUBLIC, include_in_schema=False, request_max_body_size=_HELLO_BYTES)
async def go_on(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """A link that counts once, for the dialogue that the visitor already has."""
    try:
        return await _go_on(request, await _site(request, account_id))
    except Refusal as refusal:
        return _refused(request, refusal)


async def _go_on(request: AnyRequest, account: StoredAccount) -> Response[Any]:
    parts, query, body = parts_of(request), dict(request.query_params), await request.body()
    session = check_session(account, query, "continue", f"{query.get('t', '')}\n".encode() + body, parts)
    address = network_of(request.client.host if request.client else "")
    if wait := parts.abuse.address.take(address) or parts.abuse.visitor.take(session.visitor):
        raise Refusal(429, "slow", retry_after=wait)
    try:
        wanted = msgspec.json.decode(body, type=GoOn)
    except (ValueError, RecursionError):
        raise Refusal(422, "malformed") from None
    link = await parts.desk.invite(account, session.visitor, wanted.to, choose(wanted.lang))
    if not link:
        raise Refusal(404, "nowhere")
    return _json(request, {"link": link})


def _known_session(parts: Parts, account: StoredAccount, query: dict[str, str], body: bytes) -> visitors.Session | None:
    """The session that a hello shows, if it still counts."""
    if "v" not in query:
        return None
    try:
        return visitors.check_signed(query, "hello", body, account.account.secrets.get("session_secret", ()), parts.clock.now())
    except Forged:
        return None


def _user_session(parts: Parts, account: StoredAccount, token: str) -> tuple[visitors.Session, dict[str, Any]]:
    """The session of a signed-in user, which lasts as long as the token."""
    now = parts.clock.now()
    try:
        who, until = read_user(token, account.account.secrets.get("identity_secret", ()), now)
    except BadToken as error:
        raise Refusal(401, "token", why=str(error)) from error
    claims = visitors.pack_who(who)
    if len(claims) > _CLAIMS_LENGTH:
        raise Refusal(401, "token", why="The token says too much about the user: 2,000 characters of fields fit.")
    session = visitors.Session(
        visitor=visitors.visitor_of_user(account.account.id, who.id),
        until=int(min(until + timedelta(minutes=5), now + _SESSION).timestamp()),
        who=claims,
    )
    return session, _with_key(account, session)


def _demand_work(parts: Parts, account: StoredAccount, said: Hello, address: str) -> None:
    """In a flood of new visitors each must solve a puzzle first."""
    now, scope = parts.clock.now(), f"hello {account.id}"
    if said.puzzle and parts.puzzles.check(said.puzzle, said.answer, scope, now):
        return
    if bits := parts.abuse.bits_for_newcomer(str(account.id), address):
        raise Refusal(428, "puzzle", why=parts.puzzles.issue(scope, bits, now))


def _until(parts: Parts) -> int:
    return int((parts.clock.now() + _SESSION).timestamp())


def _with_key(account: StoredAccount, session: visitors.Session) -> dict[str, Any]:
    key = visitors.session_key(account.account.secret("session_secret"), session)
    return {"v": session.visitor, "u": session.until, "w": session.who, "key": key}


@route(
    "/widget/{account_id:str}/upload",
    http_method=["POST", "OPTIONS"],
    opt=_PUBLIC,
    include_in_schema=False,
    request_max_body_size=None,
)
async def upload(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """Takes a file (the body) and gives a reference, which a message may name."""
    try:
        account = await _site(request, account_id)
        if request.method == "OPTIONS":
            return _preflight(request)
        return await _upload(request, account)
    except Refusal as refusal:
        return _refused(request, refusal)


async def _upload(request: AnyRequest, account: StoredAccount) -> Response[Any]:
    parts, query = parts_of(request), dict(request.query_params)
    size = query.get("size", "")
    session = check_session(account, query, "upload", f"{query.get('t', '')}\n{query.get('name', '')}\n{size}".encode(), parts)
    return _json(request, await take_file(request, parts, account, session.visitor, query, size), status=201)


async def take_file(
    request: AnyRequest, parts: Parts, account: StoredAccount, visitor: str, query: Mapping[str, str], size: str
) -> dict[str, str]:
    """Stores the body as a visitor's file, and gives the reference that a message may name; raises Refusal."""
    look = look_of(account)
    if not look.files:
        raise Refusal(403, "no_files")
    if not size.isascii() or not size.isdigit() or not 0 < int(size) <= look.file_size_bytes:
        raise Refusal(413, "file_too_large")
    address = network_of(request.client.host if request.client else "")
    wait = parts.abuse.visitor_upload.take(visitor, int(size)) or parts.abuse.address_upload.take(address, int(size))
    if wait:
        raise Refusal(429, "slow", retry_after=wait)
    key, until = f"{account.workspace_id}/uploads/{new_id()}", parts.clock.now() + _UPLOAD_LASTS
    await parts.desk.expect_upload(account, key, until)
    await parts.blobs.put(key, _exactly(request.stream(), int(size)))
    ref = visitors.FileRef(
        blob=key,
        name=_clean_name(query.get("name", "")[:200]),
        type=request.headers.get("content-type", "application/octet-stream").replace("\0", "")[:_MIME_LENGTH],
        size_bytes=int(size),
        visitor=visitor,
        until=int(until.timestamp()),
        width=_pixels(query.get("width", "")),
        height=_pixels(query.get("height", "")),
    )
    reference = visitors.pack_file(account.account.secret("session_secret"), ref)
    return {"ref": reference, "url": address_of_file(account, reference)}


async def _exactly(stream: AsyncIterator[bytes], size_bytes: int) -> AsyncIterator[bytes]:
    """The body as it comes; more or less than was signed breaks the upload."""
    seen = 0
    async for piece in stream:
        seen += len(piece)
        if seen > size_bytes:
            raise Refusal(413, "file_too_large")
        yield piece
    if seen != size_bytes:
        raise Refusal(400, "cut_off")


def _clean_name(name: str) -> str:
    """A file name without folders and control characters."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in plain if letter.isprintable()).strip(". ") or "file"


def _pixels(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 20_000 else 0


@get("/widget/{account_id:str}/file/{reference:str}", opt=_PUBLIC, include_in_schema=False)
async def file(request: AnyRequest, account_id: FromPath[str], reference: FromPath[str]) -> Stream:
    """A file of a conversation; whoever has the reference may read it until it expires."""
    try:
        account = await _site(request, account_id)
    except Refusal:
        raise NotFound(message("There is no such file.")) from None
    return give_file(request, parts_of(request), account, reference)


def give_file(request: AnyRequest, parts: Parts, account: StoredAccount, reference: str) -> Stream:
    """The file behind a reference; raises NotFound."""
    try:
        found = visitors.unpack_file(reference, account.account.secrets.get("session_secret", ()))
    except Forged:
        raise NotFound(message("There is no such file.")) from None
    if found.until < parts.clock.now().timestamp():
        raise NotFound(message("This link has expired. Open the chat again to see the file."))
    kind = found.type.partition(";")[0].strip().lower()
    shown = kind.startswith(_SHOWN_INLINE)
    headers = {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-length": str(found.size_bytes),
        "cache-control": "private, max-age=604800, immutable",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
        **origins.cors(request.headers.get("origin", "")),
    }
    media_type = kind if shown else "application/octet-stream"
    return Stream(parts.blobs.stream(found.blob), media_type=media_type, headers=headers)


def parts_of(request: AnyRequest) -> Parts:
    """The running parts, set by `oase.main.wiring`."""
    parts: Parts = request.app.state.widget
    return parts


async def _site(request: AnyRequest, account_id: str) -> StoredAccount:
    return await site_of(parts_of(request), account_id, request.headers.get("origin", ""), request.headers.get("host", ""))


def _json(request: AnyRequest, content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response[Any]:
    extra = {"cache-control": "no-store", **origins.cors(request.headers.get("origin", "")), **(headers or {})}
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json", headers=extra)


def _refused(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    headers = {"retry-after": str(math.ceil(refusal.retry_after))} if refusal.retry_after else {}
    return _json(request, refusal.body(), status=refusal.status, headers=headers)


def _preflight(request: AnyRequest) -> Response[Any]:
    headers = {
        **origins.cors(request.headers.get("origin", "")),
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "7200",
    }
    return Response(b"", status_code=204, headers=headers)
