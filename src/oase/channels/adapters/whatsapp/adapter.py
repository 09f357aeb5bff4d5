"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from oase.channels.adapters.whatsapp.checking import check
from oase.channels.adapters.whatsapp.files import fetch
from oase.channels.adapters.whatsapp.manifest import MANIFEST
from oase.channels.adapters.whatsapp.reading import read
from oase.channels.adapters.whatsapp.replies import interpret
from oase.channels.adapters.whatsapp.templates import templates
from oase.channels.adapters.whatsapp.writing import write
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
    Template,
)
from oase.channels.families.meta import answer_handshake, check_signature


class WhatsApp(Adapter):
    """WhatsApp Cloud API."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Meta signed the body with one of the app's secrets."""
        check_signature(raw, account.secrets.get("app_secret", ()))

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers Meta's handshake."""
        return answer_handshake(raw, account.secrets.get("verify_token", ()))

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """Every item of the delivery, in order."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it: an upload first where there is a file; the last one is the message itself."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """First where the file lies, then its bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Number, permissions, subscription."""
        return check(account, replies)

    def invite(self, account: Account, code: str, text: str) -> str:
        """A click-to-chat link: WhatsApp opens with our number, and `text` filled in.

        Source: faq.whatsapp.com, "How to use click to chat".
        """
        number = "".join(letter for letter in account.facts.get("display_phone_number", "") if letter.isdigit())
        return f"https://wa.me/{number}?text={quote(text, safe='')}" if number else ""

    def templates(self, account: Account, replies: Sequence[Reply] = ()) -> Call | Sequence[Template]:
        """The templates of the WhatsApp Business account, page by page."""
        return templates(account, replies)
