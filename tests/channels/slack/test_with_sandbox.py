"""The adapter against the simulated Slack, over HTTP: neither knows the other's code."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.slack import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Choice,
    Deleted,
    Edited,
    Envelope,
    File,
    Outcome,
    React,
    Reacted,
    Receipt,
    Received,
    Refused,
    SaidElsewhere,
    Say,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.slack import Slack

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "U0KUNDE0001"
OUR_ID = "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Slack,))


@pytest.fixture
def slack(world: World) -> Slack:
    platform = world.sandbox.platforms["slack"]
    assert isinstance(platform, Slack)
    return platform


@pytest_asyncio.fixture
async def company(slack: Slack) -> AsyncIterator[tuple[Caller, Door]]:
    """A company that Slack delivers to."""
    secrets = {"bot_token": (Secret(slack.token),), "signing_secret": (Secret("neu"), Secret(slack.secret))}
    account = Account(id="1", channel="slack", settings={"base_url": f"{slack.base_url}/api"}, secrets=secrets)
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as outside:
        caller = Caller(adapter, account, outside, lambda: datetime.now(UTC))
        checked = await caller.check()
        assert checked.ok, checked
        caller.account = replace(account, facts=checked.facts)
        async with opened(caller) as door:
            slack.webhook_url = door.url
            yield caller, door


def to(value: str = AYLIN, **more: str) -> Envelope:
    return Envelope(id=OUR_ID, to=value, at=datetime.now(UTC), **more)


Company = tuple[Caller, Door]


async def test_a_customer_writes_is_answered_with_a_picture_and_sees_it(company: Company, slack: Slack) -> None:
    caller, door = company
    slack.phone.write(AYLIN, "So sieht es aus <rot> 🚲", files=[slack.phone.add_file("Rad.png", "image/png", b"PNG")])
    await slack.courier.settled()
    (said,) = door.heard(Received)
    assert (said.content.text, said.content.kind, said.sender.value) == ("So sieht es aus <rot> 🚲", "image", AYLIN)
    file = await caller.fetch(said.content.media[0])
    assert isinstance(file, File) and file.content == b"PNG"
    assert (await caller.whois(AYLIN)).name == "Aylin Özdemir"

    outcome = await caller.say(Say(envelope=to(), text="Das richten wir & gern!"))
    await slack.courier.settled()
    assert isinstance(outcome, Accepted)
    (receipt,) = door.heard(Receipt)
    assert (receipt.external_id, receipt.our_id) == (outcome.external_id, OUR_ID)
    picture = File(name="Plan.png", type="image/png", content=b"PNG2")
    assert isinstance(await caller.say(Say(envelope=to(), text="So", files=(picture,))), Accepted)
    answered = [one for one in slack.phone.chats[AYLIN] if one.from_business]
    assert [one.text for one in answered] == ["Das richten wir & gern!", "So"]
    assert answered[1].files[0].data == b"PNG2"


async def test_buttons_reactions_corrections_and_what_was_taken_back(company: Company, slack: Slack) -> None:
    caller, door = company
    await caller.say(
        Say(envelope=to(), text="Wann?", choices=(Choice(id="slot-9", title="9 Uhr"), Choice(id="slot-10", title="10 Uhr")))
    )
    slack.phone.write(AYLIN, "9 Uhr", chosen="slot-9")
    message = slack.phone.write(AYLIN, "Größe 42")
    slack.phone.edit(message.id, "Größe 43")
    slack.phone.react(message.id, "👍")
    slack.phone.react(message.id, "")
    await slack.courier.settled()
    chosen, said = door.heard(Received)
    assert (chosen.content.text, chosen.content.data["id"]) == ("9 Uhr", "slot-9")
    (edited,) = door.heard(Edited)
    assert (edited.external_id, edited.content.text) == (said.external_id, "Größe 43")
    assert [one.emoji for one in door.heard(Reacted)] == ["👍", ""]
    assert isinstance(await caller.say(React(envelope=to(reply_to=said.external_id), emoji="❤️")), Accepted)
    assert message.reactions["business"] == "❤️"
    for emoji, before, there in (("👍", "❤️", "👍"), ("👍", "👍", "👍"), ("", "👍", None), ("", "👍", None)):
        assert isinstance(await caller.say(React(envelope=to(reply_to=said.external_id), emoji=emoji, before=before)), Accepted)
        assert message.reactions.get("business") == there
    slack.phone.delete(message.id)
    await slack.courier.settled()
    assert [one.external_id for one in door.heard(Deleted)] == [said.external_id]


async def test_the_shared_channel_is_public_and_its_author_can_be_answered_alone(company: Company, slack: Slack) -> None:
    caller, door = company
    post = slack.timeline.publish(AYLIN, "Unsere Lieferung fehlt.")
    await slack.courier.settled()
    (asked,) = door.heard(Received)
    assert asked.thread is not None
    assert asked.sender.name == "Aylin Özdemir"
    answer = Say(envelope=to(thread=asked.thread.external_id, reply_to=asked.external_id), text="Wir suchen sie.")
    assert isinstance(await caller.say(answer), Accepted)
    assert [one.text for one in slack.timeline.below(post.id)] == ["Wir suchen sie."]
    assert isinstance(await caller.say(Say(envelope=to(about=asked.external_id), text="Unter uns: morgen.")), Accepted)
    assert [one.text for one in slack.phone.chats[AYLIN]] == ["Unter uns: morgen."]


async def test_what_a_colleague_says_in_the_channel_is_said_elsewhere(company: Company, slack: Slack) -> None:
    _, door = company
    post = slack.timeline.publish("", "Wir haben am Samstag offen.")
    slack.timeline.publish(AYLIN, "Ab wann?", parent_id=post.id)
    await slack.courier.settled()
    assert [one.content.text for one in door.heard(SaidElsewhere)] == ["Wir haben am Samstag offen."]
    (asked,) = door.heard(Received)
    assert asked.thread is not None and asked.thread.external_id == door.heard(SaidElsewhere)[0].external_id


async def test_deliveries_three_times_and_in_reverse_lose_and_double_nothing(
    company: Company, slack: Slack, world: World
) -> None:
    _, door = company
    for fault in ({"kind": "duplicate", "times": 2}, {"kind": "reversed"}, {"kind": "wrong_signature"}):
        async with world.client.post(f"{world.base}/apps/slack/faults", json=fault) as answer:
            assert answer.status == 201
    for number in range(10):
        slack.phone.write(AYLIN, f"Satz {number}")
    await slack.courier.settled()
    assert sorted(one.content.text for one in door.heard(Received)) == [f"Satz {number}" for number in range(10)]
    assert (door.forged, len(door.keys)) == (10, 30)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "throttled"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "error_in_200"}, Unclear),
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 502}, Unclear),
        ({"kind": "cut_before_accept"}, Unclear),
    ],
)
async def test_bad_days(company: Company, world: World, fault: dict[str, object], kind: type[Outcome]) -> None:
    caller, _ = company
    async with world.client.post(f"{world.base}/apps/slack/faults", json={"remaining": 1, **fault}) as answer:
        assert answer.status == 201
    outcome = await caller.say(Say(envelope=to(), text="Guten Tag"))
    assert isinstance(outcome, kind), outcome
    assert not isinstance(outcome, Refused) or outcome.sign_in
