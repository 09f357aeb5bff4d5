"""The network: its phones, its two ways to the company, and what happens to a message on its way."""

import secrets
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Message, Platform
from oase.sandbox.places.types import Feature
from oase.sandbox.sms.smsc import Smsc
from oase.sandbox.sms.twilio import Twilio

_SMPP_PORT_BEHIND = 3
_FICTIONAL = "+4917139200"  # mobile numbers of films and books, 00 to 99


class SmsNetwork(Platform):
    """SMS and MMS. People are told by their number; answers of the company go the way by which it wrote last."""

    id = "sms"
    name = "SMS"
    icon = "device-mobile"
    color = "#2e7d32"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "receipts"})
    tells_reading = False

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.twilio = Twilio(self)
        self.smsc = Smsc(self)
        self.system_id, self.password = "lindgruen", "sandbox1"
        self.smpp_number = "+4915228817386"
        self.stopped: set[str] = set()
        self._ways: dict[str, str] = {}  # number of a customer -> "twilio" or "smpp"
        self._senders: dict[str, str] = {}  # message of the company -> the same
        self._told: dict[str, str] = {}  # message of the company -> what was told of it

    def seed(self) -> None:
        """Three people, with numbers reserved for fiction."""
        for number, name in (
            ("+493023125201", "Aylin Özdemir"),
            ("+12025550123", "Sam O’Neill"),
            ("+491729925904", "Jürgen Groß"),
        ):
            self.phone.add_customer(number, name, number)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """Twilio's API."""
        return self.twilio.handlers()

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with the number that was typed, or a new one."""
        number = handle.replace(" ", "") or f"{_FICTIONAL}{len(self.phone.customers) % 100:02}"
        return self.phone.add_customer(number, name, number)

    def new_id(self, kind: str) -> str:
        """Ids of Twilio's form; those of the operator are hexadecimal."""
        if kind == "smpp":
            return secrets.token_hex(5).upper()
        return {"message": "SM", "file": "ME"}.get(kind, "XX") + secrets.token_hex(16)

    async def start(self) -> None:
        """Starts the operator's server, on the third port behind the web's."""
        await super().start()
        await self.smsc.start((urlsplit(self.base_url).port or 0) + _SMPP_PORT_BEHIND)

    async def stop(self) -> None:
        """Ends it."""
        await self.smsc.stop()
        await super().stop()

    def arrives(self, to: str, text: str, message_id: str, way: str) -> None:
        """A message of the company is on its way to a phone; raises NotFound where there is none."""
        number = to if to.startswith("+") else f"+{to}"
        customer = self.phone.customer(number)
        self._ways[number] = self._senders[message_id] = way
        self.phone.deliver(number, text, message_id=message_id)
        if customer.blocked:
            self.soon(lambda: self.phone.fail(message_id, "30004"))

    def on_message(self, message: Message) -> None:
        """A customer wrote: to the number that wrote last, else to the one where the company listens."""
        way = self._ways.get(message.customer_id) or ("smpp" if self.smsc.connected and not self.twilio.where else "twilio")
        if way == "smpp" and not message.files:
            self.smsc.say(message.customer_id, message.text, lambda: self.phone.taken(message.id))
        else:
            self.twilio.tell_message(message)

    def on_state(self, message: Message) -> None:
        """Receipts: a phone has it, or it did not arrive. SMS knows no reading, so a message that is looked at at once has arrived."""
        told = "failed" if message.state == "failed" else "delivered"
        if message.state == "sent" or self._told.get(message.id) == told:
            return
        self._told[message.id] = told
        if self._senders.get(message.id) == "smpp":
            self.smsc.report(message.id, "UNDELIV" if told == "failed" else "DELIVRD", 1 if told == "failed" else 0)
        else:
            self.twilio.tell_state(message.id, "undelivered" if told == "failed" else told, 30004 if told == "failed" else None)
