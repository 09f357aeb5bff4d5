"""Everything the simulated WhatsApp remembers, in memory and bounded: the oldest goes first."""

import hashlib
from collections import OrderedDict, deque

from oase.kernel.clock import Clock
from oase.kernel.errors import Invalid, NotFound
from oase.sandbox.whatsapp import ids
from oase.sandbox.whatsapp.types import Accepted, Chat, Customer, Media, Message, Number, Template, WhatsAppSettings

_KEEP_CUSTOMERS = 20_000
_KEEP_TEMPLATES = 6_000  # Meta's own limit for one account


class Store:
    """Numbers, customers, chats, messages, media, templates, and the ledger of accepted requests."""

    def __init__(self, settings: WhatsAppSettings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.numbers: dict[str, Number] = {}
        self.accounts: dict[str, str] = {}
        self.customers: OrderedDict[str, Customer] = OrderedDict()
        self.chats: dict[tuple[str, str], Chat] = {}
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.media: OrderedDict[str, Media] = OrderedDict()
        self.templates: dict[str, Template] = {}
        self.accepted: deque[Accepted] = deque(maxlen=settings.keep_accepted)
        self.accepted_total = 0
        self._user_ids: dict[str, str] = {}
        self._media_bytes = 0

    def number(self, number_id: str) -> Number:
        """A business number by its id. Raises NotFound."""
        try:
            return self.numbers[number_id]
        except KeyError:
            raise NotFound(f"There is no business number with the id {number_id}.") from None

    def customer(self, wa_id: str) -> Customer:
        """A customer by number. Raises NotFound."""
        try:
            return self.customers[wa_id]
        except KeyError:
            raise NotFound(f"There is no customer with the number {wa_id}.") from None

    def customer_by_user_id(self, user_id: str) -> Customer | None:
        """A customer by business-scoped user id."""
        wa_id = self._user_ids.get(user_id)
        return self.customers.get(wa_id) if wa_id else None

    def add_customer(self, wa_id: str, name: str) -> Customer:
        """A new customer, or the one with this number. Raises Invalid when it is not a phone number."""
        digits = "".join(sign for sign in wa_id if sign.isdigit())
        if not 5 <= len(digits) <= 15:
            raise Invalid("A phone number has 5 to 15 digits.", field="wa_id")
        existing = self.customers.get(digits)
        if existing:
            return existing
        customer = Customer(wa_id=digits, name=name or f"+{digits}", user_id=ids.user_id(digits))
        self.customers[digits] = customer
        self._user_ids[customer.user_id] = digits
        if len(self.customers) > _KEEP_CUSTOMERS:
            gone, old = self.customers.popitem(last=False)
            self._user_ids.pop(old.user_id, None)
            self.chats = {pair: chat for pair, chat in self.chats.items() if pair[1] != gone}
        return customer

    def rename_customer(self, customer: Customer, new_wa_id: str) -> None:
        """Gives a customer a new number and, with it, a new business-scoped user id; chats move along."""
        old = customer.wa_id
        self.customers.pop(old)
        self._user_ids.pop(customer.user_id, None)
        customer.wa_id, customer.user_id = new_wa_id, ids.user_id(new_wa_id)
        self.customers[new_wa_id] = customer
        self._user_ids[customer.user_id] = new_wa_id
        for number_id in self.numbers:
            chat = self.chats.pop((number_id, old), None)
            if chat:
                self.chats[number_id, new_wa_id] = chat
                for message in chat.messages:
                    message.wa_id = new_wa_id

    def chat(self, number_id: str, wa_id: str) -> Chat:
        """The chat of a number and a customer, new if there was none."""
        chat = self.chats.get((number_id, wa_id))
        if chat is None:
            chat = self.chats[number_id, wa_id] = Chat()
        return chat

    def remember(self, message: Message) -> None:
        """Adds a message to its chat."""
        self.messages[message.id] = message
        self.chat(message.number_id, message.wa_id).messages.append(message)
        if len(self.messages) > self.settings.keep_messages:
            self.messages.popitem(last=False)

    def message(self, message_id: str) -> Message:
        """A message by id. Raises NotFound."""
        try:
            return self.messages[message_id]
        except KeyError:
            raise NotFound(f"There is no message with the id {message_id}.") from None

    def note_accepted(self, message: Message, asked: str) -> Accepted:
        """Writes a message of the business into the ledger."""
        self.accepted_total += 1
        text = message.content.get("body") or message.content.get("caption") or message.content.get("name") or ""
        entry = Accepted(
            place=self.accepted_total,
            id=message.id,
            number_id=message.number_id,
            to=asked,
            kind=message.kind,
            text=str(text),
            opaque=message.opaque,
            time=message.time,
        )
        self.accepted.append(entry)
        return entry

    def add_media(self, data: bytes, mime_type: str, filename: str, number_id: str) -> Media:
        """Keeps a file; the oldest files go when they are too many bytes together."""
        media = Media(
            id=ids.decimal_id(),
            data=data,
            mime_type=mime_type,
            filename=filename,
            sha256=hashlib.sha256(data).hexdigest(),
            number_id=number_id,
            time=self.clock.now(),
        )
        self.media[media.id] = media
        self._media_bytes += len(data)
        while self._media_bytes > self.settings.keep_media_bytes and len(self.media) > 1:
            _, old = self.media.popitem(last=False)
            self._media_bytes -= len(old.data)
        return media

    def drop_media(self, media_id: str) -> bool:
        """Deletes a file; whether it was there."""
        media = self.media.pop(media_id, None)
        if media:
            self._media_bytes -= len(media.data)
        return media is not None

    def templates_of(self, account_id: str) -> list[Template]:
        """The templates of a business account, in the order of their creation."""
        return [each for each in self.templates.values() if each.account_id == account_id]

    def add_template(self, template: Template) -> None:
        """Keeps a template. Raises Invalid at Meta's limit."""
        if len(self.templates) >= _KEEP_TEMPLATES:
            raise Invalid("The account has reached its limit of message templates.")
        self.templates[template.id] = template
