"""The adapter against the simulated Bluesky, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.bluesky import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Envelope,
    Event,
    File,
    Moderate,
    Outcome,
    React,
    Reacted,
    Received,
    Refused,
    Renewed,
    SaidElsewhere,
    Say,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.bluesky import Bluesky
from oase.sandbox.faults import Fault

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

US = "did:plc:lindgruen22222222222222222"
AYLIN, SAM = "did:plc:aylin222222222222222222222", "did:plc:sam22222222222222222222222"
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Bluesky."""
    return await start(platforms=(Bluesky,))


@pytest.fixture
def place(world: World) -> Bluesky:
    """The simulator."""
    platform = world.sandbox.platforms["bluesky"]
    assert isinstance(platform, Bluesky)
    return platform


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


class Clock:
    """What `poll` is told of the time: the simulator's, or a little later."""

    def __init__(self, place: Bluesky) -> None:
        self._place, self.ahead = place, timedelta(0)

    def __call__(self) -> datetime:
        return self._place.now() + self.ahead


@pytest.fixture
def clock(place: Bluesky) -> Clock:
    """The clock."""
    return Clock(place)


@pytest_asyncio.fixture
async def company(place: Bluesky, outside: Outside, clock: Clock) -> Caller:
    """A company that has passed its test, has an access token, and has asked once."""
    settings = {"base_url": place.base_url, "handle": "lindgruen.example", "messages": True}
    account = Account(id="1", channel="bluesky", settings=settings, secrets={"app_password": (Secret(place.app_password),)})
    company = Caller(adapter, account, outside, clock)
    found = await company.check()
    assert found.ok, found.summary
    assert isinstance(await company.renew(), Renewed)
    assert await company.round() == []
    return company


def envelope(to: str = AYLIN, **more: str) -> Envelope:
    """To Aylin."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": to, **more}, at=NOW)


def received(events: Sequence[Event]) -> list[Received]:
    """Messages only; fails for anything else."""
    assert all(isinstance(one, Received) for one in events), events
    return [one for one in events if isinstance(one, Received)]


def uri(author: str, key: str) -> str:
    """Where a post is."""
    return f"at://{author}/app.bsky.feed.post/{key}"


async def test_a_customer_writes_in_private_and_is_answered(place: Bluesky, company: Caller) -> None:
    place.phone.write(AYLIN, "Mein Rad klappert 🚲")
    (said,) = received(await company.round())
    assert (said.sender.value, said.sender.name, said.sender.fields) == (AYLIN, "Aylin Özdemir", {"handle": "@aylin.example"})
    outcome = await company.say(Say(envelope=envelope(reply_to=said.external_id), text="Siehe https://example.com/rad"))
    shown = place.phone.chats[AYLIN][-1]
    assert outcome == Accepted(external_id=shown.id)
    assert (shown.text, shown.reply_to) == ("Siehe https://example.com/rad", said.external_id)
    reaction = React(envelope=envelope(reply_to=said.external_id), emoji="👍")
    assert isinstance(await company.say(reaction), Accepted)
    assert place.phone.message(said.external_id).reactions == {"business": "👍"}


async def test_what_we_sent_is_told_a_moment_later_as_what_it_is(place: Bluesky, company: Caller, clock: Clock) -> None:
    outcome = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(outcome, Accepted)
    assert await company.round() == []
    place.phone.react(outcome.external_id, "🎉")
    clock.ahead = timedelta(minutes=2)
    elsewhere, reaction = await company.round()
    assert isinstance(elsewhere, SaidElsewhere)
    assert isinstance(reaction, Reacted)
    assert elsewhere.external_id == reaction.external_id == outcome.external_id


async def test_a_thread_gathers_under_the_post_that_opened_it(place: Bluesky, company: Caller) -> None:
    ours = place.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    picture = place.phone.add_file("Rahmen", "image/jpeg", JPEG)
    first = place.timeline.publish(AYLIN, "Was kosten sie?", parent_id=ours.id, files=[picture])
    place.timeline.publish(SAM, "Das wüsste ich auch gern", parent_id=first.id)
    one, other = received(await company.round())
    assert one.thread is not None
    assert one.thread == other.thread
    assert (one.thread.external_id, one.thread.title, one.thread.ours) == (
        uri(US, ours.id),
        "Wir haben wieder Lastenräder!",
        True,
    )
    assert other.reply_to == uri(AYLIN, first.id)
    fetched = await company.fetch(one.content.media[0])
    assert isinstance(fetched, File)
    assert fetched.content == JPEG
    in_thread = envelope(thread=one.thread.external_id, reply_to=one.external_id)
    files = (File(name="a.jpg", type="image/jpeg", content=JPEG),)
    outcome = await company.say(
        Say(envelope=in_thread, text="Ab 3.900 € 🚲 https://example.com #Lastenrad @sam.example", files=files)
    )
    assert isinstance(outcome, Accepted), outcome
    answer = place.timeline.post(outcome.external_id.rpartition("/")[2])
    assert (answer.parent_id, [file.data for file in answer.files]) == (first.id, [JPEG])


async def test_an_answer_that_is_written_twice_is_there_once(place: Bluesky, company: Caller) -> None:
    post = place.timeline.publish(AYLIN, "Frage")
    say = Say(envelope=envelope(thread=uri(AYLIN, post.id), reply_to=uri(AYLIN, post.id)), text="Antwort")
    place.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await company.say(say), Again)
    assert isinstance(await company.say(say), Accepted)
    assert len(place.timeline.below(post.id)) == 1


async def test_names_that_nobody_has_and_posts_that_are_gone_are_told(place: Bluesky, company: Caller) -> None:
    post = place.timeline.publish(AYLIN, "Frage")
    in_thread = envelope(thread=uri(AYLIN, post.id), reply_to=uri(AYLIN, post.id))
    refused = await company.say(Say(envelope=in_thread, text="Fragen Sie @niemand.example"))
    assert isinstance(refused, Refused)
    assert "Nobody on Bluesky has the name" in refused.why
    place.timeline.remove(post.id)
    gone = await company.say(Say(envelope=in_thread, text="Antwort"))
    assert isinstance(gone, Refused)
    assert "does not exist any more" in gone.why


async def test_likes_go_both_ways(place: Bluesky, company: Caller) -> None:
    post = place.timeline.publish(AYLIN, "Danke!")
    await company.round()
    in_thread = envelope(thread=uri(AYLIN, post.id), reply_to=uri(AYLIN, post.id))
    assert isinstance(await company.say(Moderate(envelope=in_thread, act="like")), Accepted)
    assert post.likes == {""}
    assert isinstance(await company.say(Moderate(envelope=in_thread, act="unlike")), Accepted)
    assert post.likes == set()
    answer = await company.say(Say(envelope=in_thread, text="Gern!"))
    assert isinstance(answer, Accepted)
    place.timeline.like(answer.external_id.rpartition("/")[2], SAM)
    (liked,) = await company.round()
    assert isinstance(liked, Reacted)
    assert (liked.external_id, liked.sender.value) == (answer.external_id, SAM)


async def test_deleted_mentions_are_found_by_looking_again(place: Bluesky, company: Caller, clock: Clock) -> None:
    post = place.timeline.publish(AYLIN, "Doof")
    assert len(received(await company.round())) == 1
    place.timeline.remove(post.id)
    clock.ahead = timedelta(minutes=6)
    (gone,) = await company.round()
    assert gone == Deleted(external_id=uri(AYLIN, post.id), at=gone.at if isinstance(gone, Deleted) else NOW)


async def test_a_storm_of_replies_is_read_once_and_in_order(place: Bluesky, company: Caller) -> None:
    ours = place.timeline.publish("", "Gewinnspiel!", tell=False)
    for number in range(230):
        place.timeline.publish(SAM, f"Antwort {number}", parent_id=ours.id)
    texts = [one.content.text for one in received(await company.round())]
    assert texts == [f"Antwort {number}" for number in range(230)]
    assert await company.round() == []


async def test_who_blocks_us_takes_no_messages(place: Bluesky, company: Caller) -> None:
    place.phone.customer(AYLIN).blocked = True
    refused = await company.say(Say(envelope=envelope(), text="Hallo"))
    assert isinstance(refused, Refused)
    assert not refused.sign_in


async def test_sessions_are_renewed_and_a_withdrawn_password_is_told(place: Bluesky, company: Caller) -> None:
    before = company.account.secret("access_token")
    assert isinstance(await company.renew(), Renewed)
    assert company.account.secret("access_token") != before
    spent = {**company.account.secrets, "refresh_token": (Secret("e30.e30.c2ln"),)}
    company.account = replace(company.account, secrets=spent)
    assert isinstance(await company.renew(), Renewed)  # by the app password
    place.app_password = "another"
    company.account = replace(company.account, secrets={**company.account.secrets, "refresh_token": ()})
    refused = await company.renew()
    assert isinstance(refused, Refused)
    assert refused.sign_in


@pytest.mark.parametrize(
    ("fault", "outcome", "facts"),
    [
        (Fault(kind="throttled", seconds=30), Again, {"account": True}),
        (Fault(kind="token_expired"), Refused, {"sign_in": True}),
        (Fault(kind="outage"), Again, {"account": False}),
        (Fault(kind="error_in_200"), Refused, {"sign_in": False}),
        (Fault(kind="cut_after_accept"), Unclear, {}),
    ],
    ids=lambda one: one.kind if isinstance(one, Fault) else "",
)
async def test_what_goes_wrong_is_understood(
    place: Bluesky, company: Caller, fault: Fault, outcome: type[Outcome], facts: dict[str, bool]
) -> None:
    place.faults.add(replace(fault, remaining=1))
    found = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(found, outcome), found
    assert {name: getattr(found, name) for name in facts} == facts
    assert isinstance(await company.say(Say(envelope=envelope(), text="Guten Tag")), Accepted)


async def test_asking_survives_bad_days_and_loses_nothing(place: Bluesky, company: Caller) -> None:
    place.timeline.publish(AYLIN, "Frage")
    place.phone.write(SAM, "Hallo")
    for kind in ("throttled", "outage", "token_expired"):
        place.faults.add(Fault(kind=kind, remaining=1, seconds=5))
        assert isinstance(await company.poll(), Again | Refused)
    assert len(received(await company.round())) == 2
