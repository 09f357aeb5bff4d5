"""The simulated WhatsApp as one object: its state, the two sides that act on it, and the webhooks that come out."""

import secrets

import aiohttp

from oase.kernel.clock import Clock
from oase.sandbox.faults import Faults
from oase.sandbox.live import Hub
from oase.sandbox.whatsapp import ids
from oase.sandbox.whatsapp.business import BusinessSide
from oase.sandbox.whatsapp.customers import CustomerSide
from oase.sandbox.whatsapp.delivery import Delivery
from oase.sandbox.whatsapp.errors import status_error
from oase.sandbox.whatsapp.examples import EXAMPLE_TEMPLATES
from oase.sandbox.whatsapp.faults import KINDS
from oase.sandbox.whatsapp.payloads import Event
from oase.sandbox.whatsapp.store import Store
from oase.sandbox.whatsapp.types import Json, Number, Template, WhatsAppSettings


class WhatsApp:
    """WhatsApp in memory. `start` and `stop` frame its use; numbers can be added at any time."""

    def __init__(self, settings: WhatsAppSettings, clock: Clock, hub: Hub) -> None:
        self.settings, self.clock, self.hub = settings, clock, hub
        self.faults = Faults(KINDS)
        self.store = Store(settings, clock)
        self.delivery = Delivery(settings, clock, self.faults, self.store.numbers, hub)
        self.business = BusinessSide(self.store, self.delivery, self.faults, hub)
        self.customers = CustomerSide(self.store, self.delivery, self.business)
        self.media_key = secrets.token_bytes(32)

    async def start(self) -> None:
        """Starts to deliver webhooks."""
        await self.delivery.start()

    async def stop(self) -> None:
        """Stops to deliver webhooks."""
        await self.delivery.stop()

    def add_number(
        self,
        *,
        display: str,
        name: str,
        number_id: str = "",
        account_id: str = "",
        webhook_url: str = "",
        throughput_per_second: int = 0,
    ) -> Number:
        """Registers a business number, in a new business account unless one is named; it has example templates."""
        account_id = account_id or ids.decimal_id()
        if account_id not in self.store.accounts:
            self.store.accounts[account_id] = name
            for example in EXAMPLE_TEMPLATES:
                self.store.add_template(Template(id=ids.decimal_id(), account_id=account_id, **example))
        number = Number(
            id=number_id or ids.decimal_id(),
            account_id=account_id,
            display=display,
            name=name,
            throughput_per_second=throughput_per_second or self.settings.throughput_per_second,
            webhook_url=webhook_url,
            verify_token=self.settings.verify_token,
            profile={"about": name, "vertical": "RETAIL"},
        )
        self.store.numbers[number.id] = number
        return number

    def report_error(self, number: Number, code: int) -> None:
        """Reports an error that belongs to no message (`value.errors`, page "Error codes", error response webhooks)."""
        item = status_error(code)
        self.delivery.put(Event(form="error", number_id=number.id, lane="", item=item, contact={}))

    async def shake_hands(self, url: str, verify_token: str) -> str:
        """Checks a callback address as Meta does when it is registered; '' when it is good, else what was wrong.

        Source: page "Webhooks from Meta: Getting started", verification requests.
        """
        challenge = str(secrets.randbelow(10**10))
        query: Json = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, params=query) as answer:
                text = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return f"no answer ({type(error).__name__})"
        if status != 200:
            return f"HTTP status {status}"
        return "" if text == challenge else "the answer is not the challenge"
