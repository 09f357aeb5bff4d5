"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from oase.channels.adapters.facebook.connection import SETUP
from oase.channels.adapters.facebook.feed import read_change
from oase.channels.adapters.facebook.manifest import MANIFEST, PLACE
from oase.channels.adapters.facebook.replies import JUDGE
from oase.channels.adapters.facebook.writing import write
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
from oase.channels.families.meta import answer_handshake, check_signature
from oase.channels.families.meta.messaging import fetch, page, read_delivery, whois


class Facebook(Adapter):
    """Facebook Messenger and the page."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Meta signed the body with one of the app's secrets."""
        check_signature(raw, account.secrets.get("app_secret", ()))

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers Meta's handshake."""
        return answer_handshake(raw, account.secrets.get("verify_token", ()))

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """Every item of the delivery, in order."""
        return read_delivery(raw, account, PLACE, read_change)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it or do it: an upload first where there is a file; the last one is the message itself."""
        return write(outbound, account)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return JUDGE.outcome(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes; where its address has expired, a new one first."""
        return fetch(media, account, replies, JUDGE)

    def whois(self, address: str, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Address | Again | Refused:
        """The name of somebody who wrote."""
        return whois(address, account, replies, fields="first_name,last_name", judge=JUDGE)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Page, token, permissions, subscription."""
        return SETUP.check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The webhook's address, the page's fields, the button that lets a link's code through."""
        return SETUP.subscribe(account, replies)

    def invite(self, account: Account, code: str, text: str) -> str:
        """A link into Messenger; its code arrives with the first thing that the customer does there."""
        name = account.facts.get("username") or page(account)
        return f"https://m.me/{quote(name, safe='')}?ref={quote(code, safe='')}" if name else ""
