"""What customers say to the company alone, and what it answers: the state of one platform's chats, bounded.

customer's phone ── write, edit, react, see ──▶ Phone ── platform.on_… ──▶ webhook, or kept until somebody polls
company's API call ── deliver ──▶ Phone ── state delivered, read ── platform.on_state ──▶ receipt
"""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from oase.kernel.errors import Conflict, NotFound
from oase.sandbox.places.types import Accepted, Choice, Contact, Customer, File, Message, Spot, State
from oase.sandbox.places.views import message_view

if TYPE_CHECKING:
    from oase.sandbox.places.platform import Platform

_KEEP_CHAT: Final = 2_000
_KEEP_MESSAGES: Final = 50_000
_KEEP_FILES: Final = 500
_KEEP_ACCEPTED: Final = 200_000
_RANK: Final = {"sent": 0, "failed": 0, "delivered": 1, "read": 2}


class Phone:
    """The chats of all customers of one platform with the company."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self.customers: dict[str, Customer] = {}
        self.chats: dict[str, deque[Message]] = {}
        self.messages: dict[str, Message] = {}
        self.files: dict[str, File] = {}
        self.accepted: deque[Accepted] = deque(maxlen=_KEEP_ACCEPTED)
        self._places = 0

    def add_customer(self, customer_id: str, name: str, handle: str = "") -> Customer:
        """Adds a person; one that is known stays as it is."""
        known = self.customers.get(customer_id)
        if known is not None:
            return known
        self.customers[customer_id] = added = Customer(id=customer_id, name=name, handle=handle)
        return added

    def customer(self, customer_id: str) -> Customer:
        """The person; raises NotFound."""
        if customer_id not in self.customers:
            raise NotFound(f"Nobody on {self._platform.name} has the address {customer_id!r}.")
        return self.customers[customer_id]

    def message(self, message_id: str) -> Message:
        """The message; raises NotFound."""
        if message_id not in self.messages:
            raise NotFound(f"There is no message {message_id!r} on {self._platform.name}.")
        return self.messages[message_id]

    def add_file(self, name: str, type: str, data: bytes) -> File:
        """Keeps a file; the oldest goes when there are too many."""
        file = File(id=self._platform.new_id("file"), name=name, type=type, data=data)
        self.files[file.id] = file
        if len(self.files) > _KEEP_FILES:
            del self.files[next(iter(self.files))]
        return file

    def file(self, file_id: str) -> File:
        """The file; raises NotFound."""
        if file_id not in self.files:
            raise NotFound(f"There is no file {file_id!r}.")
        return self.files[file_id]

    # --- what the customer does ---

    def write(
        self,
        customer_id: str,
        text: str = "",
        *,
        files: Sequence[File] = (),
        voice: bool = False,
        sticker: bool = False,
        chosen: str = "",
        spot: Spot | None = None,
        contact: Contact | None = None,
        reply_to: str = "",
    ) -> Message:
        """The customer says something; the platform tells the company."""
        customer = self.customer(customer_id)
        if customer.blocked:
            raise Conflict(f"{customer.name} has blocked this company.")
        message = Message(
            id=self._platform.new_id("message"), customer_id=customer_id, from_business=False, time=self._platform.now(),
            text=text, files=list(files), voice=voice, sticker=sticker, chosen=chosen, spot=spot, contact=contact, reply_to=reply_to,
        )  # fmt: skip
        self._keep(message)
        self._platform.on_message(message)
        self.tell(message, "message")
        return message

    def edit(self, message_id: str, text: str) -> Message:
        """The customer changes a message."""
        message = self._own(message_id)
        message.text, message.edited = text, True
        self._platform.on_edited(message)
        return self.tell(message)

    def delete(self, message_id: str) -> Message:
        """The customer takes a message back."""
        message = self._own(message_id)
        message.deleted = True
        self._platform.on_deleted(message)
        return self.tell(message)

    def react(self, message_id: str, emoji: str) -> Message:
        """The customer reacts to a message; an empty emoji takes it back."""
        message = self.message(message_id)
        before = message.reactions.pop("customer", "")
        if emoji:
            message.reactions["customer"] = emoji
        self._platform.on_reacted(message, emoji, before)
        return self.tell(message)

    def see(self, customer_id: str) -> int:
        """The customer reads everything; gives how many messages were new."""
        customer = self.customer(customer_id)
        unread = [one for one in self.chats.get(customer_id, ()) if one.from_business and one.state in ("sent", "delivered")]
        for message in unread if customer.online else ():
            self._reaches(message, "read" if customer.read_receipts else "delivered")
        return len(unread)

    def types(self, customer_id: str, on: bool = True) -> None:
        """The customer types, or stops."""
        self._platform.on_typing(self.customer(customer_id), on)

    def go_online(self, customer_id: str, online: bool) -> None:
        """The phone finds or loses the network; what waited arrives."""
        customer = self.customer(customer_id)
        customer.online = online
        for message in self.chats.get(customer_id, ()) if online else ():
            if message.from_business and message.state == "sent":
                self._reaches(message, "delivered")

    # --- what the company does, by the provider's API ---

    def deliver(
        self,
        customer_id: str,
        text: str = "",
        *,
        message_id: str = "",
        key: str = "",
        files: Sequence[File] = (),
        voice: bool = False,
        sticker: bool = False,
        choices: Sequence[Choice] = (),
        spot: Spot | None = None,
        contact: Contact | None = None,
        reply_to: str = "",
    ) -> Message:
        """The company says something; `key` is the id that its request carried. It reaches a phone that is online at once."""
        customer = self.customer(customer_id)
        message = Message(
            id=message_id or self._platform.new_id("message"), customer_id=customer_id, from_business=True,
            time=self._platform.now(), text=text, files=list(files), voice=voice, sticker=sticker, choices=tuple(choices),
            spot=spot, contact=contact, reply_to=reply_to,
        )  # fmt: skip
        self._keep(message)
        self.take(message.id, customer_id, text, key)
        self.tell(message, "message")
        if customer.online and not customer.blocked:
            self._platform.soon(lambda: self._reaches(message, "delivered"))
        return message

    def take(self, message_id: str, to: str, text: str, key: str = "") -> Accepted:
        """Writes down that something of the company was accepted."""
        self._places += 1
        entry = Accepted(place=self._places, id=message_id, to=to, text=text, key=key, time=self._platform.now())
        self.accepted.append(entry)
        return entry

    def fail(self, message_id: str, why: str) -> None:
        """A message of the company did not arrive after all."""
        message = self.message(message_id)
        message.state, message.why = "failed", why
        self._platform.on_state(message)
        self.tell(message)

    def business_reacts(self, message_id: str, emoji: str) -> None:
        """The company reacts to a message; an empty emoji takes it back."""
        message = self.message(message_id)
        message.reactions.pop("business", None)
        if emoji:
            message.reactions["business"] = emoji
        self.tell(message)

    def business_read(self, message_id: str) -> None:
        """The company has read up to this message."""
        newest = self.message(message_id)
        for message in self.chats.get(newest.customer_id, ()):
            if not message.from_business and message.time <= newest.time and message.state != "read":
                message.state = "read"
                self.tell(message)

    def business_types(self, customer_id: str, seconds: float = 5.0) -> None:
        """The company types."""
        self._platform.tell(customer_id, {"type": "typing", "seconds": seconds})

    def taken(self, message_id: str) -> None:
        """The company's side has taken a message of the customer: its webhook was answered, or it was polled."""
        message = self.messages.get(message_id)
        if message is not None and not message.from_business and message.state == "sent":
            message.state = "delivered"
            self.tell(message)

    def tell(self, message: Message, what: str = "update") -> Message:
        """Shows a message on the open phone pages."""
        self._platform.tell(message.customer_id, {"type": what, "message": message_view(message, self.messages)})
        return message

    def _reaches(self, message: Message, state: State) -> None:
        if message.state == "failed" or _RANK[state] <= _RANK[message.state]:
            return
        message.state = state
        self._platform.on_state(message)
        self.tell(message)

    def _own(self, message_id: str) -> Message:
        message = self.message(message_id)
        if message.from_business or message.deleted:
            raise Conflict("Only one's own message that still stands can be changed.")
        return message

    def _keep(self, message: Message) -> None:
        self.messages[message.id] = message
        self.chats.setdefault(message.customer_id, deque(maxlen=_KEEP_CHAT)).append(message)
        if len(self.messages) > _KEEP_MESSAGES:
            del self.messages[next(iter(self.messages))]
