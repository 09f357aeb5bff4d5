"""A channel with a public side, made for tests: what arrives are the contract's own events as JSON, what goes is kept as it is.

`installed(monkeypatch)` makes it one of the channels of this installation, for the test.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
import pytest

from oase.channels import registry
from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Address,
    Again,
    Call,
    Capability,
    Content,
    Event,
    FileRule,
    Limits,
    Malformed,
    Manifest,
    NoReply,
    Outbound,
    Outcome,
    Public,
    Raw,
    Received,
    Refused,
    Reply,
    SaidElsewhere,
    Setting,
    Thread,
    Words,
)
from oase.kernel.ids import new_id

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
POST = Thread(
    external_id="post-1",
    title="Wir haben wieder Lastenräder! 🚲",
    link="https://page.example/posts/1",
    author="Rad & Tat",
    ours=True,
)
_IMAGE = FileRule(types=("image/jpeg", "image/png"), size_bytes=8_000_000)


class Page(Adapter):
    """A page with posts and comments, and a messenger beside it."""

    manifest: ClassVar[Manifest] = Manifest(
        id="testpage",
        name=Words("Test page messages", "Testseite Nachrichten"),
        icon="message-circle",
        color="#1877f2",
        identity="testpage",
        pace="messaging",
        wire="http",
        webhook=True,
        capabilities=frozenset({Capability.TEXT, Capability.IMAGE, Capability.REACTION, Capability.REPLY}),
        incoming=frozenset({Capability.TEXT, Capability.IMAGE, Capability.ELSEWHERE, Capability.EDIT, Capability.DELETE}),
        limits=Limits(text_length=2000, files={Capability.IMAGE: _IMAGE}, reply_window=timedelta(hours=24)),
        settings=(Setting(name="base_url", label=Words("Address", "Adresse"), kind="url"),),
        public=Public(
            name=Words("Test page", "Testseite"),
            icon="world",
            readers=Words("everybody who visits the page", "alle, die die Seite besuchen"),
            capabilities=frozenset({Capability.TEXT, Capability.IMAGE, Capability.REPLY}),
            incoming=frozenset({Capability.TEXT, Capability.IMAGE, Capability.ELSEWHERE, Capability.EDIT, Capability.DELETE}),
            limits=Limits(text_length=8000, files={Capability.IMAGE: _IMAGE}),
            acts=frozenset({"hide", "show", "delete", "like", "unlike"}),
            private_reply=True,
            private_reply_window=timedelta(days=7),
            pace="mail",
        ),
    )

    def verify(self, raw: Raw, account: Account) -> None:
        """Whoever delivers is believed."""

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The events as they are."""
        try:
            return msgspec.json.decode(raw.body, type=_Delivery).events
        except msgspec.DecodeError as error:
            raise Malformed(str(error)) from None

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """One call with what is to be said or done."""
        return [Call(method="POST", url=f"{account.settings['base_url']}/out", json=msgspec.to_builtins(outbound))]

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """200 with an id, 400 with a reason."""
        if isinstance(reply, NoReply):
            return Again(why=reply.why)
        body: dict[str, Any] = msgspec.json.decode(reply.body)
        return Accepted(external_id=body["id"]) if reply.status == 200 else Refused(why=body["error"])


class _Point:
    name = value = Page.manifest.id

    def load(self) -> Adapter:
        """As entry points do."""
        return Page()


def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is one of the channels, until the test ends."""
    points = {**registry._points(), Page.manifest.id: _Point()}
    monkeypatch.setattr(registry, "_points", lambda: points)


class _Delivery(msgspec.Struct):
    """A body: the number makes two deliveries of the same events differ, since each is known by its bytes."""

    number: str
    events: list[Event]


def delivery(*events: Event) -> Raw:
    """What arrives."""
    return Raw(body=msgspec.json.encode(_Delivery(str(new_id()), list(events))), received_at=AT)


def somebody(number: int = 1, name: str = "") -> Address:
    """Somebody who visits the page."""
    return Address(value=f"visitor-{number}", name=name or f"Besucherin {number}")


AYLIN = Address(value="aylin", name="Aylin Öztürk")
BORIS = Address(value="boris", name="Boris O’Brien 🚴")


def comment(
    number: int, words: str, sender: Address = AYLIN, *, below: str = "", minutes: float = 0, thread: Thread = POST, **more: Any
) -> Received:
    """Somebody comments the post, or another comment."""
    return Received(
        external_id=f"c-{number}", sender=sender, at=AT + timedelta(minutes=minutes), content=Content(text=words), reply_to=below,
        thread=thread, link=f"{thread.link}#c-{number}", **more,
    )  # fmt: skip


def writes(number: int, words: str, sender: Address = AYLIN, *, minutes: float = 0, **more: Any) -> Received:
    """Somebody writes to us alone."""
    at = AT + timedelta(minutes=minutes)
    return Received(external_id=f"p-{number}", sender=sender, at=at, content=Content(text=words), **more)


def posts(words: str = "Wir haben wieder Lastenräder! 🚲", *, thread: Thread = POST, minutes: float = -60) -> SaidElsewhere:
    """Our side posts on its page, with another program."""
    at = AT + timedelta(minutes=minutes)
    return SaidElsewhere(external_id=thread.external_id, at=at, content=Content(text=words), thread=thread, link=thread.link)


def answers(number: int, words: str, below: str = "", *, to: Address | None = None, minutes: float = 1) -> SaidElsewhere:
    """Our side answers in public, with another program."""
    return SaidElsewhere(
        external_id=f"o-{number}", to=to, at=AT + timedelta(minutes=minutes), content=Content(text=words), reply_to=below,
        thread=POST, author="Änne Köhler",
    )  # fmt: skip
