"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from oase.channels.adapters.telegram.checking import check, subscribe
from oase.channels.adapters.telegram.files import fetch
from oase.channels.adapters.telegram.manifest import MANIFEST
from oase.channels.adapters.telegram.polling import poll
from oase.channels.adapters.telegram.reading import read
from oase.channels.adapters.telegram.replies import interpret
from oase.channels.adapters.telegram.updates import check_secret, key_of, stop_spinner
from oase.channels.adapters.telegram.writing import write
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
    Polled,
    Raw,
    Refused,
    Reply,
)


class Telegram(Adapter):
    """Telegram's Bot API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless the delivery carries the secret that we agreed on with Telegram."""
        check_secret(raw, account.secrets.get("webhook_secret", ()))

    def acknowledge(self, raw: Raw, account: Account) -> Answer | None:
        """Stops the spinner on a pressed button."""
        return stop_spinner(raw.body)

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The update's number."""
        return key_of(raw.body)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What an update says."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The call that says it."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """First where the file lies, then its bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Who the bot is, and how its deliveries are."""
        return check(account, replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Tells Telegram where to deliver, or that we ask."""
        return subscribe(account, replies)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """The updates since the last round."""
        return poll(account, cursor, now, replies)

    def invite(self, account: Account, code: str, text: str) -> str:
        """A deep link: Telegram brings the code along when the customer presses *Start*."""
        name = account.facts.get("username", "")
        return f"https://t.me/{quote(name)}?start={quote(code, safe='')}" if name else ""
