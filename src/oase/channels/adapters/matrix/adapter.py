"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.matrix.asking import dedup_key, poll
from oase.channels.adapters.matrix.checking import check
from oase.channels.adapters.matrix.files import fetch
from oase.channels.adapters.matrix.manifest import MANIFEST
from oase.channels.adapters.matrix.reading import read
from oase.channels.adapters.matrix.replies import interpret
from oase.channels.adapters.matrix.writing import write
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


class Matrix(Adapter):
    """Matrix, client-server API v1.11 and newer."""

    manifest: ClassVar[Manifest] = MANIFEST

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """Asks for what is new; the server holds the request until there is something."""
        return poll(account, cursor, now, replies)

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The event's own id; what has none (typing, receipts) is told apart by its bytes."""
        return dedup_key(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The one event of a delivery; of receipts, all that came together."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it: an upload first where there is a file; the last one is the message itself."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes, from our own server."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Is it a Matrix server, does it know us, and as whom."""
        return check(account, replies)
