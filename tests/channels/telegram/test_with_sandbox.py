"""The adapter against the simulated Telegram, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.telegram import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Capability,
    Choice,
    Edited,
    Envelope,
    Event,
    File,
    Moderate,
    Notice,
    Reacted,
    Received,
    Refused,
    Reply,
    Say,
    ShowTyping,
    Unclear,
)
from oase.channels.testing.specimens import specimens
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.places import Contact, Spot
from oase.sandbox.telegram import Telegram

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

AYLIN = "88120417"
GROUP = "-1001987654321"
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Telegram."""
    return await start(platforms=(Telegram,))


@pytest.fixture
def telegram(world: World) -> Telegram:
    """The simulator."""
    platform = world.sandbox.platforms["telegram"]
    assert isinstance(platform, Telegram)
    return platform


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


@pytest_asyncio.fixture
async def company(telegram: Telegram, outside: Outside) -> Caller:
    """A company whose account has passed its test; it asks."""
    account = Account(
        id="1",
        channel="telegram",
        settings={"base_url": telegram.base_url, "receive": "polling"},
        secrets={"bot_token": (Secret(telegram.token),), "webhook_secret": (Secret("Neu_7"), Secret("Alt_3"))},
    )
    company = Caller(adapter, account, outside, lambda: NOW)
    assert (await company.check()).ok
    return company


@pytest_asyncio.fixture
async def door(company: Caller) -> AsyncIterator[Door]:
    """The company has Telegram deliver instead."""
    async with opened(company) as door:
        settings = {**company.account.settings, "receive": "webhook"}
        company.account = replace(company.account, settings=settings, webhook_url=door.url)
        assert (await company.subscribe()).ok
        yield door


def envelope(**more: str) -> Envelope:
    """To Aylin."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": AYLIN, **more}, at=NOW)


def received(event: Event) -> Received:
    """A message; fails for anything else."""
    assert isinstance(event, Received), event
    return event


async def asked_once(company: Caller, telegram: Telegram) -> None:
    """One round of asking, so that Telegram knows which updates are wanted."""
    telegram.phone.write(AYLIN, "/start k7f2m9xq")
    started = received((await company.round())[-1])
    assert (started.token, started.sender.name) == ("k7f2m9xq", "Aylin Özdemir")


async def test_the_account_knows_its_bot_after_the_test(company: Caller) -> None:
    assert company.account.facts == {"id": "7000000001", "username": "lindgruen_bot", "name": "Lindgrün Fahrräder"}
    assert adapter.invite(company.account, "k7f2m9xq", "") == "https://t.me/lindgruen_bot?start=k7f2m9xq"


async def test_customer_writes_company_answers_customer_sees_it_with_a_picture(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    question = telegram.phone.write(AYLIN, "So sieht er aus 🚲", files=[telegram.phone.add_file("Rad.jpg", "image/jpeg", JPEG)])
    said = received((await company.round())[-1])
    assert (said.content.kind, said.content.text) == ("image", "So sieht er aus 🚲")
    file = await company.fetch(said.content.media[0])
    assert isinstance(file, File) and file.content == JPEG
    answer = Say(envelope=envelope(reply_to=said.external_id), text="Das richten wir!", files=(replace(file, name="Plan.jpg"),))
    outcome = await company.say(answer)
    assert isinstance(outcome, Accepted)
    shown = telegram.phone.chats[AYLIN][-1]
    assert (shown.text, shown.files[0].data, shown.reply_to) == ("Das richten wir!", JPEG, question.id)
    assert outcome.external_id == f"{AYLIN}/{shown.id}"


async def test_everything_that_a_customer_can_say_arrives(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    phone = telegram.phone
    pdf, sound = phone.add_file("Kündigung.pdf", "application/pdf", b"%PDF"), phone.add_file("a.ogg", "audio/ogg", b"OggS")
    phone.write(AYLIN, "Anbei", files=[pdf])
    phone.write(AYLIN, files=[sound], voice=True)
    phone.write(AYLIN, files=[phone.add_file("s.webp", "image/webp", b"RIFF")], sticker=True)
    phone.write(AYLIN, spot=Spot(latitude=52.5, longitude=13.4, name="Laden", address="Am Platz 1"))
    phone.write(AYLIN, contact=Contact(name="Max Straße", phone="+4930231250"))
    phone.write(AYLIN, "zwei", files=[pdf, pdf])
    events = [received(event) for event in await company.round()]
    kinds = [event.content.kind for event in events]
    assert kinds == ["document", "voice", "sticker", "location", "contacts", "document", "document"]
    assert events[0].content.media[0].name == "Kündigung.pdf"
    assert events[5].content.data["album"] == events[6].content.data["album"]


async def test_everything_that_the_channel_declares_is_taken(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    question = telegram.phone.write(AYLIN, "Hallo")
    for capability, outbound in specimens("telegram", AYLIN, f"{AYLIN}/{question.id}").items():
        if capability in adapter.manifest.capabilities:
            outcome = await company.say(outbound)
            assert isinstance(outcome, Accepted), f"{capability}: {outcome}"
    assert question.reactions == {"business": "👍"}
    names = [one.contact.name for one in telegram.phone.chats[AYLIN] if one.contact]
    assert names == ["Jörg Müller"]


async def test_ten_files_of_different_kinds_arrive_in_one_album(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    files = (
        File(name="Rad.jpg", type="image/jpeg", content=JPEG),
        File(name="Plan.pdf", type="application/pdf", content=b"%PDF"),
    )
    outcome = await company.say(Say(envelope=envelope(), text="Beides", files=files * 5))
    assert isinstance(outcome, Accepted)
    album = [one for one in telegram.phone.chats[AYLIN] if one.from_business]
    assert ([one.files[0].name for one in album], album[-1].text) == (["Rad.jpg", "Plan.pdf"] * 5, "Beides")
    assert outcome.external_id.endswith(f"/{album[0].id}")


async def test_a_pressed_button_is_heard_and_stops_turning_when_asked(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    await company.say(Say(envelope=envelope(), text="Wann?", choices=(Choice(id="slot-9", title="9 Uhr"),)))
    telegram.phone.write(AYLIN, "9 Uhr", chosen="slot-9")
    pressed = received((await company.round())[-1])
    assert (pressed.content.kind, pressed.content.text, pressed.content.data["id"]) == ("choice", "9 Uhr", "slot-9")
    assert telegram.spinning == set()


async def test_a_pressed_button_is_heard_and_stops_turning_by_webhook(company: Caller, telegram: Telegram, door: Door) -> None:
    telegram.phone.write(AYLIN, "/start")
    await telegram.courier.settled()
    await company.say(Say(envelope=envelope(), text="Wann?", choices=(Choice(id="slot-9", title="9 Uhr"),)))
    telegram.phone.write(AYLIN, "9 Uhr", chosen="slot-9")
    await telegram.courier.settled()
    assert received(door.events[-1]).content.text == "9 Uhr"
    assert telegram.spinning == set()


async def test_edits_reactions_and_blocking_arrive(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    message = telegram.phone.write(AYLIN, "Widr kaputt")
    telegram.phone.edit(message.id, "Wieder kaputt")
    telegram.phone.react(message.id, "😢")
    customer = telegram.phone.customer(AYLIN)
    customer.blocked = True
    telegram.on_blocked(customer)
    _, edited, reacted, blocked = await company.round()
    assert isinstance(edited, Edited) and edited.content.text == "Wieder kaputt"
    assert isinstance(reacted, Reacted) and reacted.emoji == "😢"
    assert isinstance(blocked, Notice) and blocked.kind == "blocked"
    outcome = await company.say(Say(envelope=envelope(), text="Noch da?"))
    assert isinstance(outcome, Refused) and not outcome.sign_in and "blocked" in outcome.why


async def test_deliveries_three_times_and_in_reverse_lose_and_double_nothing(
    company: Caller, telegram: Telegram, door: Door, world: World
) -> None:
    for fault in ({"kind": "duplicate", "times": 2}, {"kind": "reversed"}, {"kind": "wrong_signature"}):
        async with world.client.post(f"{world.base}/apps/telegram/faults", json=fault) as answer:
            assert answer.status == 201
    for number in range(10):
        telegram.phone.write(AYLIN, f"Satz {number}")
    await telegram.courier.settled()
    texts = [received(event).content.text for event in door.events]
    assert sorted(texts) == [f"Satz {number}" for number in range(10)]
    assert door.forged == 10 and len(door.keys) == 30


async def test_a_webhook_that_another_program_left_gives_way_to_asking(company: Caller, telegram: Telegram) -> None:
    telegram.webhook_url = "http://127.0.0.1:9/old"
    found = await company.check()
    assert "127.0.0.1" in found.summary
    assert await company.round() == []
    assert telegram.webhook_url == ""


async def test_a_revoked_token_stops_the_account(company: Caller, telegram: Telegram) -> None:
    telegram.token = "7000000001:AAFanother"
    outcome = await company.say(Say(envelope=envelope(), text="Hallo"))
    assert isinstance(outcome, Refused) and outcome.sign_in
    polled = await company.poll()
    assert isinstance(polled, Refused) and polled.sign_in
    assert not (await company.check()).ok


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "throttled", "seconds": 7}, Again),
        ({"kind": "error_in_200"}, Refused),
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 502}, Unclear),
        ({"kind": "cut_before_accept"}, Unclear),
        ({"kind": "cut_after_accept"}, Unclear),
    ],
)
async def test_bad_days(company: Caller, telegram: Telegram, world: World, fault: dict[str, object], kind: type) -> None:
    await asked_once(company, telegram)
    async with world.client.post(f"{world.base}/apps/telegram/faults", json={"remaining": 1, **fault}) as answer:
        assert answer.status == 201
    outcome = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(outcome, kind), outcome
    if fault["kind"] == "throttled":
        assert isinstance(outcome, Again) and outcome.after.total_seconds() == 7 and outcome.account
    assert len(telegram.phone.accepted) == (fault["kind"] in ("cut_after_accept", "error_in_200"))


async def test_a_file_whose_address_expired_is_asked_for_anew(company: Caller, telegram: Telegram, world: World) -> None:
    await asked_once(company, telegram)
    telegram.phone.write(AYLIN, files=[telegram.phone.add_file("a.pdf", "application/pdf", b"%PDF")])
    media = received((await company.round())[-1]).content.media[0]
    async with world.client.post(f"{world.base}/apps/telegram/faults", json={"kind": "media_expired", "remaining": 1}) as answer:
        assert answer.status == 201
    assert isinstance(await company.fetch(media), Again)
    again = await company.fetch(media)
    assert isinstance(again, File) and again.content == b"%PDF"


async def test_the_group_is_a_public_conversation(company: Caller, telegram: Telegram) -> None:
    await asked_once(company, telegram)
    post = telegram.timeline.publish(AYLIN, "wann kommt das neue Modell?")
    asked = received((await company.round())[-1])
    assert asked.thread is not None and asked.thread.external_id == GROUP
    answer = Say(envelope=envelope(thread=GROUP, reply_to=asked.external_id), text="Im März")
    assert isinstance(await company.say(answer), Accepted)
    assert [one.text for one in telegram.timeline.below(post.id)] == ["Im März"]
    typing = ShowTyping(envelope=envelope(thread=GROUP, reply_to=asked.external_id))
    assert isinstance(await company.say(typing), Accepted)
    erase = Moderate(envelope=envelope(thread=GROUP, reply_to=asked.external_id), act="delete")
    assert isinstance(await company.say(erase), Accepted)
    assert telegram.timeline.post(post.id).deleted
    assert isinstance(await company.say(erase), Refused)


async def test_no_answer_of_the_simulator_repeats_the_token(company: Caller, telegram: Telegram) -> None:
    for call in adapter.render(specimens("telegram", AYLIN)[Capability.TEXT], company.account):
        reply = await company.perform(call)
        assert isinstance(reply, Reply) and telegram.token.encode() not in reply.body
