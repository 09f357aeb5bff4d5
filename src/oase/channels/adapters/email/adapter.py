"""E-mail as an adapter: the contract's functions, each in a file of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from oase.channels.adapters.email import checking, inbound, notes, outcome
from oase.channels.adapters.email import outbound as writing
from oase.channels.adapters.email.configuration import reads_mailbox
from oase.channels.adapters.email.listening import Listener
from oase.channels.adapters.email.manifest import MANIFEST
from oase.channels.adapters.email.oauth import Tokens
from oase.channels.adapters.email.receiver import MailReceiver
from oase.channels.adapters.email.submission import Submitter
from oase.channels.contract import (
    Account,
    Adapter,
    Call,
    Checked,
    Door,
    Event,
    File,
    Malformed,
    Manifest,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Reply,
    Sink,
)
from oase.channels.families import mime
from oase.kernel.clock import Clock, SystemClock
from oase.kernel.http import Outside


class Email(Adapter):
    """Mail by IMAP or our own receiver, out by SMTP submission."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, *, outside: Outside | None = None, clock: Clock | None = None, first_pause: float = 1.0) -> None:
        self._outside = outside  # for access tokens; made when first needed
        self._closes = True
        self._clock = clock or SystemClock()
        self._first_pause = first_pause  # seconds before the first new attempt after a broken connection
        self._tokens = Tokens(self._way_out)
        self._submitter = Submitter(self._tokens)

    def go_out_by(self, outside: Outside) -> None:
        """Access tokens come over the process's way out, which knows what networks of our own may be reached."""
        self._outside, self._closes = outside, False

    def _way_out(self) -> Outside:
        if self._outside is None:
            self._outside = Outside()
        return self._outside

    async def close(self) -> None:
        """Ends kept connections."""
        await self._submitter.close()
        if self._outside is not None and self._closes:
            await self._outside.close()

    def verify(self, raw: Raw, account: Account) -> None:
        """Mails come over connections that we opened ourselves or listen on; there is no signature of a provider."""

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The bytes themselves tell a mail; one that the server could not give out is told by its place."""
        return inbound.place(raw) if notes.UNREADABLE in raw.headers else None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """See `inbound`."""
        return inbound.parse(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """See `outbound`."""
        return writing.render(outbound, account)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """See `outcome`."""
        return outcome.interpret(call, reply)

    def extract(self, raw: Raw, media: Media) -> File:
        """A file out of the mail's own bytes."""
        return self.extract_all(raw, [media])[0]

    def extract_all(self, raw: Raw, media: Sequence[Media]) -> Sequence[File]:
        """Files out of the mail's own bytes, which are parsed once."""
        try:
            found = mime.extract_all(raw.body, [int(one.ref) for one in media])
        except (ValueError, IndexError) as error:
            raise Malformed("The mail has no such file.") from error
        return [
            File(name=part.name, type=part.type, content=content, inline=part.inline, content_id=part.content_id)
            for part, content in found
        ]

    def explain(self, raw: Raw, account: Account) -> Mapping[str, Any]:
        """As `oase mail explain` does."""
        return mime.explain(mime.read(raw.body))

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """See `checking`."""
        return checking.check(account, replies)

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """Sends a mail, or tries one of the two sign-ins."""
        if call.url == "imap:":
            return await checking.try_mailbox(account, self._tokens)
        if call.method == "CHECK":
            return await self._submitter.try_sign_in(call, account)
        return await self._submitter.send(call, account)

    async def serve(self, door: Door) -> None:
        """Takes mails for all accounts, by SMTP and LMTP on one port, until cancelled."""

        async def resolve(address: str) -> str | None:
            return await door.resolve("address", address) or await door.resolve("aliases", address)

        receiver = MailReceiver(
            door.host, door.port, lmtp=None, resolve=resolve, deliver=door.deliver, max_bytes=door.limit_bytes,
            tls=door.tls, clock=self._clock,
        )  # fmt: skip
        await receiver.start()
        try:
            await asyncio.get_running_loop().create_future()  # until cancelled
        finally:
            await receiver.stop()

    async def listen(self, account: Account, sink: Sink) -> None:
        """Reads the mailbox until cancelled. An account that our own receiver serves only has to be there."""
        if not reads_mailbox(account):
            await sink.state("up")
            await asyncio.get_running_loop().create_future()  # until cancelled
        await Listener(account, sink, self._tokens, self._clock, pause=self._first_pause).run()
