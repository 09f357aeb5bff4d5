"""The adapter: each function of the contract, in one line of its own file."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from oase.channels.adapters.line.checking import check, subscribe
from oase.channels.adapters.line.files import fetch
from oase.channels.adapters.line.manifest import MANIFEST
from oase.channels.adapters.line.profile import whois
from oase.channels.adapters.line.reading import key_of, read
from oase.channels.adapters.line.replies import interpret
from oase.channels.adapters.line.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Address,
    Again,
    Call,
    Checked,
    Event,
    File,
    Forged,
    Manifest,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Refused,
    Reply,
)

_HEADER = "x-line-signature"


class Line(Adapter):
    """LINE's Messaging API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless LINE signed the body with one of the channel's secrets (HMAC-SHA256, Base64)."""
        given, matches = raw.headers.get(_HEADER, "").encode("utf-8", "replace"), False
        for secret in account.secrets.get("channel_secret", ()):
            if secret:
                expected = base64.b64encode(hmac.new(secret.reveal().encode(), raw.body, hashlib.sha256).digest())
                matches = hmac.compare_digest(expected, given) or matches
        if not matches:
            raise Forged("The signature does not fit any channel secret of this account.")

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The ids of the delivery's events."""
        return key_of(raw.body)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """Every event of the delivery, in order."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The push that says it."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Who we are, whether deliveries come, what is left of the plan."""
        return check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Tells LINE where to deliver."""
        return subscribe(account, replies)

    def whois(self, address: str, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Address | Again | Refused:
        """Name and language of somebody who has added the account."""
        return whois(address, account, replies)

    def invite(self, account: Account, code: str, text: str) -> str:
        """Opens the chat with the text filled in: the code is in it, and counts once the customer sends it."""
        name = account.facts.get("basic_id", "")
        return f"https://line.me/R/oaMessage/{quote(name, safe='')}/?{quote(text, safe='')}" if name else ""
