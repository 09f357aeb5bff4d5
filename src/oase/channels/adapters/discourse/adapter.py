"""The adapter: each function of the contract, in one line of its own file."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.discourse.checking import checking
from oase.channels.adapters.discourse.manifest import MANIFEST
from oase.channels.adapters.discourse.polling import asking
from oase.channels.adapters.discourse.reading import read
from oase.channels.adapters.discourse.replies import interpret
from oase.channels.adapters.discourse.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    Checked,
    Event,
    Forged,
    Manifest,
    NoReply,
    Outbound,
    Outcome,
    Polled,
    Raw,
    Refused,
    Reply,
)
from oase.channels.families.steps import step


class Discourse(Adapter):
    """A forum with Discourse."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless the forum signed the body with one of the webhook's secrets."""
        given = raw.headers.get("x-discourse-event-signature", "").encode("utf-8", "replace")
        secrets = [secret.reveal().encode() for secret in account.secrets.get("webhook_secret", ()) if secret]
        expected = [b"sha256=" + hmac.digest(secret, raw.body, "sha256").hex().encode() for secret in secrets]
        if not any(hmac.compare_digest(given, one) for one in expected):
            raise Forged("The signature is not one of this forum's webhook.")

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The forum's id of the event; of what was asked for, the page and what is new in it."""
        if "items" in raw.query:
            named = f"{raw.query['items']}\n{raw.query.get('round', '')}\n"
            return hashlib.sha256(named.encode("utf-8", "replace") + raw.body).digest()
        event = raw.headers.get("x-discourse-event-id", "")
        return f"event-{event}".encode() if event.isascii() and event.isalnum() and len(event) < 60 else None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The event of a webhook, or what is new in a page."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The post, or the moderator's act."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """The newest posts."""
        return step(asking(account, cursor, now), replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Forum, key, user."""
        return step(checking(account), replies)
