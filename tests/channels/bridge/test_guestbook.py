"""The example connector, a guest book in Node: the adapter drives it, the conformance command passes it, and it fails others."""

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from oase.channels.adapters.bridge import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Call,
    CannotSay,
    Checked,
    Envelope,
    Event,
    Moderate,
    NoReply,
    Outbound,
    Outcome,
    Position,
    Raw,
    Received,
    Refused,
    Reply,
    Say,
)
from oase.channels.families.bridge import schema, sign
from oase.channels.families.bridge.conformance import Finding, Target, conform, listening
from oase.kernel.clock import SystemClock
from oase.kernel.secrets import Secret

pytestmark = pytest.mark.servers
EXAMPLE = Path(__file__).parents[3] / "examples" / "guestbook" / "server.mjs"
SECRET = Secret("ein gemeinsames Geheimnis")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Company:
    """The adapter, an HTTP client, and a web server for what the connector tells."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self.url, self._client = url, client
        self.account = Account(id="1", channel="bridge", settings={"connector_url": f"{url}/oase"}, secrets={"secret": (SECRET,)})
        self.statuses: list[int] = []
        self.raws: list[Raw] = []
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(body=await request.read(), headers=headers, received_at=SystemClock().now())
        adapter.verify(raw, self.account)
        async with self._news:
            self.raws.append(raw)
            self._news.notify_all()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def until(self, count: int) -> list[Event]:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.raws) >= count)
        return [event for raw in self.raws for event in adapter.parse(raw, self.account)]

    async def perform(self, call: Call) -> Reply | NoReply:
        try:
            async with self._client.request(call.method, call.url, data=call.body, headers=dict(call.headers)) as answer:  # type: ignore[arg-type]
                return Reply(status=answer.status, body=await answer.read())
        except aiohttp.ClientError as error:
            return NoReply(sent=True, why=str(error) or "?")

    async def say(self, outbound: Outbound) -> Outcome:
        (call,) = adapter.render(outbound, self.account)
        return adapter.interpret(call, await self.perform(call))

    async def steps(self, function: Callable[..., Call | Checked]) -> Checked:
        replies: list[Reply | NoReply] = []
        while isinstance(step := function(self.account, replies), Call):
            replies.append(await self.perform(step))
        return step

    async def write(self, name: str, text: str) -> None:
        async with self._client.post(f"{self.url}/entries", data={"name": name, "text": text}, allow_redirects=False) as answer:
            assert answer.status == 303

    async def page(self) -> str:
        async with self._client.get(f"{self.url}/") as answer:
            return await answer.text()


@pytest_asyncio.fixture
async def company() -> AsyncIterator[Company]:
    """A guest book that runs, and the company that answers it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("The example connector needs Node, which is not installed.")
    given = {**os.environ, "GUESTBOOK_SECRET": SECRET.reveal()}
    process = await asyncio.create_subprocess_exec(node, str(EXAMPLE), "0", env=given, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    said = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found, said
    application = web.Application()
    async with aiohttp.ClientSession() as client:
        company = Company(found[0], client)
        application.router.add_post("/hooks/bridge/1", company.take)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        company.account = replace(company.account, webhook_url=f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/bridge/1")
        yield company
        await runner.cleanup()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def envelope(**more: Any) -> Envelope:
    return Envelope(**{"id": "0193-1", "to": "", "from_name": "Jörg Müller", "at": NOW, **more})


async def test_a_guest_writes_is_answered_in_public_and_everybody_reads_it(company: Company) -> None:
    assert (await company.steps(adapter.check)).ok
    assert (await company.steps(adapter.subscribe)).ok
    await company.write("Änne Köhler", "Schöner Laden! <b>Grüße</b> 🧡")
    (received,) = await company.until(1)
    assert isinstance(received, Received)
    assert (received.sender.name, received.content.text) == ("Änne Köhler", "Schöner Laden! <b>Grüße</b> 🧡")
    assert received.thread is not None
    answer = Say(envelope=envelope(thread=received.thread.external_id, reply_to=received.external_id), text="Danke, Frau Köhler!")
    first, second = await company.say(answer), await company.say(answer)
    assert isinstance(first, Accepted)
    assert first == second
    assert (await company.page()).count("Danke, Frau Köhler!") == 1


async def test_events_that_were_not_taken_come_again_in_order(company: Company) -> None:
    company.statuses = [503, 503]
    await company.steps(adapter.subscribe)
    for text in ("eins", "zwei"):
        await company.write("Jörg", text)
    events = await company.until(4)
    assert [event.content.text for event in events if isinstance(event, Received)] == ["eins", "eins", "eins", "zwei"]
    assert len({event.external_id for event in events if isinstance(event, Received)}) == 2


async def test_an_entry_is_hidden_and_shown_and_what_it_cannot_is_said(company: Company) -> None:
    await company.steps(adapter.subscribe)
    await company.write("Troll", "Alles Mist!")
    (received,) = await company.until(1)
    assert isinstance(received, Received)
    at = envelope(thread=received.external_id, reply_to=received.external_id)
    assert isinstance(await company.say(Moderate(envelope=at, act="hide")), Accepted)
    assert "Alles Mist!" not in await company.page()
    gone = replace(at, id="0193-2", reply_to="entry-99")
    refused = await company.say(Moderate(envelope=gone, act="hide"))
    assert isinstance(refused, Refused)
    assert refused.why == "There is no such entry in the guest book."


async def test_what_the_connector_did_not_declare_is_not_even_asked(company: Company) -> None:
    checked = await company.steps(adapter.check)
    company.account = replace(company.account, facts=checked.facts)
    place = Position(envelope=envelope(to="guest:Jörg"), latitude=52.5, longitude=13.4)
    with pytest.raises(CannotSay, match="location"):
        adapter.render(place, company.account)
    with pytest.raises(CannotSay, match="delete"):
        adapter.render(Moderate(envelope=envelope(thread="entry-1", reply_to="entry-1"), act="delete"), company.account)


async def test_the_wrong_secret_is_told_and_a_connector_that_is_gone_is_asked_again(company: Company) -> None:
    company.account = replace(company.account, secrets={"secret": (Secret("ein anderes"),)})
    checked = await company.steps(adapter.check)
    assert (checked.ok, "shared secret" in checked.summary) == (False, True)
    company.account = replace(company.account, settings={"connector_url": "http://127.0.0.1:1/oase"})
    assert isinstance(await company.say(Say(envelope=envelope(thread="entry-1"), text="?")), Again)


async def findings(target: Target, perform: Callable[[Call], Awaitable[Reply | NoReply]]) -> list[Finding]:
    return [finding async for finding in conform(target, perform, SystemClock())]


async def test_the_example_keeps_every_rule(company: Company) -> None:
    await company.write("Erika", "Hallo")
    target = Target(url=f"{company.url}/oase", secret=SECRET, thread="entry-1", reply_to="entry-1")
    found = await findings(target, company.perform)
    assert [finding for finding in found if not finding.kept] == []
    assert len(found) == 13
    async with listening(target, company.perform, SystemClock()) as heard:
        await heard.until(10)
    assert [finding for finding in heard.findings if not finding.kept] == []
    assert [event.content.text for event in heard.events if isinstance(event, Received)] == ["Hallo"]


class Careless:
    """A connector that breaks one rule after the other."""

    def __init__(self, flaw: str) -> None:
        self.flaw, self.count = flaw, 0

    async def perform(self, call: Call) -> Reply | NoReply:
        """Answers as a program would that was written in a hurry."""
        path = call.url.partition("/oase")[2]
        signed = call.headers.get("x-oase-signature") == sign(SECRET, call.method, f"/oase{path}", call.body)
        if not signed and self.flaw != "signature":
            return Reply(status=401)
        if path == "/manifest":
            about = {"protocol": 2 if self.flaw == "version" else 1, "name": "Eilig", "capabilities": ["text"]}
            return Reply(status=200, body=json.dumps(about).encode())
        try:
            asked = json.loads(call.body)
        except ValueError:
            return Reply(status=200 if self.flaw == "broken" else 400, body=b'{"outcome":"accepted","external_id":"1"}')
        if asked["type"] != "say":
            return Reply(status=500) if self.flaw == "unknown" else Reply(status=200, body=b'{"outcome":"refused","why":"?"}')
        self.count += self.flaw == "twice" or not self.count
        taken = {"outcome": "accepted", **({} if self.flaw == "no id" else {"external_id": f"m-{self.count}"})}
        return Reply(status=200, body=json.dumps(taken).encode())


@pytest.mark.parametrize(
    ("flaw", "rule"),
    [
        ("", ""),
        ("version", "GET manifest"),
        ("signature", "A wrong signature"),
        ("twice", "The same id again"),
        ("no id", "What it declares it carries: text"),
        ("unknown", "What it does not know"),
    ],
)
async def test_each_flaw_is_found(flaw: str, rule: str) -> None:
    target = Target(url="http://connector.example/oase", secret=SECRET, to="guest:Erika")
    found = await findings(target, Careless(flaw).perform)
    broken = [finding.rule for finding in found if not finding.kept]
    assert bool(broken) == bool(flaw)
    assert not flaw or broken[0].startswith(rule)


def test_the_schema_in_the_handbook_is_the_one_of_the_contract() -> None:
    written = json.loads((EXAMPLE.parents[2] / "docs" / "handbook" / "channels" / "bridge.schema.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(schema())), "Run: oase bridge schema > docs/handbook/channels/bridge.schema.json"
