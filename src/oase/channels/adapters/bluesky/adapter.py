"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.bluesky.checking import checking
from oase.channels.adapters.bluesky.files import fetch
from oase.channels.adapters.bluesky.manifest import MANIFEST
from oase.channels.adapters.bluesky.polling import asking
from oase.channels.adapters.bluesky.reading import key_of, read
from oase.channels.adapters.bluesky.replies import interpret
from oase.channels.adapters.bluesky.tokens import renewing
from oase.channels.adapters.bluesky.writing import write
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
    Polled,
    Raw,
    Refused,
    Renewed,
    Reply,
)
from oase.channels.families.steps import step


class Bluesky(Adapter):
    """Bluesky by the AT protocol's XRPC."""

    manifest: ClassVar[Manifest] = MANIFEST

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The notification's uri, or the place in the chats' log: what surrounds them changes from round to round."""
        return key_of(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The event of one item."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """What has to be asked first, then the post or the message."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """Notifications, and what happened in the chats."""
        return step(asking(account, cursor, now), replies)

    def renew(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Renewed | Again | Refused:
        """The next session."""
        return step(renewing(account), replies)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The picture's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Handle, app password, direct messages."""
        return step(checking(account), replies)
