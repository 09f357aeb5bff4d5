"""The adapter against the simulated LINE, over HTTP: neither knows the other's code; LINE's own description stands between them."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
import yaml
from aiohttp import web
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers import prism as prisms

from oase.channels.adapters.line import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Choice,
    Deleted,
    Envelope,
    File,
    MarkRead,
    Notice,
    Received,
    Refused,
    Say,
    Unclear,
)
from oase.channels.testing.specimens import specimens
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.line import Line
from oase.sandbox.places import Spot

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
DESCRIPTION = Path(os.environ.get("OASE_SPECS", "/none")) / "line-messaging-api.yml"


async def picture(request: web.Request) -> web.Response:
    """A file of ours."""
    return web.Response(body=b"JFIF", content_type="image/jpeg")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with LINE."""
    return await start(platforms=(Line,))


@pytest.fixture
def line(world: World) -> Line:
    """The simulator."""
    platform = world.sandbox.platforms["line"]
    assert isinstance(platform, Line)
    return platform


@pytest.fixture
def who(line: Line) -> str:
    """Aylin's id."""
    return next(one.id for one in line.phone.customers.values() if one.name == "Aylin Özdemir")


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


@pytest_asyncio.fixture
async def company(line: Line, outside: Outside) -> AsyncIterator[Caller]:
    """A company that LINE delivers to."""
    secrets = {"access_token": (Secret(line.token),), "channel_secret": (Secret("neu"), Secret(line.secret))}
    account = Account(id="1", channel="line", settings={"base_url": line.base_url}, secrets=secrets)
    company = Caller(adapter, account, outside, lambda: NOW)
    async with opened(company, web.get("/files/{name}", picture)) as company.door:  # type: ignore[attr-defined]
        company.account = replace(account, webhook_url=company.door.url)  # type: ignore[attr-defined]
        assert (await company.subscribe()).ok
        assert (await company.check()).ok
        yield company


@pytest.fixture
def door(company: Caller) -> Door:
    """Where the company hears."""
    found = company.door  # type: ignore[attr-defined]
    assert isinstance(found, Door)
    return found


def envelope(to: str, id: str = "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", **more: str) -> Envelope:
    """To somebody."""
    return Envelope(id=id, to=to, at=NOW, **more)


async def test_customer_writes_company_answers_customer_sees_it_with_a_picture(
    company: Caller, line: Line, who: str, door: Door
) -> None:
    line.phone.write(who, "So sieht er aus 🚲", files=[line.phone.add_file("Rad.jpg", "image/jpeg", b"JFIF")])
    await line.courier.settled()
    text, picture = door.events
    assert isinstance(text, Received) and text.content.text == "So sieht er aus 🚲"
    assert isinstance(picture, Received) and picture.content.kind == "image"
    file = await company.fetch(picture.content.media[0])
    assert isinstance(file, File) and file.content == b"JFIF"
    plan = File(name="Plan.jpg", type="image/jpeg", content=b"JFIF", link=door.url.replace("/hooks", "/files/plan.jpg"))
    outcome = await company.say(Say(envelope=envelope(who), text="Das richten wir!", files=(plan,)))
    assert isinstance(outcome, Accepted)
    await line.fetched()
    said, shown = [one for one in line.phone.chats[who] if one.from_business]
    assert (said.text, shown.files[0].data, outcome.external_id) == ("Das richten wir!", b"JFIF", said.id)


async def test_an_answer_quotes_the_message_and_marks_it_as_read(company: Caller, line: Line, who: str, door: Door) -> None:
    first, second = line.phone.write(who, "Ist Größe 42 da?"), line.phone.write(who, "Und in Blau?")
    await line.courier.settled()
    asked = next(one for one in door.events if isinstance(one, Received) and one.external_id == first.id)
    quoting = replace(envelope(who, reply_to=first.id), tokens=asked.tokens)
    assert isinstance(await company.say(Say(envelope=quoting, text="Ja, ein Paar.")), Accepted)
    assert [one.reply_to for one in line.phone.chats[who] if one.from_business] == [first.id]
    assert isinstance(await company.say(MarkRead(envelope=quoting)), Accepted)
    assert (first.state, second.state) == ("read", "delivered")
    foreign = replace(quoting, tokens=dict.fromkeys(asked.tokens, "of another account"))
    for outbound in (Say(envelope=replace(foreign, id=str(UUID(int=7))), text="Ja."), MarkRead(envelope=foreign)):
        assert isinstance(await company.say(outbound), Refused)
    untold = await company.say(MarkRead(envelope=envelope(who, reply_to=first.id)))
    assert isinstance(untold, Refused)
    assert "no token" in untold.why


async def test_the_same_message_sent_again_arrives_once(company: Caller, line: Line, who: str) -> None:
    say = Say(envelope=envelope(who), text="Guten Tag")
    first, second = await company.say(say), await company.say(say)
    assert isinstance(first, Accepted) and first == second
    await company.say(replace(say, envelope=envelope(who, id=f"{say.envelope.id}/2")))
    assert len(line.phone.chats[who]) == 2


async def test_a_lost_answer_is_asked_for_again_and_nothing_arrives_twice(
    company: Caller, line: Line, who: str, world: World
) -> None:
    async with world.client.post(f"{world.base}/apps/line/faults", json={"kind": "cut_after_accept", "remaining": 1}) as answer:
        assert answer.status == 201
    say = Say(envelope=envelope(who), text="Guten Tag")
    assert isinstance(await company.say(say), Again)
    assert isinstance(await company.say(say), Accepted)
    assert [one.text for one in line.phone.chats[who]] == ["Guten Tag"]


async def test_buttons_places_stickers_and_what_is_taken_back_arrive(company: Caller, line: Line, who: str, door: Door) -> None:
    await company.say(Say(envelope=envelope(who), text="Wann?", choices=(Choice(id="slot-9", title="9 Uhr"),)))
    line.phone.write(who, "9 Uhr", chosen=line.phone.chats[who][0].choices[0].id)
    said = line.phone.write(who, spot=Spot(latitude=52.5, longitude=13.4, name="Laden", address="Am Platz 1"))
    line.phone.write(who, files=[line.phone.add_file("s.webp", "image/webp", b"RIFF")], sticker=True)
    line.phone.delete(said.id)
    customer = line.phone.customer(who)
    customer.blocked = True
    line.on_blocked(customer)
    await line.courier.settled()
    chosen, place, sticker, gone, blocked = door.events
    assert isinstance(chosen, Received) and (chosen.content.text, chosen.content.data["id"]) == ("9 Uhr", "slot-9")
    assert isinstance(place, Received) and place.content.kind == "location"
    assert isinstance(sticker, Received) and sticker.content.kind == "sticker"
    assert isinstance(gone, Deleted) and gone.external_id == said.id
    assert isinstance(blocked, Notice)


async def test_names_are_told(company: Caller, who: str) -> None:
    address = await company.whois(who)
    assert (address.name, address.fields) == ("Aylin Özdemir", {"language": "de"})


async def test_deliveries_three_times_and_in_reverse_lose_and_double_nothing(
    company: Caller, line: Line, who: str, door: Door, world: World
) -> None:
    for fault in ({"kind": "duplicate", "times": 2}, {"kind": "reversed"}, {"kind": "wrong_signature"}):
        async with world.client.post(f"{world.base}/apps/line/faults", json=fault) as answer:
            assert answer.status == 201
    for number in range(10):
        line.phone.write(who, f"Satz {number}")
    await line.courier.settled()
    texts = [event.content.text for event in door.events if isinstance(event, Received)]
    assert sorted(texts) == [f"Satz {number}" for number in range(10)]
    assert door.forged == 10 and len(door.keys) == 30


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "throttled"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "error_in_200"}, Refused),
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 502}, Again),
        ({"kind": "cut_before_accept"}, Again),
    ],
)
async def test_bad_days(company: Caller, who: str, world: World, fault: dict[str, object], kind: type) -> None:
    async with world.client.post(f"{world.base}/apps/line/faults", json={"remaining": 1, **fault}) as answer:
        assert answer.status == 201
    outcome = await company.say(Say(envelope=envelope(who), text="Guten Tag"))
    assert isinstance(outcome, kind) and not isinstance(outcome, Unclear), outcome
    assert not isinstance(outcome, Refused) or outcome.sign_in == (fault["kind"] == "token_expired")


async def test_a_used_up_month_stops_the_account_and_says_so(company: Caller, line: Line, who: str) -> None:
    line._api.used = line._api.limit
    outcome = await company.say(Say(envelope=envelope(who), text="Guten Tag"))
    assert isinstance(outcome, Again) and outcome.account and "plan" in outcome.why


async def test_the_group_is_a_public_conversation(company: Caller, line: Line, who: str, door: Door) -> None:
    post = line.timeline.publish(who, "wann kommt das neue Modell?")
    await line.courier.settled()
    [asked] = door.events
    assert isinstance(asked, Received) and asked.thread is not None and asked.thread.external_id == line.group_id
    answer = Say(envelope=envelope(who, thread=line.group_id, reply_to=asked.external_id), text="Im März")
    assert isinstance(await company.say(answer), Accepted)
    assert [one.text for one in line.timeline.below(post.id)] == ["Im März"]


@pytest.fixture
def through_prism(line: Line, tmp_path: Path) -> Iterator[str]:
    """An address at which LINE's own description holds both sides."""
    if not DESCRIPTION.exists():
        pytest.skip(f"The description of the Messaging API is not at hand: {DESCRIPTION} (OASE_SPECS).")
    if reason := prisms.install():
        pytest.skip(reason)
    description = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    with prisms.prism(description, line.base_url, tmp_path) as address:
        yield address


@pytest.mark.servers
async def test_everything_that_we_ask_for_fits_lines_description(
    company: Caller, line: Line, who: str, door: Door, through_prism: str
) -> None:
    company.account = replace(company.account, settings={"base_url": through_prism})
    assert (await company.check()).ok and (await company.subscribe()).ok
    assert (await company.whois(who)).name == "Aylin Özdemir"
    asked = line.phone.write(who, "Ist Größe 42 da?")
    await line.courier.settled()
    tokens = next(one.tokens for one in door.events if isinstance(one, Received) and one.external_id == asked.id)
    for capability, outbound in specimens("line", who, asked.id, tokens).items():
        if capability in adapter.manifest.capabilities:
            named = replace(outbound, envelope=replace(outbound.envelope, id=f"{outbound.envelope.id}/{capability}"))
            outcome = await company.say(named)
            assert isinstance(outcome, Accepted), f"{capability}: {outcome}"
    line.phone.write(who, files=[line.phone.add_file("Rad.jpg", "image/jpeg", b"JFIF")])
    await line.courier.settled()
    picture = door.events[-1]
    assert isinstance(picture, Received)
    assert isinstance(await company.fetch(picture.content.media[0]), File)
