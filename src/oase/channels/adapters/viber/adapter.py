"""The adapter: each function of the contract, in one line of its own file."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.viber.checking import check, subscribe
from oase.channels.adapters.viber.files import fetch
from oase.channels.adapters.viber.manifest import MANIFEST
from oase.channels.adapters.viber.reading import key_of, read
from oase.channels.adapters.viber.replies import interpret
from oase.channels.adapters.viber.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
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

_HEADER = "x-viber-content-signature"


class Viber(Adapter):
    """Viber's REST bot API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Viber signed the body with one of the bot's tokens (HMAC-SHA256, hexadecimal)."""
        given, matches = raw.headers.get(_HEADER, "").strip().lower().encode("utf-8", "replace"), False
        for secret in account.secrets.get("auth_token", ()):
            if secret:
                expected = hmac.new(secret.reveal().strip().encode(), raw.body, hashlib.sha256).hexdigest().encode()
                matches = hmac.compare_digest(expected, given) or matches
        if not matches:
            raise Forged("The signature does not fit any token of this account.")

    def dedup_key(self, raw: Raw) -> bytes | None:
        """Kind, token and person of the callback."""
        return key_of(raw.body)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What a callback says."""
        return read(raw)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The call that says it."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Who the bot is, and where its messages go."""
        return check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Tells Viber where to deliver."""
        return subscribe(account, replies)
