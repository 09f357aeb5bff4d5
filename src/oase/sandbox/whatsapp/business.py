"""The business side: what Graph does with a message to send, a mark, a media link.

    request -> limits -> recipient -> template -> accepted (ledger, phone) -> statuses: sent, delivered, read or failed

Refused at once: what Meta refuses at once (limits, templates, media ids). Reported later by a failed status, after a
200: a closed 24-hour window (131047), a recipient without WhatsApp or who blocked us (131026), a link that cannot be
fetched (131053).
"""

import asyncio
from datetime import timedelta

import aiohttp

from oase.sandbox.faults import Faults
from oase.sandbox.live import Hub
from oase.sandbox.whatsapp import ids, payloads, templates
from oase.sandbox.whatsapp.delivery import Delivery
from oase.sandbox.whatsapp.errors import refuse, status_error
from oase.sandbox.whatsapp.limits import PairRate, Throughput
from oase.sandbox.whatsapp.requests import MEDIA_KINDS, ToMark, ToSend
from oase.sandbox.whatsapp.store import Store
from oase.sandbox.whatsapp.types import Chat, Customer, Message, Number, Template
from oase.sandbox.whatsapp.views import message_view

WINDOW = timedelta(hours=24)
_TYPING = timedelta(seconds=25)
_RANK = {"": 0, "accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}
_MAX_LINK_BYTES = 100 * 1024 * 1024


class BusinessSide:
    """What a business may do through Graph."""

    def __init__(self, store: Store, delivery: Delivery, faults: Faults, hub: Hub) -> None:
        self._store, self._delivery, self._faults, self._hub = store, delivery, faults, hub
        self._throughput: dict[str, Throughput] = {}
        self._pairs = PairRate()
        self._fetching: set[asyncio.Task[None]] = set()

    def count(self, number: Number) -> bool:
        """Takes one message of this number's throughput, in or out; False when there is none left."""
        bucket = self._throughput.get(number.id)
        if bucket is None or bucket.per_second != number.throughput_per_second:
            bucket = self._throughput[number.id] = Throughput(number.throughput_per_second)
        return bucket.take(asyncio.get_running_loop().time())

    def write_in_app(self, customer: Customer, number: Number, text: str) -> tuple[Message, asyncio.Future[None] | None]:
        """A colleague writes with the WhatsApp Business app: whoever uses Graph hears of it by an echo."""
        message = Message(
            id=ids.message_id(customer.wa_id, from_business=True),
            number_id=number.id,
            wa_id=customer.wa_id,
            from_business=True,
            kind="text",
            content={"body": text},
            time=self._store.clock.now(),
        )
        self._store.remember(message)
        self._store.chat(number.id, customer.wa_id).unread += 1
        self.show(message)
        item, contact = payloads.echo(customer, message, number), payloads.contact(customer)
        event = payloads.Event(form="echo", number_id=number.id, lane=customer.wa_id, item=item, contact=contact)
        return message, self._delivery.put(event)

    def send(self, number: Number, asked: ToSend) -> tuple[Message, asyncio.Future[None] | None]:
        """Accepts a message; the future is done when its first status is taken. Raises Refused."""
        if not self.count(number):
            raise refuse(130429)
        if asked.to == number.digits:
            raise refuse(131021)
        customer = self._recipient(asked)
        pair = customer.wa_id if customer else asked.to
        now = asyncio.get_running_loop().time()
        if self._store.settings.pair_limit and not self._pairs.take(number.id, pair, now):
            raise refuse(131056)
        message = self._message(number, asked, pair)
        self._store.note_accepted(message, asked.asked)
        failure = self._failure(number, customer, message)
        if customer is None:
            customer = Customer(wa_id=asked.to, name="", user_id=ids.user_id(asked.to))
            self._store.messages[message.id] = message
        elif message.kind == "reaction":
            self._react(message)
        elif not failure:
            self._store.remember(message)
            chat = self._store.chat(number.id, customer.wa_id)
            chat.unread += 1
            chat.typing_until = None
            self.show(message)
        if failure:
            message.error = status_error(failure)
            return message, self._fail(customer, message)
        link = message.content.get("link")
        if link and message.kind in MEDIA_KINDS:
            task = asyncio.create_task(self._fetch(customer, message, str(link)))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
            return message, None
        return message, self._progress(customer, message)

    def mark(self, number: Number, asked: ToMark) -> None:
        """Shows the blue ticks and, if asked for, that we are typing (for 25 seconds at most). Raises Refused."""
        message = self._store.messages.get(asked.message_id)
        if message is None or message.from_business or message.number_id != number.id:
            raise refuse(131009, "Parameter value is not valid: message_id does not name a received message.")
        chat = self._store.chat(number.id, message.wa_id)
        for earlier in chat.messages:
            if not earlier.from_business and not earlier.read_by_business and earlier.time <= message.time:
                earlier.read_by_business = True
                self.show(earlier, "update")
        if asked.typing:
            chat.typing_until = self._store.clock.now() + _TYPING
            self._hub.tell(
                f"phone {message.wa_id}",
                {"type": "typing", "number": number.id, "seconds": _TYPING.total_seconds()},
            )

    def advance(self, customer: Customer, message: Message, state: str) -> None:
        """Moves a message of the business forward: delivered when the phone has it, read when it was seen."""
        if _RANK[state] <= _RANK[message.status] or message.status == "failed":
            return
        jumped = state == "read" and message.status == "sent"
        message.status = state
        self.show(message, "update")
        if state == "read" and not customer.read_receipts:
            return
        if jumped and not self._faults.strikes("skip_delivered", message.number_id):
            self._report(customer, message, "delivered")
        self._report(customer, message, state)

    def show(self, message: Message, what: str = "message") -> None:
        """Tells the customer's phone about a message."""
        self._hub.tell(f"phone {message.wa_id}", {"type": what, "message": message_view(message, self._store.messages)})

    def window_open(self, chat: Chat | None) -> bool:
        """Whether the business may write freely: 24 hours from the customer's last message."""
        last = chat.last_from_customer if chat else None
        return last is not None and self._store.clock.now() - last < WINDOW

    def _recipient(self, asked: ToSend) -> Customer | None:
        if not asked.to_user_id:
            return self._store.customers.get(asked.to)
        customer = self._store.customer_by_user_id(asked.to)
        if customer is None:
            raise refuse(131009, "Parameter value is not valid: recipient is not a business-scoped user ID of yours.")
        return customer

    def _message(self, number: Number, asked: ToSend, wa_id: str) -> Message:
        content, category = asked.content, "service"
        if asked.kind == "template":
            template = self._template(number, asked)
            content = templates.fill(template, asked.content.get("components", []))
            category = template.category.lower()
        elif asked.kind in MEDIA_KINDS and "id" in content and str(content["id"]) not in self._store.media:
            raise refuse(131009, f"Parameter value is not valid: Media ID {content['id']} does not exist.")
        elif asked.kind == "reaction" and content["message_id"] not in self._store.messages:
            raise refuse(131009, "Parameter value is not valid: reaction['message_id'] does not exist.")
        return Message(
            id=ids.message_id(wa_id, from_business=True),
            number_id=number.id,
            wa_id=wa_id,
            from_business=True,
            kind=asked.kind,
            content=content,
            time=self._store.clock.now(),
            context_id=asked.context_id,
            status="accepted",
            opaque=asked.opaque,
            category=category,
        )

    def _template(self, number: Number, asked: ToSend) -> Template:
        name, code = asked.content["name"], asked.content["language"]["code"]
        for template in self._store.templates_of(number.account_id):
            if template.name == name and template.language == code:
                if template.status == "PAUSED":
                    raise refuse(132015)
                if template.status == "DISABLED":
                    raise refuse(132016)
                if template.status == "APPROVED":
                    return template
        raise refuse(132001, f"template name ({name}) does not exist in {code}")

    def _failure(self, number: Number, customer: Customer | None, message: Message) -> int:
        if customer is None or number.id in customer.blocked or self._faults.strikes("undeliverable", number.id):
            return 131026
        chat = self._store.chats.get((number.id, customer.wa_id))
        if message.kind != "template" and not self.window_open(chat):
            return 131047
        return 0

    def _react(self, message: Message) -> None:
        target = self._store.messages[message.content["message_id"]]
        target.reactions["business"] = str(message.content.get("emoji", ""))
        self._store.messages[message.id] = message
        self.show(target, "update")

    def _fail(self, customer: Customer, message: Message) -> asyncio.Future[None] | None:
        message.status = "failed"
        return self._report(customer, message, "failed")

    def _progress(self, customer: Customer, message: Message) -> asyncio.Future[None] | None:
        """Reports sent and, if the phone is on, delivered; and read where the customer reads at once."""
        states = ["sent"]
        if customer.online and message.kind != "reaction":
            states.append("delivered")
            if customer.reads_at_once:
                states.append("read")
                self._store.chat(message.number_id, customer.wa_id).unread = 0
        message.status = states[-1]
        self.show(message, "update")
        if self._faults.strikes("status_reversed", message.number_id):
            states.reverse()
        if "read" in states and self._faults.strikes("skip_delivered", message.number_id):
            states.remove("delivered")
        futures = [self._report(customer, message, state) for state in states]
        return futures[0]

    def _report(self, customer: Customer, message: Message, state: str) -> asyncio.Future[None] | None:
        chat = self._store.chats.get((message.number_id, customer.wa_id))
        moment = self._store.clock.now()
        item = payloads.status(customer, message, state, moment, in_window=self.window_open(chat))
        event = payloads.Event(
            form="status",
            number_id=message.number_id,
            lane=customer.wa_id,
            item=item,
            contact=payloads.contact(customer),
        )
        return self._delivery.put(event, after_seconds=self._store.settings.status_delay_seconds)

    async def _fetch(self, customer: Customer, message: Message, link: str) -> None:
        """Fetches the file behind a link, as Meta does, before the message counts as sent."""
        try:
            timeout = aiohttp.ClientTimeout(total=20)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(link) as answer:
                data = await answer.content.read(_MAX_LINK_BYTES)
                found, mime_type = answer.status == 200, answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            found, data, mime_type = False, b"", ""
        if not found:
            message.error = status_error(131053, "Media could not be downloaded from the link.")
            self._fail(customer, message)
            self.show(message, "update")
            return
        name = str(message.content.get("filename") or link.rsplit("/", 1)[-1])
        media = self._store.add_media(data, mime_type, name, message.number_id)
        message.content = {**message.content, "id": media.id}
        self._progress(customer, message)
