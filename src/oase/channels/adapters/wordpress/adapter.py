"""The adapter: each function of the contract, in one line of its own file."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.wordpress.checking import checking
from oase.channels.adapters.wordpress.manifest import MANIFEST
from oase.channels.adapters.wordpress.polling import asking
from oase.channels.adapters.wordpress.reading import read
from oase.channels.adapters.wordpress.replies import interpret
from oase.channels.adapters.wordpress.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    Checked,
    Event,
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


class WordPress(Adapter):
    """Comments of a blog with WordPress."""

    manifest: ClassVar[Manifest] = MANIFEST

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The same page may be delivered with other news in it."""
        named = "\n".join(f"{name}={value}" for name, value in sorted(raw.query.items()))
        return hashlib.sha256(named.encode("utf-8", "replace") + b"\n" + raw.body).digest()

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What is new in the page."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The comment, or the moderator's act."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """The newest comments, and some older ones."""
        return step(asking(account, cursor, now), replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Site, user, permissions, team."""
        return step(checking(account), replies)
