"""The app's requests. All below /app/<account>/v1; the description for developers: /app/v1/openapi.json.

POST session · GET about · GET conversations · GET, POST messages · POST files · GET files/<ref> · POST typing · POST read · GET unread
PUT devices · DELETE devices/<id> · GET stream (`stream.py`)
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, delete, get, post, put
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, Parameter
from litestar.response import Stream

from oase.channels import StoredAccount
from oase.channels.families import visiting
from oase.channels.families import visitor as visitors
from oase.conversations import ApnsTarget, Device, FcmTarget
from oase.kernel.errors import Invalid, NotFound, Unavailable
from oase.kernel.webpush import Subscription
from oase.web.customerapp import shapes, tokens
from oase.web.customerapp.access import account_of, answer, customer_of, parts_of, refused, slowly
from oase.web.customerapp.tokens import Bearer
from oase.web.widget import shape
from oase.web.widget.abuse import network_of
from oase.web.widget.hot import Refusal, presence_of, take_in
from oase.web.widget.look import look_of
from oase.web.widget.pages import give_file, take_file
from oase.web.widget.parts import VisitorMessage
from oase.web.widget.usertoken import BadToken, read_user

AnyRequest = Request[Any, Any, Any]
OPT: Final = {"public": True, "cross_site": True, "quiet": True}
_BODY_BYTES: Final = 64 * 1024
_CLAIMS_LENGTH: Final = 3_000
_PAGE: Final = 50
_FILES: Final = 10
T = TypeVar("T")
log = structlog.get_logger()


async def _said(request: AnyRequest, kind: type[T]) -> T:
    """What the body says; raises Refusal with the place of the mistake."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, "malformed", why=str(error)[:300]) from None


@post("/session", status_code=201, summary="Begin or renew a session", operation_id="beginSession")
async def session(request: AnyRequest, account_id: FromPath[str]) -> Response[shapes.Session]:
    """A token for an anonymous customer or a signed-in user.

    With the token of an anonymous session, signing in takes along what was said before; the same token again renews it.
    """
    account = await account_of(request, account_id)
    slowly(request)
    said = await _said(request, shapes.NewSession)
    known = _known(request, account)
    if said.user:
        bearer, name = _signed_in(request, account, said.user)
        if known is not None and not known.session.who and known.session.visitor != bearer.session.visitor:
            await _take_along(request, account, known, bearer)
        return answer(request, _session(bearer, name), 201)
    if known is not None and known.session.who:
        return answer(request, _session(known, visitors.unpack_who(known.session.who).name), 201)
    if known is None:
        _demand_work(request, account, said)
    visitor = known.session.visitor if known else visitors.anonymous_visitor(secrets.token_bytes(16))
    return answer(request, _session(tokens.begin(account, visitor, _now(request) + tokens.LASTS), ""), 201)


def _known(request: AnyRequest, account: StoredAccount) -> Bearer | None:
    if "authorization" not in request.headers:
        return None
    try:
        return customer_of(request, account)
    except Refusal:
        return None


def _signed_in(request: AnyRequest, account: StoredAccount, token: str) -> tuple[Bearer, str]:
    """The session of a signed-in user, which lasts as long as the company's token says."""
    now = _now(request)
    try:
        who, until = read_user(token, account.account.secrets.get("identity_secret", ()), now)
    except BadToken as error:
        raise Refusal(401, "token", why=str(error)) from error
    claims = visitors.pack_who(who)
    if len(claims) > _CLAIMS_LENGTH:
        raise Refusal(401, "token", why="The token says too much about the user: 2,000 characters of fields fit.")
    visitor = visitors.visitor_of_user(account.account.id, who.id)
    return tokens.begin(account, visitor, min(until + timedelta(minutes=5), now + tokens.LASTS), claims), who.name


async def _take_along(request: AnyRequest, account: StoredAccount, former: Bearer, bearer: Bearer) -> None:
    """What the anonymous customer said belongs to the user from now on."""
    signature = visitors.sign(former.key, "identify", bearer.session.visitor.encode())
    content = visiting.Identifies(v=former.session.visitor, u=former.session.until, s=signature)
    await _deliver(request, account, bearer, content)


def _demand_work(request: AnyRequest, account: StoredAccount, said: shapes.NewSession) -> None:
    """In a flood of new customers each must solve a puzzle first."""
    parts, now, scope = parts_of(request).widget, _now(request), f"hello {account.id}"
    if said.puzzle and parts.puzzles.check(said.puzzle, said.answer, scope, now):
        return
    address = network_of(request.client.host if request.client else "")
    if bits := parts.abuse.bits_for_newcomer(str(account.id), address):
        raise Refusal(428, "puzzle", why=parts.puzzles.issue(scope, bits, now))


def _session(bearer: Bearer, name: str) -> shapes.Session:
    until = datetime.fromtimestamp(bearer.session.until, UTC).isoformat()
    return shapes.Session(token=tokens.pack(bearer), expires_at=until, signed_in=bool(bearer.session.who), name=name)


@get("/about", summary="The company, and who is there", operation_id="about")
async def about(request: AnyRequest, account_id: FromPath[str], lang: FromQuery[str] = "en") -> Response[shapes.About]:
    """What an app shows before anything was said. Needs no token."""
    account = await account_of(request, account_id)
    slowly(request)
    parts, look = parts_of(request), look_of(account)
    here = await presence_of(parts.widget, account, lang[:35])
    limits = shapes.Limits(
        text_length=look.text_length, files=look.files, file_size_bytes=look.file_size_bytes, files_per_message=_FILES
    )
    push = account.account.settings.get("push") != "off"
    return answer(
        request,
        shapes.About(
            company=look.company, color=look.color, greeting=dict(look.greeting), open=bool(here.get("open")), limits=limits,
            push=push, push_key=parts.push_key if push else "",
            **{name: here.get(name, "") for name in ("wait", "said", "by", "hours", "opens_at")},
        ),
    )  # fmt: skip


@get("/conversations", summary="The customer's conversations", operation_id="listConversations")
async def conversations(request: AnyRequest, account_id: FromPath[str]) -> Response[shapes.Conversations]:
    """The newest first, a hundred at most."""
    account, bearer = await _customer(request, account_id)
    found = await parts_of(request).desk.conversations(account, bearer.session.visitor)
    shown = [
        shapes.Conversation(
            id=str(one.id), state="closed" if one.state == "solved" else "open", began_at=one.began_at.isoformat(),
            last_at=one.last_at.isoformat(), last_text=one.last_text[:200], unread=one.unread,
        )
        for one in found
    ]  # fmt: skip
    return answer(request, shapes.Conversations(conversations=shown))


@get("/messages", summary="Messages, page by page", operation_id="listMessages")
async def messages(
    request: AnyRequest,
    account_id: FromPath[str],
    before: Annotated[str, Parameter(description="the id of the oldest message at hand: what was said before it")] = "",
    conversation: Annotated[str, Parameter(description="of one conversation only")] = "",
    limit: Annotated[int, Parameter(ge=1, le=100)] = _PAGE,
) -> Response[shapes.Page]:
    """The newest messages, or those before one of them; oldest first."""
    account, bearer = await _customer(request, account_id)
    found = await parts_of(request).desk.page(
        account, bearer.session.visitor, limit=limit, before=_uuid(before), conversation=_uuid(conversation)
    )
    more = found[0].id if len(found) == limit else ""
    shown = _shown(request, account, bearer, found)
    return answer(request, {"messages": shown, "before": more})


@post("/messages", status_code=202, summary="Say something", operation_id="say")
async def say(request: AnyRequest, account_id: FromPath[str]) -> Response[shapes.Taken]:
    """Text, files, or a quick reply. With the same `id` again it is taken once."""
    account, bearer = await _customer(request, account_id)
    said = await _said(request, shapes.NewMessage)
    choice = visiting.Chosen(id=said.choice.id, title=said.choice.title, message=said.choice.message) if said.choice else None
    content = visiting.Message(id=said.id, text=said.text, files=said.files, choice=choice, lang=said.lang, waited=said.waited)
    return answer(request, shapes.Taken(id=said.id, at=await _deliver(request, account, bearer, content)), 202)


@post("/files", status_code=201, summary="Upload a file", operation_id="upload", request_max_body_size=None)
async def upload(
    request: AnyRequest, account_id: FromPath[str], name: FromQuery[str], width: FromQuery[int] = 0, height: FromQuery[int] = 0
) -> Response[shapes.Uploaded]:
    """The body is the file, with its Content-Type and Content-Length. The answer's `ref` goes into a message."""
    account, bearer = await _customer(request, account_id)
    query = {"name": name, "width": str(width), "height": str(height)}
    length = request.headers.get("content-length", "")
    kept = await take_file(request, parts_of(request).widget, account, bearer.session.visitor, query, length)
    return answer(request, kept, 201)


@get("/files/{reference:str}", summary="A file of a conversation", operation_id="download")
async def file(request: AnyRequest, account_id: FromPath[str], reference: FromPath[str]) -> Stream:
    """Whoever has the address may read it until it expires, so pictures can be shown without a token."""
    account = await account_of(request, account_id)
    return give_file(request, parts_of(request).widget, account, reference)


@post("/typing", status_code=202, summary="The customer types", operation_id="typing")
async def typing(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """At most every few seconds; it is shown to the agent for a while."""
    account, bearer = await _customer(request, account_id)
    said = await _said(request, shapes.Typing)
    await _deliver(request, account, bearer, visiting.Writes(on=said.on, n=secrets.randbits(31)))
    return answer(request, {}, 202)


@post("/read", status_code=202, summary="What has arrived or was read", operation_id="read")
async def read(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """Everything up to a message of ours."""
    account, bearer = await _customer(request, account_id)
    said = await _said(request, shapes.Read)
    await _deliver(request, account, bearer, visiting.Seen(message=said.message, state=said.state, n=secrets.randbits(31)))
    return answer(request, {}, 202)


@get("/unread", summary="How many answers are unread", operation_id="unread")
async def unread(request: AnyRequest, account_id: FromPath[str]) -> Response[shapes.Unread]:
    """For the number at the app's icon."""
    account, bearer = await _customer(request, account_id)
    found = await parts_of(request).desk.conversations(account, bearer.session.visitor)
    return answer(request, shapes.Unread(unread=sum(one.unread for one in found)))


@put("/devices", summary="Register for push messages", operation_id="registerDevice")
async def register(request: AnyRequest, account_id: FromPath[str]) -> Response[shapes.Registered]:
    """A phone or browser that is told of answers while the app is closed; again at each start of the app is right."""
    account, bearer = await _customer(request, account_id)
    said: shapes.NewDevice = await _said(request, shapes.NewDevice)  # type: ignore[arg-type]
    try:
        kept = await parts_of(request).desk.keep_device(account, bearer.session.visitor, _device(said))
    except Invalid as error:
        raise Refusal(422, "device", why=str(error)) from error
    return answer(request, shapes.Registered(id=str(kept)))


@delete("/devices/{device_id:uuid}", status_code=204, summary="No more push messages", operation_id="forgetDevice")
async def unregister(request: AnyRequest, account_id: FromPath[str], device_id: FromPath[UUID]) -> None:
    """Forgets a device of this customer: when somebody signs out, for example."""
    account, bearer = await _customer(request, account_id)
    await parts_of(request).desk.forget_device(account, bearer.session.visitor, device_id)


HANDLERS: Final = (
    session, about, conversations, messages, say, upload, file, typing, read, unread, register, unregister,
)  # fmt: skip


def on_refusal(request: AnyRequest, error: Exception) -> Response[Any]:
    """Refusals and mistakes in a request's form, all in one shape."""
    if isinstance(error, Refusal):
        return refused(request, error)
    if isinstance(error, Unavailable):
        return refused(request, Refusal(503, "later", retry_after=2))
    if isinstance(error, NotFound):
        return refused(request, Refusal(404, "gone", why=str(error)))
    if isinstance(error, HTTPException):
        status = 422 if error.status_code == 400 else error.status_code
        return refused(request, Refusal(status, "too_long" if status == 413 else "malformed", why=error.detail))
    log.exception("app.request_failed", path=request.url.path)
    return refused(request, Refusal(500, "failed"))


async def _customer(request: AnyRequest, account_id: str) -> tuple[StoredAccount, Bearer]:
    account = await account_of(request, account_id)
    bearer = customer_of(request, account)
    slowly(request)
    return account, bearer


async def _deliver(request: AnyRequest, account: StoredAccount, bearer: Bearer, content: msgspec.Struct) -> str:
    """Keeps what the customer does; gives its time."""
    raw = tokens.delivery(bearer, content, _now(request), request.headers.get("user-agent", ""))
    if len(raw.body) > _BODY_BYTES:
        raise Refusal(413, "too_long")
    await take_in(parts_of(request).widget, account, raw)
    return raw.received_at.isoformat()


def _device(said: shapes.NewDevice) -> Device:
    if isinstance(said, shapes.Fcm):
        return Device(kind="fcm", target=FcmTarget(token=said.token), language=said.lang)
    if isinstance(said, shapes.Apns):
        return Device(kind="apns", target=ApnsTarget(token=said.token), language=said.lang)
    target = Subscription(endpoint=said.endpoint, p256dh=said.keys.p256dh, auth=said.keys.auth)
    return Device(kind="webpush", target=target, language=said.lang)


def _shown(request: AnyRequest, account: StoredAccount, bearer: Bearer, found: Sequence[VisitorMessage]) -> list[dict[str, Any]]:
    return shape.messages(account, bearer.session.visitor, found, _now(request))


def _now(request: AnyRequest) -> datetime:
    return parts_of(request).widget.clock.now()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Refusal(422, "malformed", why="This is no id.") from None
