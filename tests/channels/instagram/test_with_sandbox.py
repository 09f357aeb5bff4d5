"""The adapter against the simulated Instagram, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.meta_company import JPEG, Company, account_of, connected, envelope
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.instagram import adapter
from oase.channels.contract import (
    Accepted,
    Address,
    Again,
    Capability,
    Choice,
    Content,
    Deleted,
    Edited,
    File,
    Moderate,
    Notice,
    Outcome,
    Reacted,
    Receipt,
    Received,
    Refused,
    SaidElsewhere,
    Say,
    Unclear,
    Unknown,
)
from oase.channels.degrade import degrade
from oase.channels.testing.specimens import specimens
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.meta import Instagram
from oase.sandbox.places import COMPANY

__all__ = ["endpoint", "start"]

ERIKA, LUKASZ = "1254477777772919", "1254477777773001"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Instagram."""
    return await start(platforms=(Instagram,))


@pytest.fixture
def instagram(world: World) -> Instagram:
    """The simulator."""
    platform = world.sandbox.platforms["instagram"]
    assert isinstance(platform, Instagram)
    return platform


@pytest_asyncio.fixture
async def company(instagram: Instagram) -> AsyncIterator[Company]:
    """A company with its account connected."""
    async with connected(adapter, account_of(instagram, "instagram", instagram_id=instagram.own_id)) as company:
        yield company


async def test_a_dialogue_goes_both_ways_and_is_read(instagram: Instagram, company: Company) -> None:
    written = instagram.phone.write(ERIKA, "Gibt es das Rad in Blau? 💙")
    (received,) = await company.until(Received)
    assert (received.external_id, received.sender.value, received.content.text) == (
        written.id,
        ERIKA,
        "Gibt es das Rad in Blau? 💙",
    )
    outcome = await company.say(Say(envelope=envelope(ERIKA, reply_to=written.id), text="Ja!"))
    assert isinstance(outcome, Accepted)
    instagram.phone.see(ERIKA)
    (read,) = await company.until(Receipt)
    assert (read.state, read.external_id, read.up_to) == ("read", outcome.external_id, True)
    (copy,) = await company.until(SaidElsewhere)  # Instagram does not say that it is ours; the core knows it by its id
    assert copy.external_id == outcome.external_id


@pytest.mark.parametrize("capability", sorted(adapter.manifest.capabilities - {Capability.RECEIPTS}))
async def test_meta_takes_whatever_we_render(instagram: Instagram, company: Company, capability: Capability) -> None:
    written = instagram.phone.write(ERIKA, "Hallo")
    outbound = specimens("instagram", ERIKA, written.id)[capability]
    if isinstance(outbound, Say) and outbound.files:
        types = adapter.manifest.limits.files[capability].types
        outbound = replace(outbound, text="", files=tuple(replace(file, type=types[0]) for file in outbound.files))
    assert isinstance(await company.say(outbound), Accepted)


async def test_a_long_text_goes_in_pieces_of_a_thousand_bytes(instagram: Instagram, company: Company) -> None:
    instagram.phone.write(ERIKA, "Erzählen Sie!")
    text = "Über Räder könnten wir viel erzählen 🚲. " * 60
    parts = degrade(Say(envelope=envelope(ERIKA), text=text), adapter.manifest)
    for part in parts:
        assert isinstance(part, Say)
        assert isinstance(await company.say(part), Accepted)
    arrived = [one.text for one in instagram.phone.chats[ERIKA] if one.from_business]
    assert "".join("".join(arrived).split()) == "".join(text.split())
    whole = await company.say(Say(envelope=envelope(ERIKA), text="ä" * 500))
    assert isinstance(whole, Accepted)


async def test_what_a_customer_does_on_the_phone_arrives(instagram: Instagram, company: Company) -> None:
    phone = instagram.phone
    first = phone.write(ERIKA, "Größe 42?")
    said = await company.say(Say(envelope=envelope(ERIKA), text="Welche?", choices=(Choice(id="size-42", title="42"),)))
    assert isinstance(said, Accepted)
    phone.write(ERIKA, "42", chosen="size-42")
    phone.write(ERIKA, files=[phone.add_file("Rad.jpg", "image/jpeg", JPEG)])
    phone.react(said.external_id, "❤️")
    phone.edit(first.id, "Größe 44?")
    phone.delete(first.id)
    received = await company.until(Received, 3)
    assert [one.content.kind for one in received] == ["text", "choice", "image"]
    file = await company.fetch(received[2].content.media[0])
    assert isinstance(file, File)
    assert file.content == JPEG
    assert (await company.until(Reacted))[0].external_id == said.external_id
    assert (await company.until(Edited))[0].content == Content(text="Größe 44?")
    assert (await company.until(Deleted))[0].external_id == first.id


async def test_a_link_brings_its_code(instagram: Instagram, company: Company) -> None:
    assert adapter.invite(company.account, "k7Xq2mPd", "") == f"https://ig.me/m/{instagram.username}?ref=k7Xq2mPd"
    instagram.comes_by_link(ERIKA, "k7Xq2mPd")
    instagram.comes_by_link(ERIKA, "k7Xq2mPe")
    assert [one.token for one in await company.until(Received, 2)] == ["k7Xq2mPd", "k7Xq2mPe"]


async def test_the_window_closes_after_a_day_and_for_people_after_seven(instagram: Instagram, company: Company) -> None:
    instagram.phone.write(ERIKA, "Hallo")
    instagram.wrote_at[ERIKA] = instagram.now() - timedelta(hours=25)
    say = Say(envelope=envelope(ERIKA), text="Noch da?")
    assert isinstance(await company.say(say), Refused)
    company.account = replace(company.account, settings={**company.account.settings, "human_agent": True})
    assert isinstance(await company.say(say), Accepted)


async def test_comments_are_answered_in_public_below_the_first_of_their_branch(instagram: Instagram, company: Company) -> None:
    post = instagram.timeline.threads()[0]
    comment = instagram.timeline.publish(ERIKA, "Traumhaft! 😍", parent_id=post.id)
    reply = instagram.timeline.publish(LUKASZ, "@erika.m gibt es online", parent_id=comment.id)
    received = await company.until(Received, 2)
    assert [(one.external_id, one.reply_to, one.thread and one.thread.external_id) for one in received] == [
        (comment.id, "", post.id),
        (reply.id, comment.id, post.id),
    ]
    assert [one.sender.name for one in received] == ["erika.m", "lukasz_d"]
    for below in (comment.id, reply.id):
        said = await company.say(Say(envelope=envelope(ERIKA, thread=post.id, reply_to=below), text="Danke! 💙"))
        assert isinstance(said, Accepted)
        assert instagram.timeline.post(said.external_id).parent_id == comment.id
    top = await company.say(Say(envelope=envelope(ERIKA, thread=post.id), text="Alle Farben sind da."))
    assert isinstance(top, Accepted)
    assert instagram.timeline.post(top.external_id).parent_id == post.id


async def test_comments_are_hidden_shown_and_deleted(instagram: Instagram, company: Company) -> None:
    post = instagram.timeline.threads()[0]
    comment = instagram.timeline.publish(ERIKA, "Werbung!", parent_id=post.id)
    there = envelope(ERIKA, thread=post.id, reply_to=comment.id)
    for act, hidden in (("hide", True), ("show", False)):
        assert isinstance(await company.say(Moderate(envelope=there, act=act)), Accepted)  # type: ignore[arg-type]
        assert comment.hidden is hidden
    assert isinstance(await company.say(Moderate(envelope=there, act="delete")), Accepted)
    assert comment.deleted
    assert isinstance(await company.say(Say(envelope=there, text="?")), Refused)


async def test_a_mention_is_read_and_answered_where_it_stands(instagram: Instagram, company: Company) -> None:
    post = instagram.timeline.publish(LUKASZ, "Tolles Rad von @lindgruen.fahrraeder", mentions=True)
    comment = instagram.timeline.publish(ERIKA, "@lindgruen.fahrraeder auch in Wien?", parent_id=post.id)
    received = await company.until(Received, 2)
    files = [await company.fetch(one.content.media[0]) for one in received]
    texts = [file.content.decode().split("\n")[:2] for file in files if isinstance(file, File)]
    assert texts == [["@lukasz_d", post.text], ["@erika.m", comment.text]]
    for one in received:
        assert one.thread is not None
        said = await company.say(Say(envelope=envelope("-", thread=one.thread.external_id, reply_to=one.external_id), text="Ja!"))
        assert isinstance(said, Accepted)
    assert [(one.parent_id, one.text) for one in instagram.timeline.posts.values() if one.author_id == COMPANY][1:] == [
        (post.id, "Ja!"),
        (comment.id, "Ja!"),
    ]


async def test_the_author_of_a_comment_is_answered_in_private_once(instagram: Instagram, company: Company) -> None:
    comment = instagram.timeline.publish(LUKASZ, "Preis?", parent_id=instagram.timeline.threads()[0].id)
    private = Say(envelope=envelope(LUKASZ, about=comment.id), text="Wir schreiben Ihnen hier.")
    assert isinstance(await company.say(private), Accepted)
    assert instagram.phone.chats[LUKASZ][-1].text == "Wir schreiben Ihnen hier."
    again = await company.say(private)
    assert isinstance(again, Refused)
    assert again.code == "10900"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind="outage", remaining=1), Again),
        (Fault(kind="http_error", status=500, remaining=1), Unclear),
        (Fault(kind="cut_after_accept", remaining=1), Unclear),
        (Fault(kind="error_in_200", remaining=2), Again),
        (Fault(kind="throttled", remaining=1), Again),
        (Fault(kind="token_expired", remaining=1), Refused),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_faults_are_read_for_what_they_are(
    instagram: Instagram, company: Company, fault: Fault, expected: type[Outcome]
) -> None:
    instagram.phone.write(ERIKA, "Hallo")
    instagram.faults.add(fault)
    assert isinstance(await company.say(Say(envelope=envelope(ERIKA), text="Hallo")), expected)


async def test_repeated_reversed_and_forged_deliveries_bring_the_same_ids_and_nothing_foreign(
    instagram: Instagram, company: Company
) -> None:
    instagram.faults.add(Fault(kind="duplicate", times=2))
    instagram.faults.add(Fault(kind="reversed"))
    instagram.faults.add(Fault(kind="wrong_signature"))
    written = {instagram.phone.write(ERIKA, text).id for text in ("eins", "zwei", "drei")}
    assert {one.external_id for one in await company.until(Received, 9)} == written
    assert company.forged == 3


async def test_the_test_of_the_connection_says_what_is_wrong(instagram: Instagram, company: Company) -> None:
    assert (await company.check()).summary == f"@{instagram.username}"
    sound = company.account
    company.account = replace(sound, settings={**sound.settings, "instagram_id": "17841400000000000"})
    assert instagram.own_id in (await company.check()).summary
    company.account = sound
    instagram.keys.permissions.remove("instagram_manage_comments")
    assert "instagram_manage_comments" in (await company.check()).summary
    company.account = replace(sound, secrets={**sound.secrets, "access_token": (Secret("EAAfalsch"),)})
    assert "access token" in (await company.check()).summary


async def test_nothing_that_is_told_is_unknown_to_us(instagram: Instagram, company: Company) -> None:
    instagram.phone.write(ERIKA, "Hallo")
    instagram.timeline.publish(ERIKA, "Hallo", parent_id=instagram.timeline.threads()[0].id)
    await company.until(Received, 2)
    assert not [event for event in company.heard if isinstance(event, Unknown | Notice)]


async def test_who_somebody_is_stands_in_their_profile(instagram: Instagram, company: Company) -> None:
    found = await company.whois(ERIKA)
    assert isinstance(found, Address)
    assert found.name == "Erika Mustermann"
    instagram.faults.add(Fault(kind="outage", remaining=1))
    assert isinstance(await company.whois(ERIKA), Again)
    assert isinstance(await company.whois("1"), Refused)
