"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.slack.checking import check
from oase.channels.adapters.slack.files import fetch
from oase.channels.adapters.slack.manifest import MANIFEST
from oase.channels.adapters.slack.people import whois
from oase.channels.adapters.slack.reading import dedup_key, read
from oase.channels.adapters.slack.replies import interpret
from oase.channels.adapters.slack.signature import answer_handshake, check_signature
from oase.channels.adapters.slack.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Address,
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


class Slack(Adapter):
    """Slack by the Events API and the Web API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Slack signed the body with one of the app's secrets."""
        check_signature(raw, account.secrets.get("signing_secret", ()))

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers Slack's challenge."""
        return answer_handshake(raw, account.secrets.get("signing_secret", ()))

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The event's id."""
        return dedup_key(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What a delivery means."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it; the last one is the message itself."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """First where the file lies, then its bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """As which app the token speaks."""
        return check(account, replies)

    def whois(self, address: str, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Address | Again | Refused:
        """The name behind an id."""
        return whois(address, account, replies)
