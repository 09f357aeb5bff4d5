"""The adapter against the simulated Mastodon, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers import prism as prisms
from tests.servers.mastodon import description

from oase.channels.adapters.mastodon import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Edited,
    Envelope,
    Event,
    File,
    Moderate,
    Polled,
    Reacted,
    Received,
    Refused,
    Say,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.mastodon import Mastodon

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

AYLIN, JUERGEN, SAM = "110101", "110102", "110103"
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
VIDEO = b"\0\0\0\x18ftypmp42" + bytes(20)


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Mastodon."""
    return await start(platforms=(Mastodon,))


@pytest.fixture
def server(world: World) -> Mastodon:
    """The simulator."""
    platform = world.sandbox.platforms["mastodon"]
    assert isinstance(platform, Mastodon)
    return platform


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


class Clock:
    """What `poll` is told of the time."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


async def connected(server: Mastodon, outside: Outside, clock: Clock, url: str) -> Caller:
    """A company whose account has passed its test and has asked once."""
    account = Account(id="1", channel="mastodon", settings={"base_url": url}, secrets={"access_token": (Secret(server.token),)})
    company = Caller(adapter, account, outside, clock)
    found = await company.check()
    assert found.ok, found.summary
    assert await company.round() == []
    return company


@pytest_asyncio.fixture
async def company(server: Mastodon, outside: Outside, clock: Clock) -> Caller:
    """The company, straight at the simulator."""
    return await connected(server, outside, clock, server.base_url)


def envelope(to: str = "aylin@chaos.example", **more: str) -> Envelope:
    """To Aylin."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": to, **more}, at=NOW)


def received(events: Sequence[Event]) -> list[Received]:
    """Messages only; fails for anything else."""
    assert all(isinstance(one, Received) for one in events), events
    return [one for one in events if isinstance(one, Received)]


async def test_the_test_finds_the_account_and_the_servers_own_length(company: Caller) -> None:
    found = await company.check()
    assert (found.ok, found.summary) == (True, "@lindgruen@fediverse.example · Lindgrün Fahrräder")
    assert found.facts["text_length"] == "440"


async def test_a_customer_writes_in_private_and_is_answered(server: Mastodon, company: Caller) -> None:
    picture = server.phone.add_file("Zähler", "image/jpeg", JPEG)
    server.phone.write(AYLIN, "Mein Rad klappert 🚲\nhttps://example.com/rad?id=4711&lang=de", files=[picture])
    (said,) = received(await company.round())
    assert (said.sender.value, said.sender.name, said.thread) == ("aylin@chaos.example", "Aylin Özdemir", None)
    assert said.content.text == "@lindgruen Mein Rad klappert 🚲\nhttps://example.com/rad?id=4711&lang=de"
    fetched = await company.fetch(said.content.media[0])
    assert isinstance(fetched, File)
    assert fetched.content == JPEG
    files = (File(name="a", type="image/jpeg", content=JPEG),)
    answer = Say(envelope=envelope(reply_to=said.external_id), text="Das hören wir uns an.", files=files)
    outcome = await company.say(answer)
    shown = server.phone.chats[AYLIN][-1]
    assert outcome == Accepted(external_id=shown.id)
    assert (shown.text, [file.data for file in shown.files]) == ("Das hören wir uns an.", [JPEG])
    assert await company.round() == []


async def test_a_thread_gathers_under_the_post_that_opened_it(server: Mastodon, company: Caller) -> None:
    ours = server.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    first = server.timeline.publish(AYLIN, "Was kosten sie?", parent_id=ours.id)
    server.timeline.publish(SAM, "Das wüsste ich auch gern", parent_id=first.id)
    one, other = received(await company.round())
    assert one.thread is not None
    assert one.thread == other.thread
    assert (one.thread.external_id, one.thread.title, one.thread.ours) == (ours.id, "Wir haben wieder Lastenräder!", True)
    assert (other.reply_to, other.sender.value) == (first.id, "sam@fediverse.example")
    outcome = await company.say(Say(envelope=envelope(thread=ours.id, reply_to=first.id), text="Ab 3.900 €."))
    assert isinstance(outcome, Accepted)
    below = server.timeline.post(outcome.external_id)
    assert (below.parent_id, below.text, below.extra["visibility"]) == (first.id, "@aylin@chaos.example Ab 3.900 €.", "unlisted")


async def test_a_public_question_is_answered_in_private(server: Mastodon, company: Caller) -> None:
    post = server.timeline.publish(JUERGEN, "Wo bleibt mein Paket?")
    (said,) = received(await company.round())
    outcome = await company.say(Say(envelope=envelope(said.sender.value, about=said.external_id), text="Ihre Nummer, bitte?"))
    assert isinstance(outcome, Accepted)
    assert [one.text for one in server.phone.chats[JUERGEN]] == ["Ihre Nummer, bitte?"]
    assert not server.timeline.below(post.id)


async def test_a_video_is_waited_for(server: Mastodon, company: Caller) -> None:
    server.phone.write(AYLIN, "Wie baue ich das ein?")
    outcome = await company.say(Say(envelope=envelope(), text="So", files=(File(name="v", type="video/mp4", content=VIDEO),)))
    assert isinstance(outcome, Accepted)
    assert server.phone.chats[AYLIN][-1].files[0].data == VIDEO


async def test_likes_go_both_ways(server: Mastodon, company: Caller) -> None:
    post = server.timeline.publish(AYLIN, "Danke!")
    await company.round()
    in_thread = envelope(thread=post.id, reply_to=post.id)
    assert isinstance(await company.say(Moderate(envelope=in_thread, act="like")), Accepted)
    assert post.likes == {""}
    assert isinstance(await company.say(Moderate(envelope=in_thread, act="unlike")), Accepted)
    assert post.likes == set()
    answer = await company.say(Say(envelope=in_thread, text="Gern!"))
    assert isinstance(answer, Accepted)
    server.timeline.like(answer.external_id, SAM)
    (liked,) = await company.round()
    assert isinstance(liked, Reacted)
    assert (liked.external_id, liked.sender.value) == (answer.external_id, "sam@fediverse.example")


async def test_edits_and_deletions_are_found_by_looking_again(server: Mastodon, company: Caller, clock: Clock) -> None:
    changed, removed = server.timeline.publish(AYLIN, "Paket 4711"), server.timeline.publish(SAM, "Doof")
    assert len(received(await company.round())) == 2
    server.timeline.edit(changed.id, "Paket 4712")
    server.timeline.remove(removed.id)
    assert await company.round() == []
    clock.now = NOW + timedelta(minutes=6)
    edited, gone = await company.round()
    assert isinstance(edited, Edited)
    assert (edited.external_id, edited.content.text) == (changed.id, "@lindgruen Paket 4712")
    assert isinstance(gone, Deleted)
    assert gone.external_id == removed.id


async def test_a_storm_of_comments_is_read_page_by_page_in_order(server: Mastodon, company: Caller) -> None:
    ours = server.timeline.publish("", "Gewinnspiel!", tell=False)
    for number in range(95):
        server.timeline.publish(AYLIN, f"Kommentar {number}", parent_id=ours.id)
    texts, waits = [], []
    for _ in range(3):
        found = await company.poll()
        assert isinstance(found, Polled)
        waits.append(found.after.total_seconds())
        texts += [one.content.text for one in received(await company.round())]
    assert texts == [f"@lindgruen Kommentar {number}" for number in range(95)]
    assert waits[:2] == [0, 0]


# --- bad days ---


async def test_a_lost_answer_is_asked_for_again_and_posts_once(server: Mastodon, company: Caller) -> None:
    post = server.timeline.publish(AYLIN, "Frage")
    say = Say(envelope=envelope(thread=post.id, reply_to=post.id), text="Antwort")
    server.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await company.say(say), Again)
    outcome = await company.say(say)
    (below,) = server.timeline.below(post.id)
    assert outcome == Accepted(external_id=below.id)


@pytest.mark.parametrize(
    ("fault", "outcome", "facts"),
    [
        (Fault(kind="throttled", seconds=30), Again, {"account": True}),
        (Fault(kind="token_expired"), Refused, {"sign_in": True}),
        (Fault(kind="outage"), Again, {"account": False}),
        (Fault(kind="error_in_200"), Refused, {"sign_in": False}),
        (Fault(kind="cut_before_accept"), Again, {"account": False}),
        (Fault(kind="http_error", status=403), Refused, {"sign_in": True}),
    ],
    ids=lambda one: one.kind if isinstance(one, Fault) else "",
)
async def test_what_goes_wrong_is_understood(
    server: Mastodon, company: Caller, fault: Fault, outcome: type[Again | Refused | Unclear], facts: dict[str, bool]
) -> None:
    server.faults.add(replace(fault, remaining=1))
    found = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(found, outcome), found
    assert {name: getattr(found, name) for name in facts} == facts
    assert isinstance(await company.say(Say(envelope=envelope(), text="Guten Tag")), Accepted)


async def test_asking_survives_the_same_days_and_loses_nothing(server: Mastodon, company: Caller) -> None:
    server.timeline.publish(AYLIN, "Frage")
    for kind in ("throttled", "outage", "token_expired"):
        server.faults.add(Fault(kind=kind, remaining=1, seconds=5))
        assert isinstance(await company.poll(), Again | Refused)
    assert len(received(await company.round())) == 1


async def test_a_file_that_is_gone_is_told(server: Mastodon, company: Caller) -> None:
    server.phone.write(AYLIN, "", files=[server.phone.add_file("a", "image/jpeg", JPEG)])
    (said,) = received(await company.round())
    server.faults.add(Fault(kind="media_expired", remaining=1))
    assert isinstance(await company.fetch(said.content.media[0]), Refused)


# --- with the published description between ---


@pytest.fixture
def through_prism(server: Mastodon, tmp_path: Path) -> Iterator[str]:
    """Mastodon's description as a proxy before the simulator."""
    folder = Path(os.environ["OASE_SPECS"])
    if not (folder / "mastodon.json").exists():
        pytest.skip("Mastodon's published description is not here (OASE_SPECS).")
    problem = prisms.install()
    if problem:
        pytest.skip(problem)
    with prisms.prism(description(folder), server.base_url, tmp_path) as address:
        yield address


async def test_requests_and_answers_keep_to_the_published_description(
    server: Mastodon, outside: Outside, clock: Clock, through_prism: str
) -> None:
    company = await connected(server, outside, clock, through_prism)
    ours = server.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    server.timeline.publish(AYLIN, "Was kosten sie?", parent_id=ours.id, files=[server.phone.add_file("a", "image/jpeg", JPEG)])
    server.phone.write(JUERGEN, "Guten Tag")
    public, direct = received(await company.round())
    assert public.thread is not None
    in_thread = envelope(thread=ours.id, reply_to=public.external_id)
    files = (File(name="v", type="video/mp4", content=VIDEO),)
    for outbound in (
        Say(envelope=in_thread, text="Ab 3.900 €.", files=(File(name="a.jpg", type="image/jpeg", content=JPEG),)),
        Say(envelope=replace(envelope(direct.sender.value), id="2"), text="Guten Tag!", files=files),
        Moderate(envelope=in_thread, act="like"),
        Moderate(envelope=in_thread, act="unlike"),
    ):
        outcome = await company.say(outbound)
        assert isinstance(outcome, Accepted), outcome
    clock.now = NOW + timedelta(minutes=6)
    assert await company.round() == []
    server.faults.add(Fault(kind="token_expired", remaining=1))
    assert isinstance(await company.poll(), Refused)
