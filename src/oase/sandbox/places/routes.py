"""Being a customer on any platform: what the phone page, the timeline page and tests call. All below `/sandbox/apps`."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from oase.kernel.errors import NotFound
from oase.sandbox.faults import Fault
from oase.sandbox.guard import MAX_BODY_BYTES, PAGE_OPTIONS, own_pages_only
from oase.sandbox.guard import answer_errors as errors
from oase.sandbox.places.platform import Platform
from oase.sandbox.places.types import Contact, Json, Spot
from oase.sandbox.places.views import customer_view, file_view, message_view, post_view, summary

_SAFE_INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
Platforms = Mapping[str, Platform]
Find = Callable[[str], Platform]


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A person to add. `handle`: the address on the platform, where people choose it themselves."""

    name: str
    handle: str = ""


class ChangedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a person."""

    online: bool | None = None
    read_receipts: bool | None = None
    blocked: bool | None = None


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a customer. `files`: ids of files that were sent before."""

    text: str = ""
    files: tuple[str, ...] = ()
    voice: bool = False
    sticker: bool = False
    chosen: str = ""
    spot: Spot | None = None
    contact: Contact | None = None
    reply_to: str = ""


class Text(msgspec.Struct, frozen=True):
    """A new text."""

    text: str


class Emoji(msgspec.Struct, frozen=True):
    """A reaction; empty takes it back."""

    emoji: str = ""


class LoadItem(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a load."""

    customer: str
    text: str
    name: str = ""


class NewPost(msgspec.Struct, frozen=True, kw_only=True):
    """Something to say in public. An empty `author` is the company, by another program than Oase."""

    author: str
    text: str
    parent: str = ""
    files: tuple[str, ...] = ()
    rating: int = 0
    mentions: bool = False


class By(msgspec.Struct, frozen=True):
    """Who does it."""

    by: str = ""
    on: bool = True


def places_router(platforms: Platforms) -> Router:
    """The routes for all platforms."""

    def found(app: str) -> Platform:
        if app not in platforms:
            raise NotFound(f"The sandbox has no platform called {app!r}.")
        return platforms[app]

    @get("/", sync_to_thread=False)
    def apps() -> list[Json]:
        return [
            {
                "id": one.id, "name": one.name, "icon": one.icon, "color": one.color, "features": sorted(one.features),
                "public": sorted(one.public),
            }
            for one in platforms.values()
        ]  # fmt: skip

    handlers: list[HTTPRouteHandler] = [apps]
    for make in (_people_routes, _message_routes, _file_routes, _post_routes, _fault_routes, _ledger_routes):
        handlers += make(found)
    return Router(
        path="/sandbox/apps",
        route_handlers=handlers,
        before_request=own_pages_only,
        exception_handlers=errors,
        request_max_body_size=MAX_BODY_BYTES,
        opt=PAGE_OPTIONS,
        include_in_schema=False,
    )


def _people_routes(found: Find) -> list[HTTPRouteHandler]:
    @get("/{app:str}/customers", sync_to_thread=False)
    def customers(app: FromPath[str], limit: FromQuery[int] = 200) -> list[Json]:
        phone = found(app).phone
        shown = []
        for customer in reversed(list(phone.customers.values())[-limit:]):
            chat = phone.chats.get(customer.id)
            last = chat[-1] if chat else None
            unread = sum(one.from_business and one.state != "read" for one in chat or ())
            head = {"last": last and {"text": summary(last), "time": last.time.isoformat()}, "unread": unread}
            shown.append({**customer_view(customer), **head})
        return shown

    @post("/{app:str}/customers", sync_to_thread=False)
    def add(app: FromPath[str], data: JSONBody[NewCustomer]) -> Json:
        return customer_view(found(app).new_customer(data.name, data.handle))

    @patch("/{app:str}/customers/{customer:str}", sync_to_thread=False)
    def change(app: FromPath[str], customer: FromPath[str], data: JSONBody[ChangedCustomer]) -> Json:
        phone = found(app).phone
        person = phone.customer(customer)
        if data.read_receipts is not None:
            person.read_receipts = data.read_receipts
        if data.blocked is not None and data.blocked != person.blocked:
            person.blocked = data.blocked
            found(app).on_blocked(person)
        if data.online is not None:
            phone.go_online(customer, data.online)
        return customer_view(person)

    @get("/{app:str}/events/{topic:str}", sync_to_thread=False)
    def events(app: FromPath[str], topic: FromPath[str]) -> Stream:
        platform = found(app)
        stream = platform.hub.listen(f"{platform.id} {topic}")
        return Stream(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return [customers, add, change, events]


def _message_routes(found: Find) -> list[HTTPRouteHandler]:
    path = "/{app:str}/customers/{customer:str}/messages"

    @get(path, sync_to_thread=False)
    def messages(app: FromPath[str], customer: FromPath[str], limit: FromQuery[int] = 300) -> list[Json]:
        phone = found(app).phone
        phone.customer(customer)
        return [message_view(one, phone.messages) for one in list(phone.chats.get(customer, ()))[-limit:]]

    @post(path)
    async def write(app: FromPath[str], customer: FromPath[str], data: JSONBody[Write]) -> Json:
        phone = found(app).phone
        asked = {name: getattr(data, name) for name in ("voice", "sticker", "chosen", "spot", "contact", "reply_to")}
        files = [phone.file(one) for one in data.files]
        return message_view(phone.write(customer, data.text, files=files, **asked), phone.messages)

    @put(f"{path}/{{message:str}}")
    async def edit(app: FromPath[str], customer: FromPath[str], message: FromPath[str], data: JSONBody[Text]) -> Json:
        phone = found(app).phone
        return message_view(phone.edit(message, data.text), phone.messages)

    @delete(f"{path}/{{message:str}}", status_code=200)
    async def remove(app: FromPath[str], customer: FromPath[str], message: FromPath[str]) -> Json:
        phone = found(app).phone
        return message_view(phone.delete(message), phone.messages)

    @post(f"{path}/{{message:str}}/reaction")
    async def react(app: FromPath[str], customer: FromPath[str], message: FromPath[str], data: JSONBody[Emoji]) -> Json:
        phone = found(app).phone
        return message_view(phone.react(message, data.emoji), phone.messages)

    @post("/{app:str}/customers/{customer:str}/seen")
    async def seen(app: FromPath[str], customer: FromPath[str]) -> Json:
        return {"seen": found(app).phone.see(customer)}

    @post("/{app:str}/customers/{customer:str}/typing", status_code=204)
    async def typing(app: FromPath[str], customer: FromPath[str]) -> None:
        found(app).phone.types(customer)

    @post("/{app:str}/load")
    async def load(app: FromPath[str], data: JSONBody[list[LoadItem]]) -> list[str]:
        phone = found(app).phone
        ids = []
        for item in data:
            phone.add_customer(item.customer, item.name or item.customer)
            ids.append(phone.write(item.customer, item.text).id)
        return ids

    return [messages, write, edit, remove, react, seen, typing, load]


def _file_routes(found: Find) -> list[HTTPRouteHandler]:
    @post("/{app:str}/files")
    async def upload(app: FromPath[str], filename: FromQuery[str], request: Request[Any, Any, Any]) -> Json:
        type_ = request.headers.get("content-type", "application/octet-stream")
        return file_view(found(app).phone.add_file(filename, type_, await request.body()))

    @get("/{app:str}/files/{file:str}", sync_to_thread=False)
    def download(app: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        kept = found(app).phone.file(file)
        inline = kept.type.startswith(_SAFE_INLINE)
        headers = {
            "Content-Disposition": "inline" if inline else "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        }
        return Response(kept.data, media_type=kept.type if inline else "application/octet-stream", headers=headers)

    return [upload, download]


def _post_routes(found: Find) -> list[HTTPRouteHandler]:
    def view(platform: Platform, post_id: str) -> Json:
        return post_view(platform.timeline.post(post_id), platform.phone.customers)

    @get("/{app:str}/posts", sync_to_thread=False)
    def posts(app: FromPath[str], limit: FromQuery[int] = 50) -> list[Json]:
        platform = found(app)
        people, timeline = platform.phone.customers, platform.timeline
        return [
            {**post_view(one, people), "comments": [post_view(each, people) for each in timeline.below(one.id)[-200:]]}
            for one in timeline.threads()[:limit]
        ]

    @post("/{app:str}/posts")
    async def publish(app: FromPath[str], data: JSONBody[NewPost]) -> Json:
        platform = found(app)
        files = [platform.phone.file(one) for one in data.files]
        said = platform.timeline.publish(
            data.author, data.text, parent_id=data.parent, files=files, rating=data.rating, mentions=data.mentions
        )
        return view(platform, said.id)

    @put("/{app:str}/posts/{post_id:str}")
    async def edit(app: FromPath[str], post_id: FromPath[str], data: JSONBody[Text]) -> Json:
        platform = found(app)
        platform.timeline.edit(post_id, data.text)
        return view(platform, post_id)

    @delete("/{app:str}/posts/{post_id:str}", status_code=200)
    async def remove(app: FromPath[str], post_id: FromPath[str]) -> Json:
        platform = found(app)
        platform.timeline.remove(post_id)
        return view(platform, post_id)

    @post("/{app:str}/posts/{post_id:str}/like")
    async def like(app: FromPath[str], post_id: FromPath[str], data: JSONBody[By]) -> Json:
        platform = found(app)
        platform.timeline.like(post_id, data.by, data.on)
        return view(platform, post_id)

    return [posts, publish, edit, remove, like]


def _fault_routes(found: Find) -> list[HTTPRouteHandler]:
    @get("/{app:str}/faults", sync_to_thread=False)
    def faults(app: FromPath[str]) -> Json:
        known = found(app).faults
        return {"active": [msgspec.to_builtins(one) for one in known.all()], "kinds": dict(known.kinds)}

    @post("/{app:str}/faults")
    async def add(app: FromPath[str], data: JSONBody[Fault]) -> Json:
        fault = found(app).faults.add(data)
        found(app).on_fault(fault)
        return dict(msgspec.to_builtins(fault))

    @delete("/{app:str}/faults")
    async def clear(app: FromPath[str]) -> None:
        found(app).faults.clear()

    @delete("/{app:str}/faults/{fault_id:int}")
    async def remove(app: FromPath[str], fault_id: FromPath[int]) -> None:
        found(app).faults.remove(fault_id)

    return [faults, add, clear, remove]


def _ledger_routes(found: Find) -> list[HTTPRouteHandler]:
    @get("/{app:str}/accepted", sync_to_thread=False)
    def accepted(app: FromPath[str], after: FromQuery[int] = 0, limit: FromQuery[int] = 1_000) -> list[Json]:
        entries = (one for one in found(app).phone.accepted if one.place > after)
        return [dict(msgspec.to_builtins(one)) for one, _ in zip(entries, range(limit), strict=False)]

    @get("/{app:str}/accepted/counts", sync_to_thread=False)
    def counts(app: FromPath[str], by: FromQuery[str] = "text") -> dict[str, int]:
        return Counter(one.key if by == "key" else one.text for one in found(app).phone.accepted)

    @get("/{app:str}/webhooks", sync_to_thread=False)
    def webhooks(app: FromPath[str], limit: FromQuery[int] = 50) -> Json:
        courier = found(app).courier
        newest = list(courier.log)[-limit:][::-1] if limit else []
        log = [dict(msgspec.to_builtins(one)) for one in newest]
        return {"counts": msgspec.to_builtins(courier.counts), "pending": courier.pending, "log": log}

    return [accepted, counts, webhooks]
