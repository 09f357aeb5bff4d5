"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.twilio.checking import check, subscribe
from oase.channels.adapters.twilio.files import fetch
from oase.channels.adapters.twilio.manifest import MANIFEST
from oase.channels.adapters.twilio.reading import read
from oase.channels.adapters.twilio.replies import interpret
from oase.channels.adapters.twilio.signature import check_signature
from oase.channels.adapters.twilio.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Answer,
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

_NOTHING_TO_SAY = Answer(status=200, body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', type="text/xml; charset=utf-8")


class Twilio(Adapter):
    """SMS and MMS by Twilio-compatible providers."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Twilio signed address and content with one of the account's tokens."""
        check_signature(raw, account)

    def acknowledge(self, raw: Raw, account: Account) -> Answer:
        """An empty TwiML document: Twilio would send any plain text back to the customer as an SMS."""
        return _NOTHING_TO_SAY

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The message or the receipt of the delivery."""
        return read(raw)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """One call."""
        return [write(outbound, account, self.manifest)]

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to it means."""
        return interpret(reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """Twilio's address of the file, then where that leads to."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The account, then the number or the messaging service."""
        return check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Enters our webhook's address at the number or the messaging service."""
        return subscribe(account, replies)
