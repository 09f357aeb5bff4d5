"""The adapter against the simulated X, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers import prism as prisms
from tests.servers.x import description

from oase.channels.adapters.x import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Envelope,
    Event,
    File,
    Moderate,
    Outcome,
    Reacted,
    Receipt,
    Received,
    Refused,
    Renewed,
    SaidElsewhere,
    Say,
    Typing,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.x import X

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket

AYLIN, JUERGEN, SAM = "1500000000000000001", "1500000000000000002", "1500000000000000003"
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
VIDEO = b"\0\0\0\x18ftypmp42" + bytes(20)


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with X."""
    return await start(platforms=(X,))


@pytest.fixture
def place(world: World) -> X:
    """The simulator."""
    platform = world.sandbox.platforms["x"]
    assert isinstance(platform, X)
    return platform


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


class Clock:
    """What `poll` is told of the time: the simulator's, or a little later."""

    def __init__(self, place: X) -> None:
        self._place, self.ahead = place, timedelta(0)

    def __call__(self) -> datetime:
        return self._place.now() + self.ahead


@pytest.fixture
def clock(place: X) -> Clock:
    """The clock."""
    return Clock(place)


async def connected(place: X, outside: Outside, clock: Clock, url: str) -> Caller:
    """A company that has signed in, has an access token, has passed its test and has asked once."""
    secrets = {
        "client_secret": (Secret(place.tokens.client_secret),), "refresh_token": (Secret(place.tokens.refresh),),
        "consumer_secret": (Secret("new"), Secret(place.consumer_secret)), "bearer_token": (Secret(place.bearer_token),),
    }  # fmt: skip
    settings = {"base_url": place.base_url, "client_id": place.tokens.client_id, "delivery": "polling"}
    company = Caller(adapter, Account(id="1", channel="x", settings=settings, secrets=secrets), outside, clock)
    assert isinstance(await company.renew(), Renewed)
    company.account = replace(company.account, settings={**settings, "base_url": url})
    found = await company.check()
    assert found.ok, found.summary
    assert await company.round() == []
    return company


@pytest_asyncio.fixture
async def company(place: X, outside: Outside, clock: Clock) -> Caller:
    """The company, straight at the simulator."""
    return await connected(place, outside, clock, place.base_url)


@pytest_asyncio.fixture
async def door(place: X, company: Caller) -> AsyncIterator[Door]:
    """The company has X deliver instead. (In rotation: the secret that X signs with is the older one of two.)"""
    secrets = {**company.account.secrets, "consumer_secret": (Secret(place.consumer_secret),)}
    company.account = replace(company.account, secrets=secrets)
    settings = {**company.account.settings, "delivery": "webhook"}
    async with opened(company) as door:
        company.account = replace(company.account, settings=settings, webhook_url=door.url)
        for _ in range(2):  # harmless when repeated
            told = await company.subscribe()
            assert told.ok, told.summary
        yield door


def envelope(to: str = AYLIN, **more: str) -> Envelope:
    """To Aylin."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": to, **more}, at=NOW)


def received(events: Sequence[Event]) -> list[Received]:
    """Messages only; fails for anything else."""
    assert all(isinstance(one, Received) for one in events), events
    return [one for one in events if isinstance(one, Received)]


# --- asked ---


async def test_a_customer_writes_in_private_and_is_answered(place: X, company: Caller) -> None:
    picture = place.phone.add_file("", "image/jpeg", JPEG)
    place.phone.write(AYLIN, "Mein Rad klappert 🚲", files=[picture])
    (said,) = received(await company.round())
    assert (said.sender.value, said.sender.name, said.thread) == (AYLIN, "Aylin Özdemir", None)
    fetched = await company.fetch(said.content.media[0])
    assert isinstance(fetched, File)
    assert fetched.content == JPEG
    files = (File(name="a.jpg", type="image/jpeg", content=JPEG),)
    outcome = await company.say(Say(envelope=envelope(), text="Das hören wir uns an.", files=files))
    shown = place.phone.chats[AYLIN][-1]
    assert outcome == Accepted(external_id=shown.id)
    assert (shown.text, [file.data for file in shown.files]) == ("Das hören wir uns an.", [JPEG])


async def test_a_thread_gathers_under_the_post_that_opened_it(place: X, company: Caller) -> None:
    ours = place.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    first = place.timeline.publish(AYLIN, "Was kosten sie?", parent_id=ours.id)
    place.timeline.publish(SAM, "Das wüsste ich auch gern", parent_id=first.id)
    one, other = received(await company.round())
    assert one.thread is not None
    assert one.thread == other.thread
    assert (one.thread.external_id, one.thread.title, one.thread.ours) == (ours.id, "Wir haben wieder Lastenräder!", True)
    assert other.reply_to == first.id
    in_thread = envelope(thread=ours.id, reply_to=first.id)
    outcome = await company.say(Say(envelope=in_thread, text="Ab 3.900 €."))
    assert isinstance(outcome, Accepted)
    assert place.timeline.post(outcome.external_id).parent_id == first.id
    assert await company.round() == []


async def test_posts_are_hidden_liked_and_deleted_where_x_allows_it(place: X, company: Caller) -> None:
    ours = place.timeline.publish("", "Neu!", tell=False)
    reply = place.timeline.publish(AYLIN, "Doof", parent_id=ours.id)
    on_reply = envelope(thread=ours.id, reply_to=reply.id)
    for act, seen in (("hide", (True, set())), ("show", (False, set())), ("like", (False, {""})), ("unlike", (False, set()))):
        assert isinstance(await company.say(Moderate(envelope=on_reply, act=act)), Accepted)  # type: ignore[arg-type]
        assert (reply.hidden, reply.likes) == seen
    assert isinstance(await company.say(Moderate(envelope=on_reply, act="delete")), Refused)
    assert isinstance(await company.say(Moderate(envelope=envelope(thread=ours.id, reply_to=ours.id), act="delete")), Accepted)
    assert ours.deleted


async def test_a_video_goes_in_pieces_and_is_waited_for(place: X, company: Caller) -> None:
    long = VIDEO + bytes(5 * 1024 * 1024)
    outcome = await company.say(Say(envelope=envelope(), text="So", files=(File(name="v", type="video/mp4", content=long),)))
    assert isinstance(outcome, Accepted), outcome
    assert place.phone.chats[AYLIN][-1].files[0].data == long


async def test_a_public_question_is_answered_in_private_unless_the_person_takes_none(place: X, company: Caller) -> None:
    post = place.timeline.publish(JUERGEN, "Wo bleibt mein Paket?")
    private = Say(envelope=envelope(JUERGEN, about=post.id), text="Ihre Nummer, bitte?")
    assert isinstance(await company.say(private), Accepted)
    assert not place.timeline.below(post.id)
    place.phone.customer(JUERGEN).blocked = True
    refused = await company.say(private)
    assert isinstance(refused, Refused)
    assert "takes no direct messages from us" in refused.why


async def test_an_invitation_opens_a_direct_message_to_us(company: Caller) -> None:
    link = urlsplit(adapter.invite(company.account, "k7f2", "Weiter mit k7f2"))
    assert parse_qs(link.query) == {"recipient_id": ["1400000000000000001"], "text": ["Weiter mit k7f2"]}


async def test_what_a_colleague_wrote_with_x_itself_is_told_a_moment_later(place: X, company: Caller, clock: Clock) -> None:
    place.phone.deliver(AYLIN, "Wir melden uns.")
    assert await company.round() == []
    clock.ahead = timedelta(minutes=2)
    (elsewhere,) = await company.round()
    assert isinstance(elsewhere, SaidElsewhere)
    assert elsewhere.content.text == "Wir melden uns."


async def test_a_storm_of_replies_is_read_in_order(place: X, company: Caller) -> None:
    place.timeline.publish(AYLIN, "Frage")
    await company.round()
    ours = place.timeline.publish("", "Gewinnspiel!", tell=False)
    for number in range(230):
        place.timeline.publish(SAM, f"Antwort {number}", parent_id=ours.id)
    texts = [one.content.text for one in received(await company.round())]
    assert texts == [f"@lindgruen_rad Antwort {number}" for number in range(230)]


# --- delivered ---


async def test_deliveries_bring_messages_signs_receipts_likes_and_replies(place: X, company: Caller, door: Door) -> None:
    ours = await company.say(Say(envelope=envelope(), text="Guten Tag!"))
    assert isinstance(ours, Accepted)
    post = place.timeline.publish("", "Neu!", tell=False)
    place.phone.types(AYLIN)
    place.phone.write(AYLIN, "Danke!", files=[place.phone.add_file("", "image/jpeg", JPEG)])
    place.phone.see(AYLIN)
    place.timeline.publish(SAM, "Schön!", parent_id=post.id)
    place.timeline.like(post.id, JUERGEN)
    await place.courier.settled()
    kinds = {type(one) for one in door.events}
    assert kinds == {Typing, Received, Receipt, Reacted}
    read = next(one for one in door.events if isinstance(one, Receipt))
    assert (read.external_id, read.state, read.up_to) == (ours.external_id, "read", True)
    public = next(one for one in door.events if isinstance(one, Received) and one.thread)
    assert (public.thread and public.thread.external_id, public.reply_to) == (post.id, post.id)
    private = next(one for one in door.events if isinstance(one, Received) and not one.thread)
    fetched = await company.fetch(private.content.media[0])
    assert isinstance(fetched, File)
    assert fetched.content == JPEG


async def test_deliveries_three_times_in_reverse_and_forged_ones_are_taken_once(place: X, door: Door) -> None:
    for kind in ("duplicate", "reversed", "wrong_signature", "truncated"):
        place.faults.add(Fault(kind=kind, times=3))
    for number in range(4):
        place.phone.write(AYLIN, f"Satz {number}")
    await place.courier.settled()
    assert sorted(one.content.text for one in received(door.events)) == [f"Satz {number}" for number in range(4)]
    assert door.forged > 0


# --- bad days ---


@pytest.mark.parametrize(
    ("fault", "outcome", "facts"),
    [
        (Fault(kind="throttled", seconds=30), Again, {"account": True}),
        (Fault(kind="token_expired"), Refused, {"sign_in": True}),
        (Fault(kind="outage"), Again, {"account": False}),
        (Fault(kind="error_in_200"), Refused, {"sign_in": False}),
        (Fault(kind="cut_after_accept"), Unclear, {}),
        (Fault(kind="http_error", status=500), Unclear, {}),
    ],
    ids=lambda one: one.kind if isinstance(one, Fault) else "",
)
async def test_what_goes_wrong_is_understood(
    place: X, company: Caller, fault: Fault, outcome: type[Outcome], facts: dict[str, bool]
) -> None:
    place.faults.add(replace(fault, remaining=1))
    found = await company.say(Say(envelope=envelope(), text="Guten Tag"))
    assert isinstance(found, outcome), found
    assert {name: getattr(found, name) for name in facts} == facts
    assert isinstance(await company.say(Say(envelope=envelope(), text="Guten Tag")), Accepted)


async def test_a_withdrawn_access_is_told_and_a_used_refresh_token_too(place: X, company: Caller) -> None:
    used = company.account.secret("refresh_token")
    assert isinstance(await company.renew(), Renewed)
    company.account = replace(company.account, secrets={**company.account.secrets, "refresh_token": (used,)})
    refused = await company.renew()
    assert isinstance(refused, Refused)
    assert refused.sign_in


async def test_asking_survives_bad_days_and_loses_nothing(place: X, company: Caller) -> None:
    place.timeline.publish(AYLIN, "Frage")
    place.phone.write(JUERGEN, "Hallo")
    for kind in ("throttled", "outage", "token_expired"):
        place.faults.add(Fault(kind=kind, remaining=1, seconds=5))
        assert isinstance(await company.poll(), Again | Refused)
    assert len(received(await company.round())) == 2


# --- with the published description between ---


@pytest.fixture
def through_prism(place: X, tmp_path: Path) -> Iterator[str]:
    """X's description as a proxy before the simulator."""
    folder = Path(os.environ["OASE_SPECS"])
    if not (folder / "x-api-v2.json").exists():
        pytest.skip("X's published description is not here (OASE_SPECS).")
    problem = prisms.install()
    if problem:
        pytest.skip(problem)
    with prisms.prism(description(folder), place.base_url, tmp_path) as address:
        yield address


async def test_requests_and_answers_keep_to_the_published_description(
    place: X, outside: Outside, clock: Clock, through_prism: str
) -> None:
    company = await connected(place, outside, clock, through_prism)
    ours = place.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    reply = place.timeline.publish(AYLIN, "Was kosten sie?", parent_id=ours.id)
    place.phone.write(JUERGEN, "Guten Tag")
    public, private = received(await company.round())
    in_thread = envelope(thread=ours.id, reply_to=reply.id)
    files = (File(name="a.jpg", type="image/jpeg", content=JPEG),)
    for outbound in (
        Say(envelope=in_thread, text="Ab 3.900 €.", files=files),
        Say(envelope=envelope(private.sender.value), text="Guten Tag!", files=(File(name="v", type="video/mp4", content=VIDEO),)),
        Moderate(envelope=in_thread, act="hide"),
        Moderate(envelope=in_thread, act="like"),
        Moderate(envelope=in_thread, act="unlike"),
        Moderate(envelope=envelope(thread=ours.id, reply_to=ours.id), act="delete"),
    ):
        outcome = await company.say(outbound)
        assert isinstance(outcome, Accepted), outcome
    assert public.thread is not None
    assert public.thread.ours
    place.faults.add(Fault(kind="token_expired", remaining=1))
    assert isinstance(await company.poll(), Refused)
