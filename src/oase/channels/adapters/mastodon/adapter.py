"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.mastodon.checking import checking
from oase.channels.adapters.mastodon.files import fetch
from oase.channels.adapters.mastodon.manifest import MANIFEST
from oase.channels.adapters.mastodon.polling import asking
from oase.channels.adapters.mastodon.reading import key_of, read
from oase.channels.adapters.mastodon.replies import interpret
from oase.channels.adapters.mastodon.writing import write
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
    Reply,
)
from oase.channels.families.steps import step


class Mastodon(Adapter):
    """Mastodon's client API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The notification's id: what surrounds it changes from round to round."""
        return key_of(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The events of one item."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """Uploads, then the post."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """Notifications, and the threads that they belong to."""
        return step(asking(account, cursor, now), replies)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Account, permissions, server."""
        return step(checking(account), replies)
