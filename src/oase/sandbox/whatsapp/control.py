"""The control interface of the simulated WhatsApp: being a customer, switching faults on, reading what was accepted.

Used by the phone page, by tests and by load generators; not part of Meta's API. All below `/sandbox/control`.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from oase.kernel.errors import Conflict, Invalid
from oase.sandbox.faults import Fault
from oase.sandbox.guard import MAX_BODY_BYTES, PAGE_OPTIONS, own_pages_only
from oase.sandbox.guard import answer_errors as errors
from oase.sandbox.whatsapp.delivery import log_of
from oase.sandbox.whatsapp.faults import KINDS
from oase.sandbox.whatsapp.tokens import Tokens
from oase.sandbox.whatsapp.types import Customer, Json, Number
from oase.sandbox.whatsapp.views import customer_view, message_view, number_view, summary
from oase.sandbox.whatsapp.world import WhatsApp

_SAFE_INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/", "application/pdf")


class NewNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A business number to register."""

    display: str
    name: str
    id: str = ""
    account_id: str = ""
    webhook_url: str = ""
    throughput_per_second: int = 0


class ChangedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a business number."""

    webhook_url: str | None = None
    throughput_per_second: int | None = None
    subscribed: bool | None = None


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer to add."""

    wa_id: str
    name: str = ""
    username: str = ""
    hides_number: bool = False
    reads_at_once: bool = False


class ChangedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a customer. `blocks` and `unblocks` name business numbers by id."""

    wa_id: str | None = None
    name: str | None = None
    username: str | None = None
    hides_number: bool | None = None
    online: bool | None = None
    reads_at_once: bool | None = None
    read_receipts: bool | None = None
    blocks: str | None = None
    unblocks: str | None = None


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a customer: `text`, or a `kind` with its `content` in Meta's webhook form.

    `number`: the business number's id (the first one if empty). `wait`: answer when the webhook was taken.
    """

    number: str = ""
    text: str = ""
    kind: str = "text"
    content: Json = {}
    context_id: str = ""
    forwarded: bool = False
    wait: bool = False


class LoadItem(msgspec.Struct, frozen=True, kw_only=True):
    """One text message of a load."""

    wa_id: str
    text: str
    name: str = ""
    number: str = ""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token to issue; no `seconds`: valid for ever."""

    token: str
    seconds: float | None = None


def control_router(whatsapp: WhatsApp, tokens: Tokens) -> Router:
    """The routes of the control interface."""
    handlers = [
        *_number_routes(whatsapp, tokens),
        *_customer_routes(whatsapp),
        *_message_routes(whatsapp),
        *_load_routes(whatsapp),
        *_media_routes(whatsapp),
        *_fault_routes(whatsapp),
        *_ledger_routes(whatsapp),
    ]
    return Router(
        path="/sandbox/control",
        route_handlers=handlers,
        before_request=own_pages_only,
        exception_handlers=errors,
        request_max_body_size=MAX_BODY_BYTES,
        opt=PAGE_OPTIONS,
        include_in_schema=False,
    )


def _number(whatsapp: WhatsApp, number_id: str) -> Number:
    if number_id:
        return whatsapp.store.number(number_id)
    first = next(iter(whatsapp.store.numbers.values()), None)
    if first is None:
        raise Invalid("There is no business number yet.", field="number")
    return first


def _number_routes(whatsapp: WhatsApp, tokens: Tokens) -> list[HTTPRouteHandler]:
    @get("/numbers")
    async def numbers() -> list[Json]:
        return [number_view(each) for each in whatsapp.store.numbers.values()]

    @post("/numbers")
    async def add(data: JSONBody[NewNumber]) -> Json:
        asked = msgspec.structs.asdict(data)
        return number_view(whatsapp.add_number(number_id=asked.pop("id"), **asked))

    @patch("/numbers/{number_id:str}")
    async def change(number_id: FromPath[str], data: JSONBody[ChangedNumber]) -> Json:
        number = whatsapp.store.number(number_id)
        for name, value in msgspec.structs.asdict(data).items():
            if value is not None:
                setattr(number, name, value)
        return number_view(number)

    @post("/numbers/{number_id:str}/handshake")
    async def handshake(number_id: FromPath[str]) -> Json:
        number = whatsapp.store.number(number_id)
        return {"wrong": await whatsapp.shake_hands(number.webhook_url, number.verify_token)}

    @post("/numbers/{number_id:str}/errors/{code:int}", status_code=204)
    async def report_error(number_id: FromPath[str], code: FromPath[int]) -> None:
        whatsapp.report_error(whatsapp.store.number(number_id), code)

    @post("/tokens", status_code=204)
    async def issue(data: JSONBody[Token]) -> None:
        until = None if data.seconds is None else whatsapp.clock.now() + timedelta(seconds=data.seconds)
        tokens.issue(data.token, until)

    return [numbers, add, change, handshake, report_error, issue]


def _customer_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    store = whatsapp.store

    @get("/customers")
    async def customers(limit: FromQuery[int] = 200) -> list[Json]:
        newest = list(store.customers.values())[-limit:]
        return [customer_view(each) for each in reversed(newest)]

    @post("/customers")
    async def add(data: JSONBody[NewCustomer]) -> Json:
        customer = store.add_customer(data.wa_id, data.name)
        customer.name = data.name or customer.name
        customer.username, customer.hides_number = data.username, data.hides_number
        customer.reads_at_once = data.reads_at_once
        whatsapp.hub.tell("phones", {"type": "customer", "customer": customer_view(customer)})
        return customer_view(customer)

    @patch("/customers/{wa_id:str}")
    async def change(wa_id: FromPath[str], data: JSONBody[ChangedCustomer]) -> Json:
        customer = store.customer(wa_id)
        _change(whatsapp, customer, data)
        return customer_view(customer)

    @get("/customers/{wa_id:str}/chats")
    async def chats(wa_id: FromPath[str]) -> list[Json]:
        store.customer(wa_id)
        return [_chat_head(whatsapp, number, wa_id) for number in store.numbers.values()]

    @get("/customers/{wa_id:str}/chats/{number_id:str}")
    async def chat(wa_id: FromPath[str], number_id: FromPath[str]) -> list[Json]:
        found = store.chat(store.number(number_id).id, store.customer(wa_id).wa_id)
        return [message_view(each, store.messages) for each in list(found.messages)[-300:]]

    @post("/customers/{wa_id:str}/chats/{number_id:str}/seen")
    async def seen(wa_id: FromPath[str], number_id: FromPath[str]) -> Json:
        count = whatsapp.customers.see(store.customer(wa_id), store.number(number_id))
        return {"seen": count}

    return [customers, add, change, chats, chat, seen]


def _change(whatsapp: WhatsApp, customer: Customer, asked: ChangedCustomer) -> None:
    if asked.wa_id is not None:
        whatsapp.customers.change_number(customer, asked.wa_id)
    for name in ("name", "username", "hides_number", "reads_at_once", "read_receipts"):
        value = getattr(asked, name)
        if value is not None:
            setattr(customer, name, value)
    if asked.online is not None:
        whatsapp.customers.go_online(customer, asked.online)
    if asked.blocks:
        customer.blocked.add(whatsapp.store.number(asked.blocks).id)
    if asked.unblocks:
        customer.blocked.discard(asked.unblocks)


def _chat_head(whatsapp: WhatsApp, number: Number, wa_id: str) -> Json:
    chat = whatsapp.store.chats.get((number.id, wa_id))
    last = chat.messages[-1] if chat and chat.messages else None
    return {
        "number": number_view(number),
        "unread": chat.unread if chat else 0,
        "last": last and {"text": summary(last), "time": last.time.isoformat(), "from_business": last.from_business},
        "window_open": whatsapp.business.window_open(chat),
    }


def _message_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    store = whatsapp.store

    @post("/customers/{wa_id:str}/messages")
    async def write(wa_id: FromPath[str], data: JSONBody[Write]) -> Json:
        content = {"body": data.text} if data.text else data.content
        if data.kind == "text" and not content.get("body"):
            raise Invalid("Write something first.", field="text")
        message, taken = whatsapp.customers.write(
            store.customer(wa_id),
            _number(whatsapp, data.number),
            data.kind,
            content,
            context_id=data.context_id,
            forwarded=data.forwarded,
        )
        if data.wait and taken:
            await taken
        return message_view(message, store.messages)

    @post("/customers/{wa_id:str}/echoes")
    async def write_in_app(wa_id: FromPath[str], data: JSONBody[Write]) -> Json:
        """The business writes to this customer with its app instead of through Graph."""
        if not data.text:
            raise Invalid("Write something first.", field="text")
        message, taken = whatsapp.business.write_in_app(store.customer(wa_id), _number(whatsapp, data.number), data.text)
        if data.wait and taken:
            await taken
        return message_view(message, store.messages)

    @post("/customers/{wa_id:str}/messages/{message_id:str}/reaction", status_code=204)
    async def react(wa_id: FromPath[str], message_id: FromPath[str], data: JSONBody[dict[str, str]]) -> None:
        whatsapp.customers.react(store.customer(wa_id), store.message(message_id), data.get("emoji", ""))

    @put("/customers/{wa_id:str}/messages/{message_id:str}", status_code=204)
    async def edit(wa_id: FromPath[str], message_id: FromPath[str], data: JSONBody[dict[str, str]]) -> None:
        whatsapp.customers.edit(store.customer(wa_id), store.message(message_id), data.get("text", ""))

    @delete("/customers/{wa_id:str}/messages/{message_id:str}")
    async def revoke(wa_id: FromPath[str], message_id: FromPath[str]) -> None:
        whatsapp.customers.revoke(store.customer(wa_id), store.message(message_id))

    return [write, write_in_app, react, edit, revoke]


def _load_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    @post("/load")
    async def load(data: JSONBody[list[LoadItem]]) -> list[str]:
        """Many texts at once; customers are added as needed. Answers with the message ids, in the order asked for."""
        sent = []
        for item in data:
            customer = whatsapp.store.add_customer(item.wa_id, item.name)
            number = _number(whatsapp, item.number)
            message, _ = whatsapp.customers.write(customer, number, "text", {"body": item.text})
            sent.append(message.id)
        return sent

    return [load]


def _media_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    @post("/media")
    async def upload(request: Request[Any, Any, Any], filename: FromQuery[str] = "file") -> Json:
        """Stores the body as it is; `Content-Type` says what it is."""
        data = await request.body()
        mime_type = request.headers.get("content-type", "application/octet-stream")
        stored = whatsapp.store.add_media(data, mime_type, filename, "")
        return {"id": stored.id, "mime_type": mime_type, "filename": filename, "size_bytes": len(data)}

    @get("/media/{media_id:str}")
    async def media(media_id: FromPath[str]) -> Response[bytes]:
        found = whatsapp.store.media.get(media_id)
        if found is None:
            return Response(b"", status_code=404)
        inline = found.mime_type.startswith(_SAFE_INLINE)
        headers = {
            "Content-Disposition": "inline" if inline else "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        }
        return Response(found.data, media_type=found.mime_type, headers=headers)

    return [upload, media]


def _fault_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    faults = whatsapp.faults

    @get("/faults")
    async def active() -> Json:
        return {"active": faults.all(), "kinds": KINDS}

    @post("/faults")
    async def add(data: JSONBody[Fault]) -> Fault:
        return faults.add(data)

    @delete("/faults/{fault_id:int}")
    async def remove(fault_id: FromPath[int]) -> None:
        faults.remove(fault_id)

    @delete("/faults")
    async def clear() -> None:
        faults.clear()

    return [active, add, remove, clear]


def _ledger_routes(whatsapp: WhatsApp) -> list[HTTPRouteHandler]:
    store, delivery = whatsapp.store, whatsapp.delivery

    @get("/accepted")
    async def accepted(after: FromQuery[int] = 0, limit: FromQuery[int] = 1_000) -> Json:
        """What the simulator took from businesses, oldest first, behind the place `after`."""
        skip = max(0, after - (store.accepted_total - len(store.accepted)))
        items = [entry for place, entry in enumerate(store.accepted) if skip <= place < skip + limit]
        return {"items": items, "total": store.accepted_total}

    @get("/accepted/counts")
    async def counts(by: FromQuery[str] = "opaque") -> dict[str, int]:
        """How often each `biz_opaque_callback_data` (or, with `by=text`, each text) was accepted."""
        if by not in ("opaque", "text"):
            raise Conflict("Count by `opaque` or by `text`.")
        return Counter(getattr(entry, by) for entry in store.accepted)

    @get("/webhooks")
    async def webhooks(limit: FromQuery[int] = 100) -> Json:
        shown = [
            {**msgspec.structs.asdict(each), "body": each.body.decode("utf-8", "replace")} for each in log_of(delivery)[:limit]
        ]
        return {"counts": delivery.counts, "pending": delivery.pending, "log": shown}

    return [accepted, counts, webhooks]
