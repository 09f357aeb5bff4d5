"""A channel of the tests' own whose provider is asked and told: a notice board with numbered slips, and the board itself on a port.

GET /slips?after=4 -> {"slips": [{"number": 5, "from": "jana", "text": "Hallo"}]}   GET /me -> {"name": "…"}   POST /hook {"url": "…"}
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from oase.channels import registry
from oase.channels.contract import (
    Account,
    Adapter,
    Address,
    Again,
    Call,
    Capability,
    Checked,
    Content,
    Event,
    Limits,
    Manifest,
    NoReply,
    Polled,
    Raw,
    Received,
    Refused,
    Reply,
    Setting,
    Words,
)

NAME = "noticeboard"


def _words(text: str) -> Words:
    return Words(text, text)


class Noticeboard(Adapter):
    """Asks for slips; a cursor holds the number of the last one."""

    manifest = Manifest(
        id=NAME, name=_words("Notice board"), icon="message", color="#8a5a00", identity="slip", pace="messaging", wire="http",
        webhook=True, subscribes=True, polls=True, polls_if=("way", "asked"), capabilities=frozenset({Capability.TEXT}),
        limits=Limits(text_length=500),
        settings=(
            Setting(name="base_url", label=_words("Address"), kind="url"),
            Setting(name="key", label=_words("Key"), kind="secret"),
            Setting(name="way", label=_words("How"), required=False, default="asked"),
        ),
    )  # fmt: skip

    def _call(self, account: Account, path: str, **more: Any) -> Call:
        headers = {"authorization": account.secret("key")}
        return Call(method=more.pop("method", "GET"), url=f"{account.settings['base_url']}{path}", headers=headers, **more)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Who are we?"""
        if not replies:
            return self._call(account, "/me")
        reply = replies[0]
        if isinstance(reply, NoReply) or reply.status != 200:
            return Checked(ok=False, summary="The board does not know us.")
        found = json.loads(reply.body)
        expires_at = datetime.fromisoformat(found["expires"]) if "expires" in found else None
        return Checked(ok=True, summary=found["name"], facts={"name": found["name"]}, expires_at=expires_at)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Deliver there."""
        if not replies:
            told = {"url": account.webhook_url, "name": account.facts["name"]}
            return self._call(account, "/hook", method="POST", json=told)
        taken = isinstance(replies[0], Reply) and replies[0].status == 200
        return Checked(ok=taken, summary="It delivers to us." if taken else "It takes no address.")

    def poll(
        self, account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | Polled | Again | Refused:
        """What is new? Two slips a page."""
        if not replies:
            return self._call(account, f"/slips?after={cursor.get('last', 0)}")
        reply = replies[-1]
        if isinstance(reply, NoReply):
            return Again(why=reply.why)
        if reply.status == 429:
            return Again(
                why="The board is busy.", after=timedelta(seconds=float(reply.headers.get("retry-after", "0"))), account=True
            )
        if reply.status == 401:
            return Refused(why="The key was revoked.", sign_in=True)
        if reply.status != 200:
            return Refused(why=f"The board said {reply.status}.")
        slips = [slip for one in replies if isinstance(one, Reply) for slip in json.loads(one.body)["slips"]]
        if json.loads(reply.body).get("more"):
            return self._call(account, f"/slips?after={slips[-1]['number']}")
        raws = tuple(Raw(body=json.dumps(slip).encode(), method="POLL", received_at=now) for slip in slips)
        last = max([cursor.get("last", 0), *(slip["number"] for slip in slips)])
        return Polled(raws=raws, cursor={"last": last}, after=timedelta(seconds=0.01))

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The slip's number."""
        return str(json.loads(raw.body)["number"]).encode()

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """One slip."""
        slip = json.loads(raw.body)
        at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
        content = Content(text=slip["text"])
        return [Received(external_id=str(slip["number"]), sender=Address(value=slip["from"]), at=at, content=content)]


class _Point:
    value = "tests.main.noticeboard:adapter"

    @staticmethod
    def load() -> Adapter:
        return Noticeboard()


@pytest.fixture
def noticeboard(monkeypatch: pytest.MonkeyPatch) -> str:
    """The channel is installed for one test."""
    points = registry._points()
    monkeypatch.setattr(registry, "_points", lambda: {**points, NAME: _Point})
    return NAME


@dataclass
class Board:
    """The provider. `script` holds statuses for the next questions for slips; then it answers."""

    url: str = ""
    key: str = "open sesame"
    name: str = "Schwarzes Brett"
    expires: str = ""
    slips: list[dict[str, Any]] = field(default_factory=list)
    script: deque[web.Response] = field(default_factory=deque)
    asked: list[int] = field(default_factory=list)
    checked: int = 0
    hooks: list[dict[str, Any]] = field(default_factory=list)
    takes_hooks: bool = True
    takes_seconds: float = 0.0  # to answer a question for slips
    at_once: int = 0
    most_at_once: int = 0
    forgetful: bool = False  # gives everything each time, whatever it is asked for

    def pin(self, *texts: str) -> None:
        """Puts up slips."""
        for text in texts:
            self.slips.append({"number": len(self.slips) + 1, "from": "jana.müller", "text": text})

    def _knows(self, request: web.Request) -> bool:
        return request.headers.get("authorization") == self.key

    async def give(self, request: web.Request) -> web.Response:
        """Slips, two at a time."""
        after = int(request.query["after"])
        self.asked.append(after)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.takes_seconds)
        self.at_once -= 1
        if self.script:
            return self.script.popleft()
        if not self._knows(request):
            return web.json_response({}, status=401)
        if self.forgetful:
            return web.json_response({"slips": self.slips})
        left = [slip for slip in self.slips if slip["number"] > after]
        return web.json_response({"slips": left[:2], "more": len(left) > 2})

    async def tell(self, request: web.Request) -> web.Response:
        """Who we are."""
        self.checked += 1
        more = {"expires": self.expires} if self.expires else {}
        return web.json_response({"name": self.name, **more}, status=200 if self._knows(request) else 401)

    async def hook(self, request: web.Request) -> web.Response:
        """Takes an address."""
        self.hooks.append(await request.json())
        return web.json_response({}, status=200 if self.takes_hooks else 400)


@asynccontextmanager
async def open_board() -> AsyncIterator[Board]:
    """Listens on a free port."""
    board, application = Board(), web.Application()
    application.router.add_get("/slips", board.give)
    application.router.add_get("/me", board.tell)
    application.router.add_post("/hook", board.hook)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    board.url = site.name
    try:
        yield board
    finally:
        await runner.cleanup()
