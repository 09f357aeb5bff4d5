"""The adapter itself, and the sink that a listener feeds."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from oase.channels.contract.inbound import Address, Event, Media, Polled, Raw
from oase.channels.contract.manifest import Account, Manifest
from oase.channels.contract.outbound import (
    Again,
    Answer,
    Call,
    Checked,
    File,
    NoReply,
    Outbound,
    Outcome,
    Refused,
    Renewed,
    Reply,
    Template,
)
from oase.kernel.http import Outside
from oase.kernel.secrets import Secret


class Sink(Protocol):
    """Where a listener puts what it hears. `deliver` returns when the bytes are durable; the cursor is kept in the same commit."""

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        """Stores these deliveries, in order, and the listener's cursor with them."""
        ...

    async def cursor(self) -> Mapping[str, Any]:
        """The cursor of the last delivery; empty at first."""
        ...

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        """Tells how the connection is."""
        ...


class Door(Protocol):
    """What a channel's own server is given: where to listen, whose address is whose, and where deliveries go."""

    host: str
    port: int
    limit_bytes: int
    tls: Callable[[], ssl.SSLContext] | None  # asked at each connection; None: no encryption is offered

    async def resolve(self, setting: str, value: str) -> str | None:
        """The id of the account of this channel whose setting has this value; None if there is none."""
        ...

    async def deliver(self, account_id: str, raw: Raw) -> None:
        """Stores a delivery for an account; returns when it is durable."""
        ...


@runtime_checkable
class KeepsSecrets(Protocol):
    """A sink that can also keep a secret which the provider has renewed (rotating refresh tokens). Listeners ask by isinstance."""

    async def keep_secret(self, name: str, secret: Secret) -> None:
        """Stores it as the account's newest secret of that name."""
        ...


class Adapter:
    """Base of every adapter: `manifest`, `parse`, `render`, `interpret` are its own; the rest where the channel has it.

    What a manifest promises and its adapter does not have raises NotImplementedError: a fault of the adapter, found by the contract suite.
    """

    manifest: ClassVar[Manifest]

    def go_out_by(self, outside: Outside) -> None:
        """Takes the process's way out, for what an adapter asks by HTTP beside its own wire (tokens). It is not its to close."""

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless the bytes come from this account's provider."""
        raise NotImplementedError

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers a provider's handshake (before `verify`); None for ordinary deliveries."""
        return None

    def acknowledge(self, raw: Raw, account: Account) -> Answer | None:
        """What the provider is told about a genuine delivery once it is stored, where it expects more than 200. Never raises."""
        return None

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The provider's own id of this delivery, if it repeats itself with one; None = a hash of the bytes."""
        return None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The events of a delivery, in its order. Raises Malformed only if nothing can be read."""
        raise NotImplementedError

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it; raises CannotSay."""
        raise NotImplementedError

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What a reply means for the message."""
        raise NotImplementedError

    def values(self, call: Call, reply: Reply) -> Any:
        """What `FromReply` of later calls finds in a good reply: its JSON, where the provider answers so. Raises ValueError."""
        return msgspec.json.decode(reply.body)

    def follow(
        self, raw: Raw, account: Account, now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Raw | Again | Refused:
        """The next step to what a delivery points at (manifest.points), given the replies so far.

        What it gives goes through `parse`, as a delivery of the time `now`; Refused: there is nothing to be taken in.
        """
        raise NotImplementedError

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The next step to a file's bytes, given the replies so far. The last call says `download`; its reply holds no bytes."""
        raise NotImplementedError

    def extract(self, raw: Raw, media: Media) -> File:
        """A file out of the delivery's own bytes; raises Malformed."""
        raise NotImplementedError

    def extract_all(self, raw: Raw, media: Sequence[Media]) -> Sequence[File]:
        """Several files out of the same delivery, for adapters that read it once for all of them; raises Malformed."""
        return [self.extract(raw, one) for one in media]

    def explain(self, raw: Raw, account: Account) -> Mapping[str, Any] | None:
        """How a delivery was understood, for administrators who ask why it was shown so; None where the events say it all."""
        return None

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The next step of *test connection*, given the replies so far."""
        return Checked(ok=True, summary="")

    def whois(self, address: str, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Address | Again | Refused:
        """The next step to what the provider knows of somebody who spoke (manifest.names), given the replies so far."""
        raise NotImplementedError

    def renew(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Renewed | Again | Refused:
        """The next step to a new access token (manifest.renews), given the replies so far.

        Asked before the last one ends, and when the provider refused it. The other functions find what it gave by
        `account.secret(name)`; a refresh token that was replaced goes under the name of the setting that held it.
        """
        raise NotImplementedError

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The next step of telling the provider `account.webhook_url` (manifest.subscribes); harmless when repeated."""
        raise NotImplementedError

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """The next step of asking the provider what is new since `cursor` (empty at first), given the replies of this round.

        `now` is the time for `Raw.received_at`. Its deliveries go through `parse`, as those of a webhook; `verify` is not asked.
        """
        raise NotImplementedError

    def invite(self, account: Account, code: str, text: str) -> str:
        """The address that opens a dialogue with us (manifest.invites): a one-time `code` comes along, by itself or in `text`.

        `text` holds the code, for channels that fill in the customer's first message. Empty if the account does not know
        enough yet (`account.facts`).
        """
        raise NotImplementedError

    def templates(self, account: Account, replies: Sequence[Reply] = ()) -> Call | Sequence[Template]:
        """The next step to the account's list of templates, given the replies so far."""
        return ()

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """Moves one call over the adapter's own wire (manifest.wire == "own")."""
        raise NotImplementedError

    async def serve(self, door: "Door") -> None:
        """Runs a server of this channel's own for all its accounts, until cancelled (manifest.serves)."""
        raise NotImplementedError

    async def listen(self, account: Account, sink: Sink) -> None:
        """Holds a long connection and feeds the sink until cancelled (manifest.listens). Raises ChannelError when it breaks."""
        raise NotImplementedError


def secret_texts(account: Account) -> Sequence[str]:
    """Every secret of the account in the clear: for checks that none leaks."""
    return [secret.reveal() for secrets in account.secrets.values() for secret in secrets if secret]
