"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from oase.channels.adapters.x.checking import checking
from oase.channels.adapters.x.files import fetch
from oase.channels.adapters.x.manifest import MANIFEST
from oase.channels.adapters.x.polling import asking
from oase.channels.adapters.x.reading import key_of, read
from oase.channels.adapters.x.replies import interpret
from oase.channels.adapters.x.subscribing import subscribing
from oase.channels.adapters.x.tokens import renewing
from oase.channels.adapters.x.webhook import answer_challenge, check_signature
from oase.channels.adapters.x.wire import WEB, me_of
from oase.channels.adapters.x.writing import write
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
    Renewed,
    Reply,
)
from oase.channels.families.steps import step


class X(Adapter):
    """X API v2, with webhooks of the Account Activity API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless X signed the body with one of the application's secrets."""
        check_signature(raw, account.secrets.get("consumer_secret", ()))

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers X's challenge."""
        return answer_challenge(raw, account.secrets.get("consumer_secret", ()))

    def dedup_key(self, raw: Raw) -> bytes | None:
        """Of what was asked for, the post or the message; a webhook repeats its bytes."""
        return key_of(raw)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """Every event of the delivery, in order."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """Uploads, then the post or the message."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """Mentions and direct messages."""
        return step(asking(account, cursor, now), replies)

    def renew(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Renewed | Again | Refused:
        """The next access token, and the refresh token after it."""
        return step(renewing(account), replies)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The application's webhook and our subscription to it."""
        return step(subscribing(account), replies)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Account, permissions, application."""
        return step(checking(account), replies)

    def invite(self, account: Account, code: str, text: str) -> str:
        """X's own address that opens a direct message to us with a text in it."""
        if not me_of(account):
            return ""
        words = text if code in text else f"{text} {code}".strip()
        return f"{WEB}/messages/compose?{urlencode({'recipient_id': me_of(account), 'text': words})}"
