"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.sms.checking import check
from oase.channels.adapters.sms.keeping import ARRIVAL
from oase.channels.adapters.sms.listening import Listener
from oase.channels.adapters.sms.manifest import MANIFEST
from oase.channels.adapters.sms.reading import read
from oase.channels.adapters.sms.replies import interpret
from oase.channels.adapters.sms.submitting import Submitter
from oase.channels.adapters.sms.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Call,
    Checked,
    Event,
    Manifest,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Reply,
    Sink,
)
from oase.kernel.clock import Clock, SystemClock


class Sms(Adapter):
    """SMS by SMPP."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, *, clock: Clock | None = None, first_pause: float = 1.0) -> None:
        self._clock = clock or SystemClock()
        self._first_pause = first_pause  # seconds before the first new attempt after a broken connection
        self._submitter = Submitter()

    async def close(self) -> None:
        """Ends kept sessions."""
        await self._submitter.close()

    def verify(self, raw: Raw, account: Account) -> None:
        """Messages come over a connection that we opened and signed in to ourselves; nothing is signed."""

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The id that the listener gave; the bytes do not tell one "Ja" of a customer from the next."""
        arrival = raw.headers.get(ARRIVAL)
        return arrival.encode("utf-8", "replace") if arrival else None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """A message, put together from its parts, or a receipt."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """One call with all units of the message."""
        return [write(outbound, account, self.manifest)]

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the operator's answer means."""
        return interpret(call, reply)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Binds once to send and once to receive."""
        return check(account, replies)

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """Submits a message, or tries a bind."""
        if call.method.startswith("BIND"):
            return await self._submitter.try_bind(call, account)
        return await self._submitter.send(call, account)

    async def listen(self, account: Account, sink: Sink) -> None:
        """Takes messages and receipts until cancelled."""
        await Listener(
            account, sink, self._clock, lambda session: self._submitter.share(account.id, session), self._first_pause
        ).run()
