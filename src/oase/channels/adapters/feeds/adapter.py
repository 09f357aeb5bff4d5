"""The adapter: each function of the contract, in one line of its own file."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.feeds.checking import checking
from oase.channels.adapters.feeds.manifest import MANIFEST
from oase.channels.adapters.feeds.polling import asking
from oase.channels.adapters.feeds.reading import read
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    CannotSay,
    Capability,
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
from oase.kernel.i18n import message


class Feeds(Adapter):
    """RSS, Atom and JSON Feed."""

    manifest: ClassVar[Manifest] = MANIFEST

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The same document may be delivered with other entries new in it."""
        named = "\n".join(f"{name}={value}" for name, value in sorted(raw.query.items()))
        return hashlib.sha256(named.encode("utf-8", "replace") + b"\n" + raw.body).digest()

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What is new or changed in the document."""
        return read(raw)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """A feed carries nothing outward."""
        raise CannotSay(Capability.TEXT, message("A feed cannot be answered. Write below the article itself."))

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """Never asked, since nothing is rendered."""
        return Refused(why=message("A feed cannot be answered. Write below the article itself."))

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """The feed, then some comment feeds of its articles."""
        return step(asking(account, cursor, now), replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Whether a feed lies at the address."""
        return step(checking(account), replies)
