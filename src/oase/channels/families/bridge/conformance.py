"""Holds a connector to the protocol: asks it as Oase would, and hears what it tells. For `oase bridge check`.

manifest · signatures · a message, the same again, one that it cannot know · each thing that it declares · events, refused once
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from oase.channels.contract import (
    Accepted,
    Again,
    Broken,
    Call,
    Card,
    Choice,
    Envelope,
    Event,
    File,
    Forged,
    Malformed,
    MarkRead,
    Moderate,
    NoReply,
    Outbound,
    Outcome,
    Position,
    Raw,
    React,
    Refused,
    Reply,
    Say,
    ShowTyping,
)
from oase.channels.families.bridge.asking import ask, manifest_call, message_call, webhook_call
from oase.channels.families.bridge.signing import check_delivery
from oase.channels.families.bridge.telling import read_events
from oase.channels.families.bridge.wire import About, outcome_of, read_about
from oase.kernel.clock import Clock
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret

Perform = Callable[[Call], Awaitable[Reply | NoReply]]
_TEXT: Final = "Guten Tag, Frau Özdemir! Das ist eine Prüfung 📦"
_PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000154a24f5f0000000049454e44ae426082"
)


class Finding(Struct, frozen=True, kw_only=True):
    """One rule of the protocol and whether the connector keeps it; `words` says what was seen instead."""

    rule: str
    kept: bool
    words: str = ""


class Target(Struct, frozen=True, kw_only=True):
    """The connector, and somebody or some place there that messages may go to."""

    url: str
    secret: Secret
    to: str = ""
    thread: str = ""
    reply_to: str = ""


async def conform(target: Target, perform: Perform, clock: Clock) -> AsyncIterator[Finding]:
    """What can be seen by asking, rule by rule."""
    about: About | None = None
    async for finding, found in _introduction(target, perform):
        about = found or about
        yield finding
    if about is None:
        return
    async for finding in _signatures(target, perform):
        yield finding
    async for finding in _messages(target, about, perform, clock):
        yield finding


async def _introduction(target: Target, perform: Perform) -> AsyncIterator[tuple[Finding, About | None]]:
    reply = await perform(manifest_call(target.url, target.secret))
    rule = "GET manifest says who the connector is and what it can carry"
    if isinstance(reply, NoReply) or reply.status != 200:
        yield Finding(rule=rule, kept=False, words=_seen(reply)), None
        return
    try:
        about = read_about(reply.body)
    except Malformed as error:
        yield Finding(rule=rule, kept=False, words=str(error)), None
        return
    said = f"{about.name}: {', '.join([*about.capabilities, *(f'public {one}' for one in about.public), *about.acts])}"
    yield Finding(rule=rule, kept=bool(about.capabilities or about.public), words=said), about


async def _signatures(target: Target, perform: Perform) -> AsyncIterator[Finding]:
    wrong = replace(manifest_call(target.url, Secret("somebody else's secret")))
    bare = replace(wrong, headers={})
    for rule, call in (("A wrong signature is refused with 401 or 403", wrong), ("A missing one as well", bare)):
        reply = await perform(call)
        yield Finding(rule=rule, kept=isinstance(reply, Reply) and reply.status in (401, 403), words=_seen(reply))


async def _messages(target: Target, about: About, perform: Perform, clock: Clock) -> AsyncIterator[Finding]:
    declared = {name: one for name, one in _specimens(target, clock.now()).items() if _declares(about, name)}
    for name, outbound in declared.items():
        first = await _say(target, perform, outbound)
        kept = isinstance(first, Accepted) or (name in ("typing", "mark_read") and isinstance(first, Again | Refused))
        yield Finding(rule=f"What it declares it carries: {name}", kept=kept, words=_told(first))
        if name in ("text", "public text") and isinstance(first, Accepted):
            second = await _say(target, perform, outbound)
            same = isinstance(second, Accepted) and second.external_id == first.external_id
            yield Finding(rule="The same id again is the same message, and is not said twice", kept=same, words=_told(second))
    reply = await perform(ask(target.url, target.secret, "POST", "messages", {"type": "somersault", "envelope": {"id": "x"}}))
    answered = isinstance(reply, Reply) and reply.status < 500 and isinstance(outcome_of(reply), Refused)
    yield Finding(
        rule="What it does not know it refuses in words, without an error of its own", kept=answered, words=_seen(reply)
    )
    broken = replace(ask(target.url, target.secret, "POST", "messages", {}), body=b'{"cut')
    reply = await perform(broken)
    kept = isinstance(reply, Reply) and 400 <= reply.status < 500
    yield Finding(rule="A body that was changed on the way does not pass", kept=kept, words=_seen(reply))


def _declares(about: About, name: str) -> bool:
    kind, _, what = name.rpartition(" ")
    return what in {"": about.capabilities, "public": about.public, "act": about.acts}[kind]


def _specimens(target: Target, now: datetime) -> Mapping[str, Outbound]:
    """One of everything that can be said, to the person and in the place that were named."""

    def envelope(*, public: bool = False, answers: bool = False) -> Envelope:
        thread = target.thread if public else ""
        return Envelope(
            id=str(new_id()), to=target.to, to_name="Prüfung", thread=thread, at=now, reply_to=target.reply_to if answers else ""
        )

    picture = File(name="Prüfung.png", type="image/png", content=_PNG)
    letter = File(name="Prüfung.txt", type="text/plain", content=b"Das ist eine Pr\xc3\xbcfung.\n")
    choices = (Choice(id="yes", title="Ja"), Choice(id="no", title="Nein"))
    found: dict[str, Outbound] = {}
    if target.to:
        found = {
            "text": Say(envelope=envelope(), text=_TEXT),
            "image": Say(envelope=envelope(), text="Ein Bild", files=(picture,)),
            "document": Say(envelope=envelope(), files=(letter,)),
            "buttons": Say(envelope=envelope(), text="Passt das?", choices=choices),
            "location": Position(envelope=envelope(), latitude=52.52, longitude=13.405, name="Filiale"),
            "contacts": Card(envelope=envelope(), contacts=({"name": "Jörg Müller", "phones": ["+49 30 23125 101"]},)),
            "typing": ShowTyping(envelope=envelope(answers=True)),
            "mark_read": MarkRead(envelope=envelope(answers=True)),
        }
    if target.to and target.reply_to:
        found["reply"] = Say(envelope=envelope(answers=True), text=_TEXT)
        found["reaction"] = React(envelope=envelope(answers=True), emoji="👍")
    if target.thread:
        found["public text"] = Say(envelope=envelope(public=True), text=_TEXT)
        found["public image"] = Say(envelope=envelope(public=True), files=(picture,))
    if target.thread and target.reply_to:
        found["public reply"] = Say(envelope=envelope(public=True, answers=True), text=_TEXT)
        acts = ("hide", "show", "like", "unlike")
        found |= {f"act {act}": Moderate(envelope=envelope(public=True, answers=True), act=act) for act in acts}  # type: ignore[arg-type]
    return found


async def _say(target: Target, perform: Perform, outbound: Outbound) -> Outcome:
    return outcome_of(await perform(message_call(target.url, target.secret, outbound)))


def _seen(reply: Reply | NoReply) -> str:
    if isinstance(reply, NoReply):
        return reply.why
    return f"HTTP {reply.status}: {reply.body[:200].decode('utf-8', 'replace')}"


def _told(outcome: Outcome) -> str:
    return str(msgspec.to_builtins(outcome))


class Heard:
    """What a connector has told while it was listened to."""

    def __init__(self, target: Target, clock: Clock) -> None:
        self._target, self._clock = target, clock
        self.url = ""
        self.findings: list[Finding] = []
        self.events: list[Event] = []
        self._refused: set[bytes] = set()
        self._done = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """Refuses each delivery once, takes it the second time."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(body=await request.read(), headers=headers, received_at=self._clock.now())
        try:
            check_delivery(raw, (self._target.secret,))
            events = read_events(raw)
        except (Forged, Malformed) as error:
            self.findings.append(Finding(rule="What it tells is signed and can be read", kept=False, words=str(error)))
            return web.Response(status=403, text=str(error))
        if raw.body not in self._refused:
            self._refused.add(raw.body)
            return web.Response(status=503, text="Not stored. Please deliver again.")
        broken = [event.why for event in events if isinstance(event, Broken)]
        self.findings.append(Finding(rule="What it tells is signed and can be read", kept=not broken, words="; ".join(broken)))
        self.findings.append(Finding(rule="What was not taken with 200 comes again", kept=True))
        self.events += events
        self._done.set()
        return web.Response(text="ok")

    async def until(self, seconds: float) -> None:
        """Waits until something was told and told again, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            words = f"Nothing came that was taken within {seconds:.0f} seconds."
            self.findings.append(Finding(rule="What was not taken with 200 comes again", kept=False, words=words))


@asynccontextmanager
async def listening(target: Target, perform: Perform, clock: Clock, host: str = "127.0.0.1") -> AsyncIterator[Heard]:
    """Listens in Oase's place, and tells the connector so (`POST webhook`)."""
    heard = Heard(target, clock)
    application = web.Application(client_max_size=32 * 1024 * 1024)
    application.router.add_post("/hook", heard.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        heard.url = f"http://{host}:{runner.addresses[0][1]}/hook"
        reply = await perform(webhook_call(target.url, target.secret, heard.url))
        kept = isinstance(reply, Reply) and 200 <= reply.status < 300
        heard.findings.append(Finding(rule="POST webhook takes the address for events", kept=kept, words=_seen(reply)))
        yield heard
    finally:
        await runner.cleanup()
