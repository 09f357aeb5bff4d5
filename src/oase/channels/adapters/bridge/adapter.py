"""The adapter: the contract's functions, handed through to the connector."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from oase.channels.adapters.bridge.checking import check, subscribe
from oase.channels.adapters.bridge.manifest import MANIFEST, address, secret
from oase.channels.adapters.bridge.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    Checked,
    Event,
    File,
    Manifest,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Refused,
    Reply,
)
from oase.channels.families.bridge import check_delivery, file_call, outcome_of, read_events
from oase.kernel.i18n import message


class Bridge(Adapter):
    """A connector over HTTP."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless the connector signed it with the shared secret, now."""
        check_delivery(raw, account.secrets.get("secret", ()))

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The events, as the connector tells them."""
        return read_events(raw)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """One call; what this connector cannot carry is said otherwise, or refused in words."""
        return [write(outbound, account)]

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the connector's answer means."""
        return outcome_of(reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """One call: the file."""
        if not replies:
            return file_call(address(account), secret(account), media.ref)
        reply = replies[0]
        if isinstance(reply, NoReply):
            return Again(why=reply.why, after=timedelta(seconds=30))
        if reply.status == 200:
            return File(name=media.name or "file", type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)
        outcome = outcome_of(reply)
        return (
            outcome
            if isinstance(outcome, Again | Refused)
            else Again(why=str(message("The connector does not give the file yet.")))
        )

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Who the connector is, and what it can."""
        return check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Tells the connector where its events go."""
        return subscribe(account, replies)
