"""The adapter: each function of the contract, in one line of its own file."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from oase.channels.adapters.webmention.asking import ACCEPTED, greeting, read_pointer
from oase.channels.adapters.webmention.checking import checking
from oase.channels.adapters.webmention.following import following
from oase.channels.adapters.webmention.manifest import MANIFEST
from oase.channels.adapters.webmention.pages import endpoint_of
from oase.channels.adapters.webmention.pictures import fetching
from oase.channels.adapters.webmention.reading import read, understood
from oase.channels.adapters.webmention.replies import interpret
from oase.channels.adapters.webmention.writing import ENDPOINT, write
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
    Raw,
    Refused,
    Reply,
)
from oase.channels.families.steps import step


class Webmention(Adapter):
    """Websites of others that mention pages of ours."""

    manifest: ClassVar[Manifest] = MANIFEST

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """A refusal for what can be no mention."""
        return greeting(raw, account)

    def verify(self, raw: Raw, account: Account) -> None:
        """Anybody may tell us: what they tell is proved by the page that they name, or not."""

    def acknowledge(self, raw: Raw, account: Account) -> Answer | None:
        """202: it will be looked at."""
        return ACCEPTED if raw.method == "POST" else None

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The same two addresses, however the form is written."""
        if raw.method != "POST":
            return None
        pointer = read_pointer(raw.body)
        return hashlib.blake2b(f"{pointer.source} {pointer.target}".encode("utf-8", "replace"), digest_size=16).digest()

    def follow(
        self, raw: Raw, account: Account, now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Raw | Again | Refused:
        """The page that mentions ours."""
        return step(following(raw, account, now), replies)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What it says."""
        return read(raw, account)

    def explain(self, raw: Raw, account: Account) -> Mapping[str, Any] | None:
        """Whether it links to us, and as what."""
        return understood(raw)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The question for the endpoint, and the webmention."""
        return write(outbound, account)

    def values(self, call: Call, reply: Reply) -> Any:
        """The endpoint that a page names."""
        return {ENDPOINT: endpoint_of(reply, call.url)}

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What a reply means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """A picture of an entry."""
        return fetching(media, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Whether our pages name the endpoint."""
        return step(checking(account), replies)
