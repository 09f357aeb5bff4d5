"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.xmpp.checking import check
from oase.channels.adapters.xmpp.files import fetch
from oase.channels.adapters.xmpp.listening import Listener
from oase.channels.adapters.xmpp.manifest import MANIFEST
from oase.channels.adapters.xmpp.reading import dedup_key, read
from oase.channels.adapters.xmpp.replies import interpret
from oase.channels.adapters.xmpp.sending import Sender
from oase.channels.adapters.xmpp.writing import write
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
    Raw,
    Refused,
    Reply,
    Sink,
)
from oase.kernel.clock import Clock, SystemClock
from oase.kernel.http import Outside


class Xmpp(Adapter):
    """XMPP as a client of the account's server."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._outside: Outside | None = None
        self._sender = Sender(self._way_out)

    def go_out_by(self, outside: Outside) -> None:
        """Files go to upload services over the process's way out."""
        self._outside = outside

    def _way_out(self) -> Outside:
        if self._outside is None:
            self._outside = Outside()
        return self._outside

    async def close(self) -> None:
        """Ends kept sessions."""
        await self._sender.close()

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The id in the server's archive: the same live as afterwards."""
        return dedup_key(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What a stanza means."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """Messages as data: an upload first where there is a file."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What became of it."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file behind its web address."""
        return fetch(media, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Signs in once."""
        return check(account, replies)

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """Says it over a session."""
        return await self._sender.perform(call, account)

    async def listen(self, account: Account, sink: Sink) -> None:
        """Holds a session until cancelled."""
        await Listener(account, sink, self._sender, self._clock).run()
