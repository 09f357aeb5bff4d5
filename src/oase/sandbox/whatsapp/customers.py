"""The customer side: what people do with their phones."""

import asyncio
import base64
from datetime import timedelta

from oase.kernel.errors import Conflict, Invalid
from oase.sandbox.whatsapp import ids, payloads
from oase.sandbox.whatsapp.business import BusinessSide
from oase.sandbox.whatsapp.delivery import Delivery
from oase.sandbox.whatsapp.requests import MEDIA_KINDS
from oase.sandbox.whatsapp.store import Store
from oase.sandbox.whatsapp.types import Customer, Json, Message, Number

KINDS = (
    *MEDIA_KINDS,
    "text",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
    "unsupported",
    "request_welcome",
)
_EDIT_WITHIN = timedelta(minutes=15)
_REVOKE_WITHIN = timedelta(days=2)
_UNSUPPORTED: Json = {
    "errors": [
        {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
    ],
    "unsupported": {"type": "poll_creation"},
}


class CustomerSide:
    """What a customer may do."""

    def __init__(self, store: Store, delivery: Delivery, business: BusinessSide) -> None:
        self._store, self._delivery, self._business = store, delivery, business

    def write(
        self,
        customer: Customer,
        number: Number,
        kind: str,
        content: Json,
        *,
        context_id: str = "",
        forwarded: bool = False,
    ) -> tuple[Message, asyncio.Future[None] | None]:
        """Sends a message to a business; the future is done when the webhook is taken. Raises Invalid, Conflict."""
        if kind not in KINDS:
            raise Invalid(f"A customer cannot send a message of the kind {kind!r}.", field="kind")
        if not customer.online:
            raise Conflict("The phone is offline.")
        message = Message(
            id=ids.message_id(customer.wa_id, from_business=False),
            number_id=number.id,
            wa_id=customer.wa_id,
            from_business=False,
            kind=kind,
            content=self._content(kind, content),
            time=self._store.clock.now(),
            context_id=context_id,
            forwarded=forwarded,
        )
        self._business.count(number)
        self._store.remember(message)
        if kind != "request_welcome":
            self._store.chat(number.id, customer.wa_id).last_from_customer = message.time
        self._business.show(message)
        taken = self._tell(customer, number.id, payloads.incoming(customer, message, number))
        if taken:
            taken.add_done_callback(lambda _: self._show_taken(message))
        return message, taken

    def react(self, customer: Customer, message: Message, emoji: str) -> asyncio.Future[None] | None:
        """Reacts to a message, or takes the reaction back (empty emoji: the webhook then has no `emoji`)."""
        number = self._store.number(message.number_id)
        message.reactions["customer"] = emoji
        self._business.show(message, "update")
        if not message.from_business:
            return None
        reaction: Json = {"message_id": message.id, "emoji": emoji} if emoji else {"message_id": message.id}
        notice = Message(
            id=ids.message_id(customer.wa_id, from_business=False),
            number_id=number.id,
            wa_id=customer.wa_id,
            from_business=False,
            kind="reaction",
            content=reaction,
            time=self._store.clock.now(),
        )
        self._store.chat(number.id, customer.wa_id).last_from_customer = notice.time
        return self._tell(customer, number.id, payloads.incoming(customer, notice, number))

    def edit(self, customer: Customer, message: Message, text: str) -> asyncio.Future[None] | None:
        """Changes the text or caption of an own message, within 15 minutes. Raises Conflict."""
        now = self._store.clock.now()
        if message.from_business or message.revoked or now - message.time > _EDIT_WITHIN:
            raise Conflict("A message can be changed by its sender only, within 15 minutes.")
        field = "body" if message.kind == "text" else "caption"
        message.content = {**message.content, field: text}
        message.edited = True
        self._business.show(message, "update")
        number = self._store.number(message.number_id)
        notice_id = ids.message_id(customer.wa_id, from_business=False)
        return self._tell(customer, number.id, payloads.edit(customer, message, notice_id, now, number))

    def revoke(self, customer: Customer, message: Message) -> asyncio.Future[None] | None:
        """Deletes an own message for everybody, within two days. Raises Conflict."""
        now = self._store.clock.now()
        if message.from_business or now - message.time > _REVOKE_WITHIN:
            raise Conflict("A message can be deleted by its sender only, within two days.")
        message.revoked, message.content = True, {}
        self._business.show(message, "update")
        notice_id = ids.message_id(customer.wa_id, from_business=False)
        return self._tell(customer, message.number_id, payloads.revoke(customer, message, notice_id, now))

    def see(self, customer: Customer, number: Number) -> int:
        """Opens the chat: everything of the business counts as read. Returns how many messages that were."""
        chat = self._store.chat(number.id, customer.wa_id)
        chat.unread = 0
        seen = [each for each in chat.messages if each.from_business and each.status in ("sent", "delivered")]
        for message in seen:
            self._business.advance(customer, message, "read")
        return len(seen)

    def go_online(self, customer: Customer, online: bool) -> None:
        """Turns the phone on or off; what waited is delivered when it comes back."""
        came_back = online and not customer.online
        customer.online = online
        if not came_back:
            return
        for number in self._store.numbers.values():
            chat = self._store.chats.get((number.id, customer.wa_id))
            for message in chat.messages if chat else ():
                if message.from_business and message.status == "sent":
                    self._business.advance(customer, message, "delivered")

    def change_number(self, customer: Customer, new_wa_id: str) -> None:
        """Moves a customer to a new number; every business they wrote to is told by a system message."""
        digits = "".join(sign for sign in new_wa_id if sign.isdigit())
        if not 5 <= len(digits) <= 15 or digits in self._store.customers:
            raise Invalid("This number is taken or is not a phone number.", field="wa_id")
        old, old_user_id = customer.wa_id, customer.user_id
        self._store.rename_customer(customer, digits)
        for number in self._store.numbers.values():
            if (number.id, digits) not in self._store.chats:
                continue
            notice_id = ids.message_id(digits, from_business=False)
            moment = self._store.clock.now()
            item = payloads.number_changed(customer, old, old_user_id, notice_id, moment)
            self._delivery.put(payloads.Event(form="system", number_id=number.id, lane=old, item=item, contact={}))

    def _show_taken(self, message: Message) -> None:
        message.taken_by_business = True
        self._business.show(message, "update")

    def _content(self, kind: str, content: Json) -> Json:
        """The content in the form of webhooks; media get their type and checksum from the stored file."""
        if kind == "unsupported":
            return _UNSUPPORTED
        if kind not in MEDIA_KINDS:
            return content
        media = self._store.media.get(str(content.get("id", "")))
        if media is None:
            raise Invalid("Upload the file first and name its id.", field="content.id")
        shown: Json = {
            "mime_type": media.mime_type,
            "sha256": base64.b64encode(bytes.fromhex(media.sha256)).decode(),
            "id": media.id,
        }
        if kind == "document":
            shown["filename"] = content.get("filename") or media.filename
        if kind == "audio":
            shown["voice"] = bool(content.get("voice"))
        if kind == "sticker":
            shown["animated"] = bool(content.get("animated"))
        if kind in ("image", "video", "document") and content.get("caption"):
            shown["caption"] = content["caption"]
        return shown

    def _tell(self, customer: Customer, number_id: str, item: Json) -> asyncio.Future[None] | None:
        event = payloads.Event(
            form="message",
            number_id=number_id,
            lane=customer.wa_id,
            item=item,
            contact=payloads.contact(customer),
        )
        return self._delivery.put(event)
