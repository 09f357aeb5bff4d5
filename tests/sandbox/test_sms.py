"""The mobile network: driven by Twilio's own client and validator, and by Kannel and node-smpp's client as companies."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from tests.servers import kannel as gateways
from tests.servers.kannel import Kannel
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from oase.sandbox.sms import SmsNetwork

from .conftest import Starter, World

AYLIN = "+493023125201"


class Company:
    """A company's web server: keeps what Twilio brings, answers what the test wants."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[tuple[str, str, str]] = []  # address, body, signature
        self.answer = web.Response(text="<Response/>", content_type="text/xml")
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        async with self._news:
            self.posts.append((str(request.url), body, request.headers["X-Twilio-Signature"]))
            self._news.notify_all()
        answer = self.answer
        return web.Response(text=answer.text, content_type=answer.content_type)

    def forms(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(body, keep_blank_values=True)) for _, body, _ in self.posts]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(condition)


class Elsewhere(TwilioHttpClient):
    """Twilio's client, sent to the sandbox instead of api.twilio.com."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._base), *given, **named)


@pytest_asyncio.fixture
async def company() -> AsyncIterator[Company]:
    company = Company()
    app = web.Application()
    app.router.add_post("/hook", company.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    company.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield company
    await runner.cleanup()


@pytest_asyncio.fixture
async def world(start: Starter, company: Company) -> World:
    world = await start(platforms=(SmsNetwork,))
    network(world).webhook_url = company.url
    return world


def network(world: World) -> SmsNetwork:
    found = world.sandbox.platforms["sms"]
    assert isinstance(found, SmsNetwork)
    return found


def client(world: World) -> Client:
    twilio = network(world).twilio
    return Client(twilio.account_sid, twilio.token, http_client=Elsewhere(f"{world.base}/sms"))


async def say(world: World, text: str = "Guten Tag", to: str = AYLIN, **more: Any) -> Any:
    sender = {} if "messaging_service_sid" in more else {"from_": network(world).twilio.number}
    return await asyncio.to_thread(client(world).messages.create, to=to, body=text, **sender, **more)


async def write(world: World, text: str, who: str = AYLIN, **more: Any) -> None:
    async with world.client.post(f"{world.base}/apps/sms/customers/{who}/messages", json={"text": text, **more}) as answer:
        assert answer.status < 300, await answer.text()


async def test_twilios_client_sends_and_its_validator_believes_the_callbacks(world: World, company: Company) -> None:
    taken = await say(world, "Grüße 🧡", status_callback=f"{company.url}?message=0193#rc=5&rp=5xx,ct,rt")
    assert (taken.status, taken.direction) == ("queued", "outbound-api")
    await company.until(lambda: len(company.posts) == 2)
    assert [form["MessageStatus"] for form in company.forms()] == ["sent", "delivered"]
    validator = RequestValidator(network(world).twilio.token)
    for url, body, signature in company.posts:
        assert url.endswith("?message=0193")
        parameters = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        assert validator.validate(url, parameters, signature)
    fetched = await asyncio.to_thread(client(world).messages(taken.sid).fetch)
    assert fetched.status == "delivered"
    assert network(world).phone.message(taken.sid).text == "Grüße 🧡"


@pytest.mark.parametrize(
    ("to", "text", "more", "code"),
    [
        ("12345", "Hallo", {}, 21211),
        (AYLIN, "", {}, 21602),
        (AYLIN, "x" * 1601, {}, 21617),
        (AYLIN, "Hallo", {"messaging_service_sid": "MG" + "1" * 32}, 21606),
        (AYLIN, "Hallo", {"status_callback": "nowhere"}, 21609),
    ],
)
async def test_what_twilio_refuses_is_refused(world: World, to: str, text: str, more: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await say(world, text, to, **more)
    assert (refused.value.code, refused.value.status) == (code, 400)


async def test_a_wrong_token_and_a_storm_are_told_apart(world: World) -> None:
    wrong = Client(network(world).twilio.account_sid, "wrong", http_client=Elsewhere(f"{world.base}/sms"))
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(wrong.api.accounts(network(world).twilio.account_sid).fetch)
    assert (refused.value.code, refused.value.status) == (20003, 401)
    await fault(world, kind="throttled", remaining=1)
    with pytest.raises(TwilioRestException) as busy:
        await say(world)
    assert (busy.value.code, busy.value.status) == (20429, 429)


async def fault(world: World, **fault: Any) -> None:
    async with world.client.post(f"{world.base}/apps/sms/faults", json=fault) as answer:
        assert answer.status < 300


async def test_stop_ends_and_start_begins_again(world: World, company: Company) -> None:
    await write(world, "Stop")
    await company.until(lambda: len(company.posts) == 1)
    assert company.forms()[0]["OptOutType"] == "STOP"
    with pytest.raises(TwilioRestException) as refused:
        await say(world)
    assert refused.value.code == 21610
    await write(world, "START")
    assert (await say(world)).sid


async def test_a_number_without_a_phone_is_undeliverable(world: World, company: Company) -> None:
    await say(world, to="+4917139200099", status_callback=company.url)
    await company.until(lambda: len(company.posts) == 2)
    assert (company.forms()[-1]["MessageStatus"], company.forms()[-1]["ErrorCode"]) == ("undelivered", "30005")


async def test_a_picture_comes_by_mms_and_lies_behind_a_sign_in(world: World, company: Company) -> None:
    async with world.client.post(
        f"{world.base}/apps/sms/files?filename=Kratzer.jpg", data=b"\xff\xd8", headers={"Content-Type": "image/jpeg"}
    ) as answer:
        file = (await answer.json())["id"]
    await write(world, "So kam es an", files=[file])
    await company.until(lambda: len(company.posts) == 1)
    form = company.forms()[0]
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "image/jpeg", "So kam es an")
    url = form["MediaUrl0"].replace(network(world).base_url, f"{world.base}/sms")
    async with world.client.get(url) as answer:
        assert answer.status == 401
    twilio = network(world).twilio
    headers = {"Authorization": aiohttp.encode_basic_auth(twilio.account_sid, twilio.token)}
    async with world.client.get(url, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 307
        place = answer.headers["Location"].replace(network(world).base_url, f"{world.base}/sms")
    async with world.client.get(place) as answer:
        assert hashlib.sha256(await answer.read()).digest() == hashlib.sha256(b"\xff\xd8").digest()


@pytest.mark.parametrize(
    ("content_type", "text", "sent"),
    [
        ("text/plain", "ok", ["ok"]),
        ("text/xml", "<Response><Message><Body>Danke!</Body></Message></Response>", ["Danke!"]),
        ("text/xml", "<Response/>", []),
    ],
)
async def test_what_a_webhook_answers_goes_to_the_customer(
    world: World, company: Company, content_type: str, text: str, sent: list[str]
) -> None:
    company.answer = web.Response(text=text, content_type=content_type)
    await write(world, "Hallo")
    await company.until(lambda: len(company.posts) == 1)
    await network(world).courier.settled()
    chat = network(world).phone.chats[AYLIN]
    assert [one.text for one in chat if one.from_business] == sent


async def test_the_webhooks_address_is_entered_by_the_api(world: World, company: Company) -> None:
    numbers = client(world).incoming_phone_numbers
    (number,) = await asyncio.to_thread(numbers.list, phone_number=network(world).twilio.number)
    await asyncio.to_thread(numbers(number.sid).update, sms_url=f"{company.url}?new=1#rc=5")
    await write(world, "Hallo")
    await company.until(lambda: len(company.posts) == 1)
    assert company.posts[0][0].endswith("?new=1")
    assert json.loads(json.dumps(company.forms()[0]))["Body"] == "Hallo"


def _readable(asked: dict[str, str]) -> dict[str, str]:
    """What Kannel asks for: texts in UTF-8, or in UCS-2 as they came."""
    codec = "utf-16-be" if asked.get("coding") == "2" else "utf-8"
    return asked | ({"text": asked["text"].encode("latin-1").decode(codec)} if "text" in asked else {})


class Web:
    """Where Kannel tells of messages and receipts."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        async with self._news:
            self.asked.append(_readable(dict(parse_qsl(request.rel_url.raw_query_string, encoding="latin-1"))))
            self._news.notify_all()
        return web.Response(text="")

    async def until(self, name: str, count: int = 1) -> list[dict[str, str]]:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: len([one for one in self.asked if name in one]) >= count)
        return [one for one in self.asked if name in one]


@pytest_asyncio.fixture
async def told() -> AsyncIterator[tuple[Web, str]]:
    heard = Web()
    app = web.Application()
    app.router.add_get("/", heard.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield heard, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest_asyncio.fixture
async def kannel(world: World, told: tuple[Web, str], tmp_path: Path) -> AsyncIterator[Kannel]:
    if reason := gateways.missing():
        pytest.skip(reason)
    operator = network(world).smsc.port, network(world).system_id, network(world).password
    network(world).webhook_url = ""
    async with gateways.kannel(tmp_path, operator, told[1]) as running:
        async with asyncio.timeout(20):
            await network(world).smsc.visited.wait()
        yield running


def chat(world: World) -> list[str]:
    return [one.text for one in network(world).phone.chats.get(AYLIN, ()) if one.from_business]


@pytest.mark.servers
@pytest.mark.parametrize(
    ("text", "unicode"),
    [
        ("Größe 42 für 20 € @ Jörg {ja}", False),
        ("Sehr geehrte Frau Özdemir, Ihr Rad ist fertig. " * 8, False),
        ("Ihr Rad ist fertig 🚲 " * 8, True),
    ],
    ids=["gsm", "long", "unicode"],
)
async def test_kannel_sends_by_smpp_and_gets_its_receipts(
    world: World, kannel: Kannel, told: tuple[Web, str], text: str, unicode: bool
) -> None:
    assert (await kannel.send(AYLIN, text, network(world).smpp_number, unicode=unicode)).startswith("0:")
    states = {one["dlr"] for one in await told[0].until("dlr", 2)}
    assert chat(world) == [text]
    assert states == {"1", "8"}  # on the phone; taken by the operator


@pytest.mark.servers
@pytest.mark.parametrize(
    "text", ["Grüße @ {20 €}", "Wann ist mein Rad fertig? " * 12, "Danke 🧡 " * 20], ids=["gsm", "long", "unicode"]
)
async def test_kannel_receives_what_a_customer_writes(world: World, kannel: Kannel, told: tuple[Web, str], text: str) -> None:
    await write(world, text)
    (received,) = await told[0].until("text")
    assert (received["from"], received["text"]) == (AYLIN, text)


@pytest.mark.servers
async def test_kannel_comes_again_when_the_operator_throttles_or_hangs_up(
    world: World, kannel: Kannel, told: tuple[Web, str]
) -> None:
    await fault(world, kind="throttled", remaining=1)
    await kannel.send(AYLIN, "Langsam", network(world).smpp_number)
    await told[0].until("dlr", 2)
    assert chat(world) == ["Langsam"]
