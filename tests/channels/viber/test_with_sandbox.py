"""The adapter against the simulated Viber, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.viber import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Choice,
    Envelope,
    File,
    Notice,
    Receipt,
    Received,
    Refused,
    Say,
    Unclear,
)
from oase.channels.degrade import NeedsLink, degrade
from oase.channels.testing.specimens import specimens
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.places import Contact, Spot
from oase.sandbox.viber import Viber

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
AYLIN = "01sandbox567890A="


async def picture(request: web.Request) -> web.Response:
    """A file of ours."""
    return web.Response(body=b"JFIF", content_type="image/jpeg")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Viber."""
    return await start(platforms=(Viber,))


@pytest.fixture
def viber(world: World) -> Viber:
    """The simulator."""
    platform = world.sandbox.platforms["viber"]
    assert isinstance(platform, Viber)
    return platform


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


@pytest.fixture
def connected(viber: Viber, outside: Outside) -> Caller:
    """The company's account."""
    secrets = {"auth_token": (Secret(viber.token), Secret("alt"))}
    account = Account(id="1", channel="viber", settings={"base_url": viber.base_url}, secrets=secrets)
    return Caller(adapter, account, outside, lambda: NOW)


@pytest_asyncio.fixture
async def door(connected: Caller) -> AsyncIterator[Door]:
    """Where the company hears."""
    async with opened(connected, web.get("/files/{name}", picture)) as door:
        connected.account = replace(connected.account, webhook_url=door.url)
        yield door


@pytest_asyncio.fixture
async def company(door: Door, connected: Caller) -> Caller:
    """A company that Viber delivers to."""
    assert (await connected.subscribe()).ok
    assert (await connected.check()).ok
    return connected


def envelope(**more: str) -> Envelope:
    """To Aylin."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": AYLIN, **more}, at=NOW)


async def greeted(viber: Viber) -> None:
    """Aylin has written, so that the bot may answer."""
    viber.phone.write(AYLIN, "Hallo")
    await viber.courier.settled()


async def test_customer_writes_company_answers_customer_sees_it_with_a_picture_and_ticks(
    company: Caller, viber: Viber, door: Door
) -> None:
    viber.phone.write(AYLIN, "So sieht er aus 🚲", files=[viber.phone.add_file("Rad.jpg", "image/jpeg", b"JFIF")])
    await viber.courier.settled()
    started, said = door.heard(Received)
    assert (started.content.kind, said.content.kind, said.content.text) == ("system", "image", "So sieht er aus 🚲")
    assert said.sender.name == "Aylin Özdemir"
    file = await company.fetch(said.content.media[0])
    assert isinstance(file, File) and file.content == b"JFIF"
    plan = File(name="Plan.jpg", type="image/jpeg", content=b"JFIF", link=door.url.replace("/hooks", "/files/plan.jpg"))
    outcome = await company.say(Say(envelope=envelope(), text="Das richten wir!", files=(plan,)))
    assert isinstance(outcome, Accepted)
    await viber.fetched()
    shown = viber.phone.message(outcome.external_id)
    assert (shown.text, shown.files[0].data) == ("Das richten wir!", b"JFIF")
    viber.phone.see(AYLIN)
    await viber.courier.settled()
    states = [one.state for one in door.events if isinstance(one, Receipt) and one.external_id == outcome.external_id]
    assert states[-1] == "read"


async def test_everything_that_a_customer_can_say_arrives(company: Caller, viber: Viber, door: Door) -> None:
    await greeted(viber)
    phone = viber.phone
    phone.write(AYLIN, spot=Spot(latitude=52.5, longitude=13.4))
    phone.write(AYLIN, contact=Contact(name="Max Straße", phone="4930231250"))
    phone.write(AYLIN, "Anbei", files=[phone.add_file("Kündigung.pdf", "application/pdf", b"%PDF")])
    phone.write(AYLIN, files=[phone.add_file("s.png", "image/png", b"PNG")], sticker=True)
    await viber.courier.settled()
    kinds = [one.content.kind for one in door.heard(Received)[2:]]
    assert kinds == ["location", "contacts", "text", "document", "sticker"]


async def test_everything_that_the_channel_declares_is_taken(company: Caller, viber: Viber) -> None:
    await greeted(viber)
    for capability, outbound in specimens("viber", AYLIN).items():
        if capability in adapter.manifest.capabilities:
            for part in degrade(outbound, adapter.manifest, lambda file: f"https://support.example.com/d/{file.size_bytes}"):
                assert not isinstance(part, NeedsLink)
                outcome = await company.say(part)
                assert isinstance(outcome, Accepted), f"{capability}: {outcome}"
    await viber.fetched()


async def test_a_pressed_button_brings_its_id_along(company: Caller, viber: Viber, door: Door) -> None:
    await greeted(viber)
    await company.say(Say(envelope=envelope(), text="Wann?", choices=(Choice(id="slot-9", title="9 Uhr"),)))
    viber.phone.write(AYLIN, "9 Uhr", chosen="9 Uhr")
    viber.phone.write(AYLIN, "oder lieber später?")
    await viber.courier.settled()
    pressed, said = door.heard(Received)[-2:]
    assert (pressed.content.kind, pressed.content.text, pressed.content.data) == ("choice", "9 Uhr", {"id": "slot-9"})
    assert said.content.kind == "text"


async def test_a_deep_link_brings_its_code_along(company: Caller, viber: Viber, door: Door) -> None:
    viber.opens(AYLIN, "k7f2m9xq")
    await viber.courier.settled()
    assert door.heard(Received)[0].token == "k7f2m9xq"


async def test_who_has_not_written_or_has_left_gets_nothing_and_it_is_said(company: Caller, viber: Viber, door: Door) -> None:
    outcome = await company.say(Say(envelope=envelope(), text="Hallo?"))
    assert isinstance(outcome, Refused) and outcome.code == "6" and not outcome.sign_in
    await greeted(viber)
    customer = viber.phone.customer(AYLIN)
    customer.blocked = True
    viber.on_blocked(customer)
    await viber.courier.settled()
    assert isinstance(door.events[-1], Notice)
    assert isinstance(await company.say(Say(envelope=envelope(), text="Hallo?")), Refused)


async def test_an_address_where_nobody_answers_is_not_taken(company: Caller, viber: Viber) -> None:
    company.account = replace(company.account, webhook_url="http://127.0.0.1:9/hooks")
    told = await company.subscribe()
    assert not told.ok and "certificate" in told.summary


async def test_deliveries_three_times_and_in_reverse_lose_and_double_nothing(
    company: Caller, viber: Viber, door: Door, world: World
) -> None:
    await greeted(viber)
    for fault in ({"kind": "duplicate", "times": 2}, {"kind": "reversed"}, {"kind": "wrong_signature"}):
        async with world.client.post(f"{world.base}/apps/viber/faults", json=fault) as answer:
            assert answer.status == 201
    for number in range(10):
        viber.phone.write(AYLIN, f"Satz {number}")
    await viber.courier.settled()
    texts = [one.content.text for one in door.heard(Received) if one.content.text.startswith("Satz")]
    assert sorted(texts) == [f"Satz {number}" for number in range(10)]
    assert door.forged == 10


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "throttled"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "error_in_200"}, Refused),
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 502}, Unclear),
        ({"kind": "cut_before_accept"}, Unclear),
        ({"kind": "cut_after_accept"}, Unclear),
    ],
)
async def test_bad_days(company: Caller, viber: Viber, world: World, fault: dict[str, object], kind: type) -> None:
    await greeted(viber)
    async with world.client.post(f"{world.base}/apps/viber/faults", json={"remaining": 1, **fault}) as answer:
        assert answer.status == 201
    outcome = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(outcome, kind), outcome
    assert not isinstance(outcome, Refused) or outcome.sign_in == (fault["kind"] == "token_expired")


async def test_a_file_whose_address_expired_is_told_so(company: Caller, viber: Viber, door: Door, world: World) -> None:
    viber.phone.write(AYLIN, files=[viber.phone.add_file("a.jpg", "image/jpeg", b"JFIF")])
    await viber.courier.settled()
    async with world.client.post(f"{world.base}/apps/viber/faults", json={"kind": "media_expired", "remaining": 1}) as answer:
        assert answer.status == 201
    assert isinstance(await company.fetch(door.heard(Received)[-1].content.media[0]), Refused)
