"""The adapter against the simulated network, over HTTP: neither knows the other's code. Prism holds both to Twilio's description."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers import prism as prisms

from oase.channels.adapters.twilio import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Call,
    Envelope,
    Event,
    File,
    NoReply,
    Outcome,
    Raw,
    Receipt,
    Received,
    Refused,
    Reply,
    Say,
    Unclear,
)
from oase.kernel.http import ConnectionNotMade, NoAnswer, OutgoingRequest, Outside
from oase.kernel.http.guard import Guard
from oase.kernel.secrets import Secret
from oase.sandbox.sms import SmsNetwork

__all__ = ["endpoint", "start"]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AYLIN = "+493023125201"


class Company:
    """A company with nothing but the adapter, an HTTP client and a web server for webhooks."""

    def __init__(self, world: World, outside: Outside) -> None:
        self.world, self._outside = world, outside
        self.network = world.sandbox.platforms["sms"]
        assert isinstance(self.network, SmsNetwork)
        self.raws: list[Raw] = []
        self._news = asyncio.Condition()
        self.account = Account(
            id="1",
            channel="twilio",
            settings={
                "account_sid": self.network.twilio.account_sid,
                "sender": "number",
                "from_number": self.network.twilio.number,
                "base_url": f"{world.base}/sms",
            },
            secrets={"auth_token": (Secret(self.network.twilio.token), Secret("the old one"))},
        )

    async def take(self, request: web.Request) -> web.Response:
        raw = Raw(
            body=await request.read(),
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            received_at=NOW,
        )
        adapter.verify(raw, self.account)
        async with self._news:
            self.raws.append(raw)
            self._news.notify_all()
        answer = adapter.acknowledge(raw, self.account)
        assert answer is not None
        return web.Response(body=answer.body, headers={"content-type": answer.type})

    def events(self) -> list[Event]:
        return [event for raw in self.raws for event in adapter.parse(raw, self.account)]

    async def until(self, kind: type[Event], count: int = 1) -> list[Any]:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len([one for one in self.events() if isinstance(one, kind)]) >= count)
        return [one for one in self.events() if isinstance(one, kind)]

    async def perform(self, call: Call) -> Reply | NoReply:
        request = OutgoingRequest(
            method=call.method,
            url=call.url,
            headers={**call.headers, **({"content-type": "application/x-www-form-urlencoded"} if call.form else {})},
            body=_form(call).encode(),
        )
        try:
            answer = await self._outside.send(request)
        except ConnectionNotMade as error:
            return NoReply(sent=False, why=str(error))
        except NoAnswer as error:
            return NoReply(sent=True, why=str(error))
        return Reply(status=answer.status, headers=answer.headers, body=answer.body)

    async def say(self, text: str = "Guten Tag", to: str = AYLIN, message_id: str = "0193-1") -> Outcome:
        say = Say(envelope=Envelope(id=message_id, to=to, at=NOW), text=text)
        (call,) = adapter.render(say, self.account)
        return adapter.interpret(call, await self.perform(call))

    async def steps(self, function: Any) -> Any:
        replies: list[Reply | NoReply] = []
        while isinstance(step := function(self.account, replies), Call):
            replies.append(await self.perform(step))
        return step

    async def control(self, path: str, body: Any, *, data: bytes = b"", type: str = "") -> Any:
        given: dict[str, Any] = {"data": data, "headers": {"Content-Type": type}} if data else {"json": body}
        async with self.world.client.post(f"{self.world.base}/apps/sms/{path}", **given) as answer:
            text = await answer.text()
            assert answer.status < 300, text
            return json.loads(text) if text else None

    async def write(self, text: str, **more: Any) -> Any:
        return await self.control(f"customers/{AYLIN}/messages", {"text": text, **more})


def _form(call: Call) -> str:
    return urlencode({name: value.reveal() if isinstance(value, Secret) else value for name, value in call.form.items()})


@pytest_asyncio.fixture
async def company(start: Starter) -> AsyncIterator[Company]:
    world = await start(platforms=(SmsNetwork,))
    async with Outside(Guard([ip_network("127.0.0.0/8")])) as outside:
        company = Company(world, outside)
        app = web.Application()
        app.router.add_post("/hooks/twilio/1", company.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/twilio/1"
        company.account = replace(company.account, webhook_url=url)
        company.network.webhook_url = url
        yield company
        await runner.cleanup()


async def test_a_customer_writes_is_answered_and_the_receipts_come(company: Company) -> None:
    await company.write("Ist Größe 42 da? 🧡")
    (received,) = await company.until(Received)
    assert (received.sender.value, received.content.text) == (AYLIN, "Ist Größe 42 da? 🧡")
    outcome = await company.say("Ja! https://example.com/42")
    receipts = await company.until(Receipt, 2)
    assert isinstance(outcome, Accepted)
    assert [(one.external_id, one.our_id, one.state) for one in receipts] == [
        (outcome.external_id, "0193-1", "sent"),
        (outcome.external_id, "0193-1", "delivered"),
    ]
    chat = company.network.phone.chats[AYLIN]
    assert [one.text for one in chat if one.from_business] == ["Ja! https://example.com/42"]


async def test_a_picture_arrives_with_its_bytes(company: Company) -> None:
    file = await company.control("files?filename=Kratzer.jpg", None, data=b"\xff\xd8\xff", type="image/jpeg")
    await company.write("So kam es an", files=[file["id"]])
    (received,) = await company.until(Received)
    assert (received.content.kind, received.content.text) == ("image", "So kam es an")
    (media,) = received.content.media
    here = replace(media, ref=media.ref.replace(company.network.base_url, f"{company.world.base}/sms"))
    company.network.base_url = f"{company.world.base}/sms"
    found = await company.steps(lambda account, replies: adapter.fetch(here, account, replies))
    assert isinstance(found, File)
    assert (found.content, found.type, found.name[-4:]) == (b"\xff\xd8\xff", "image/jpeg", ".jpg")
    await company.control("faults", {"kind": "media_expired", "remaining": 1})
    again = await company.steps(lambda account, replies: adapter.fetch(here, account, replies))
    assert isinstance(again, Again)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 500}, Unclear),
        ({"kind": "throttled"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "error_in_200"}, Refused),
        ({"kind": "cut_before_accept"}, Unclear),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_faults_are_read_for_what_they_are(company: Company, fault: dict[str, Any], expected: type[Outcome]) -> None:
    await company.control("faults", fault)
    assert isinstance(await company.say(), expected)


async def test_a_lost_answer_is_resolved_by_the_receipt_that_names_our_id(company: Company) -> None:
    await company.control("faults", {"kind": "cut_after_accept", "remaining": 1})
    assert isinstance(await company.say(message_id="0193-lost"), Unclear)
    receipts = await company.until(Receipt)
    assert receipts[0].our_id == "0193-lost"


async def test_webhooks_three_times_in_reverse_and_forged_mean_the_same_messages(company: Company) -> None:
    for fault in ({"kind": "duplicate", "times": 2}, {"kind": "reversed"}):
        await company.control("faults", fault)
    for text in ("eins", "zwei", "drei"):
        await company.write(text)
    received = await company.until(Received, 9)
    assert len({one.external_id for one in received}) == 3
    assert {one.content.text for one in received} == {"eins", "zwei", "drei"}


async def test_who_answered_stop_gets_nothing_and_it_is_said_why(company: Company) -> None:
    await company.write("STOP")
    await company.until(Received)
    outcome = await company.say()
    assert isinstance(outcome, Refused)
    assert (outcome.code, "STOP" in outcome.why) == ("21610", True)


async def test_a_number_without_a_phone_fails_in_words(company: Company) -> None:
    assert isinstance(await company.say(to="+4917139200099"), Accepted)
    receipts = await company.until(Receipt, 2)
    assert (receipts[-1].state, receipts[-1].code) == ("failed", "30005")
    assert receipts[-1].why


async def test_the_test_of_the_connection_is_good_and_twilio_is_told_our_address(company: Company) -> None:
    company.network.webhook_url = ""
    assert (await company.steps(adapter.check)).ok
    assert (await company.steps(adapter.subscribe)).ok
    await company.write("Hallo")
    await company.until(Received)


def described(specs: Path) -> dict[str, Any]:
    """Twilio's description, only of what we ask for: whole, it takes Prism half a minute to read.

    Mended: addresses of pages are relative in the description's own examples, and no `uri` by its schema.
    """
    file = specs / "twilio-api-v2010.json"
    description: dict[str, Any] = json.loads(file.read_text())
    base = "/2010-04-01/Accounts"
    wanted = (f"{base}/{{Sid}}.json", f"{base}/{{AccountSid}}/Messages.json")
    numbers = (f"{base}/{{AccountSid}}/IncomingPhoneNumbers.json", f"{base}/{{AccountSid}}/IncomingPhoneNumbers/{{Sid}}.json")
    description["paths"] = {path: one for path, one in description["paths"].items() if path in (*wanted, *numbers)}
    for path in description["paths"].values():
        path.pop("servers", None)
    listing = description["paths"][numbers[0]]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    for name in ("first_page_uri", "next_page_uri", "previous_page_uri", "uri"):
        listing[name].pop("format")
    description["servers"] = [{"url": "/"}]
    return description


@pytest.fixture
def through_prism(company: Company, specs: Path, tmp_path: Path) -> Iterator[str]:
    reason = prisms.install()
    if reason:
        pytest.skip(reason)
    if not (specs / "twilio-api-v2010.json").exists():
        pytest.skip("Twilio's description is not in OASE_SPECS.")
    with prisms.prism(described(specs), f"{company.world.base}/sms", tmp_path) as address:
        yield address


@pytest.mark.servers
async def test_what_we_ask_for_and_what_the_network_answers_fits_twilios_description(
    company: Company, through_prism: str
) -> None:
    company.account = replace(company.account, settings={**company.account.settings, "base_url": through_prism})
    assert (await company.steps(adapter.check)).ok
    assert (await company.steps(adapter.subscribe)).ok
    assert isinstance(await company.say("Grüße 🧡 & mehr"), Accepted)
    service = {**company.account.settings, "sender": "service", "messaging_service_sid": company.network.twilio.service_sid}
    company.account = replace(company.account, settings=service)
    assert isinstance(await company.say("Über den Service"), Accepted)
