"""The adapter against the simulated Facebook, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.meta_company import JPEG, Company, account_of, connected, envelope
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.facebook import adapter
from oase.channels.contract import (
    Accepted,
    Address,
    Again,
    Capability,
    Choice,
    Content,
    Deleted,
    Edited,
    Event,
    File,
    Moderate,
    Moderated,
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
from oase.channels.testing.specimens import specimens
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.meta import Facebook
from oase.sandbox.places import COMPANY, Spot

__all__ = ["endpoint", "start"]

ERIKA, LUKASZ = "7204519562999120", "6911223344556677"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Facebook."""
    return await start(platforms=(Facebook,))


@pytest.fixture
def facebook(world: World) -> Facebook:
    """The simulator."""
    platform = world.sandbox.platforms["facebook"]
    assert isinstance(platform, Facebook)
    return platform


@pytest_asyncio.fixture
async def company(facebook: Facebook) -> AsyncIterator[Company]:
    """A company with its page connected."""
    async with connected(adapter, account_of(facebook, "facebook")) as company:
        yield company


async def test_a_dialogue_goes_both_ways_with_its_receipts(facebook: Facebook, company: Company) -> None:
    written = facebook.phone.write(ERIKA, "Grüß Gott 🙂 Ist das Rad noch da?")
    (received,) = await company.until(Received)
    assert (received.external_id, received.sender.value, received.content) == (
        written.id,
        ERIKA,
        Content(text="Grüß Gott 🙂 Ist das Rad noch da?"),
    )
    outcome = await company.say(Say(envelope=envelope(ERIKA, reply_to=written.id), text="Ja! https://example.com"))
    assert isinstance(outcome, Accepted)
    await company.until(Receipt, where=lambda one: one.state == "delivered" and one.up_to)
    facebook.phone.see(ERIKA)
    await company.until(Receipt, where=lambda one: one.state == "read")
    receipts = await company.until(Receipt)
    assert [(one.state, one.external_id) for one in receipts] == [
        ("sent", outcome.external_id),
        ("delivered", outcome.external_id),
        ("delivered", ""),
        ("read", ""),
    ]
    assert {one.sender and one.sender.value for one in receipts if one.up_to} == {ERIKA}
    assert receipts[0].our_id == "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a"
    assert not [event for event in company.heard if isinstance(event, SaidElsewhere)]


@pytest.mark.parametrize("capability", sorted(adapter.manifest.capabilities - {Capability.RECEIPTS}))
async def test_meta_takes_whatever_we_render(facebook: Facebook, company: Company, capability: Capability) -> None:
    written = facebook.phone.write(ERIKA, "Hallo")
    outbound = specimens("facebook", ERIKA, written.id)[capability]
    if isinstance(outbound, Say) and outbound.files:
        outbound = replace(outbound, text="")
    assert isinstance(await company.say(outbound), Accepted)


async def test_a_picture_reaches_the_customer_and_theirs_is_fetched(facebook: Facebook, company: Company) -> None:
    theirs = facebook.phone.add_file("Schaden.jpg", "image/jpeg", JPEG)
    facebook.phone.write(ERIKA, "So sieht es aus", files=[theirs])
    (received,) = await company.until(Received)
    assert received.content.kind == "image"
    file = await company.fetch(received.content.media[0])
    assert isinstance(file, File)
    assert (file.name, file.type, file.content) == ("Schaden.jpg", "image/jpeg", JPEG)
    ours = File(name="Anleitung.pdf", type="application/pdf", content=b"%PDF-1.7 \xff")
    assert isinstance(await company.say(Say(envelope=envelope(ERIKA), files=(ours,))), Accepted)
    assert [one.data for one in facebook.phone.chats[ERIKA][-1].files] == [b"%PDF-1.7 \xff"]


async def test_an_address_that_has_expired_is_asked_for_anew(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, files=[facebook.phone.add_file("Rechnung März.pdf", "application/pdf", b"%PDF")])
    (received,) = await company.until(Received)
    facebook.faults.add(Fault(kind="media_expired", remaining=1))
    file = await company.fetch(received.content.media[0])
    assert isinstance(file, File)
    assert (file.name, file.content) == ("Rechnung März.pdf", b"%PDF")


async def test_what_a_customer_does_on_the_phone_arrives(facebook: Facebook, company: Company) -> None:
    phone = facebook.phone
    first = phone.write(ERIKA, "Morgen?")
    said = await company.say(Say(envelope=envelope(ERIKA), text="Wann?", choices=(Choice(id="slot-1", title="9:00 Uhr"),)))
    assert isinstance(said, Accepted)
    phone.write(ERIKA, "9:00 Uhr", chosen="slot-1")
    phone.write(ERIKA, spot=Spot(latitude=52.52, longitude=13.405, name="Hier"))
    phone.write(ERIKA, files=[phone.add_file("a.mp4", "audio/mp4", b"x")], voice=True)
    phone.react(said.external_id, "❤️")
    phone.edit(first.id, "Übermorgen?")
    phone.delete(first.id)
    received = await company.until(Received, 4)
    assert [one.content.kind for one in received] == ["text", "choice", "location", "voice"]
    assert received[1].content.data == {"id": "slot-1"}
    assert (received[2].content.data["latitude"], received[2].content.data["longitude"]) == (52.52, 13.405)
    found: dict[type[Event], Event] = {}
    for kind in (Reacted, Edited, Deleted):
        found[kind] = (await company.until(kind))[0]
    assert (found[Reacted].external_id, found[Reacted].emoji) == (said.external_id, "❤️")  # type: ignore[union-attr]
    assert found[Edited] == Edited(external_id=first.id, content=Content(text="Übermorgen?"), at=found[Edited].at)  # type: ignore[union-attr]
    assert found[Deleted].external_id == first.id  # type: ignore[union-attr]


async def test_a_link_brings_its_code_into_a_new_dialogue_and_into_a_known_one(facebook: Facebook, company: Company) -> None:
    assert adapter.invite(company.account, "k7Xq2mPa", "") == f"https://m.me/{facebook.username}?ref=k7Xq2mPa"
    facebook.comes_by_link(ERIKA, "k7Xq2mPa")
    facebook.comes_by_link(ERIKA, "k7Xq2mPb")
    received = await company.until(Received, 2)
    assert [(one.token, one.content.kind) for one in received] == [("k7Xq2mPa", "choice"), ("k7Xq2mPb", "system")]
    assert isinstance(await company.say(Say(envelope=envelope(ERIKA), text="Willkommen!")), Accepted)


async def test_a_colleague_in_metas_inbox_is_heard(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.colleague_writes(ERIKA, "Ich rufe Sie an 📞")
    (said,) = await company.until(SaidElsewhere)
    assert said.to is not None
    assert (said.to.value, said.content.text, said.author) == (ERIKA, "Ich rufe Sie an 📞", "Meta Business Suite")


async def test_the_window_closes_after_a_day_and_for_people_after_seven(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.wrote_at[ERIKA] = facebook.now() - timedelta(hours=25)
    say = Say(envelope=envelope(ERIKA), text="Noch da?")
    late = await company.say(say)
    assert isinstance(late, Refused)
    assert late.code == "10"
    company.account = replace(company.account, settings={**company.account.settings, "human_agent": True})
    assert isinstance(await company.say(say), Accepted)
    assert isinstance(await company.say(replace(say, automatic=True)), Refused)
    facebook.wrote_at[ERIKA] = facebook.now() - timedelta(days=8)
    assert isinstance(await company.say(say), Refused)


async def test_who_has_blocked_us_is_told_in_words(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.phone.customer(ERIKA).blocked = True
    blocked = await company.say(Say(envelope=envelope(ERIKA), text="Hallo?"))
    assert isinstance(blocked, Refused)
    assert (blocked.code, blocked.sign_in) == ("551", False)


async def test_comments_gather_below_our_post_and_are_answered_in_public(facebook: Facebook, company: Company) -> None:
    post = facebook.timeline.threads()[0]
    comment = facebook.timeline.publish(ERIKA, "Auch in München? 🥨", parent_id=post.id)
    reply = facebook.timeline.publish(LUKASZ, "Ja, auch dort", parent_id=comment.id)
    received = await company.until(Received, 2)
    assert [(one.external_id, one.reply_to, one.thread and one.thread.external_id) for one in received] == [
        (comment.id, "", post.id),
        (reply.id, comment.id, post.id),
    ]
    assert received[0].thread is not None
    assert received[0].thread.ours
    said = await company.say(Say(envelope=envelope(ERIKA, thread=post.id, reply_to=comment.id), text="Überall! 🎉"))
    assert isinstance(said, Accepted)
    ours = facebook.timeline.post(said.external_id)
    assert (ours.author_id, ours.parent_id, ours.text) == (COMPANY, comment.id, "Überall! 🎉")
    (copy,) = await company.until(SaidElsewhere)  # the core knows it by its id
    assert copy.external_id == said.external_id
    picture = File(name="Plan.png", type="image/png", content=JPEG)
    with_picture = await company.say(Say(envelope=envelope(ERIKA, thread=post.id), text="Der Plan", files=(picture,)))
    assert isinstance(with_picture, Accepted)
    assert [one.data for one in facebook.timeline.post(with_picture.external_id).files] == [JPEG]


async def test_posts_mentions_and_recommendations_are_threads_of_their_own(facebook: Facebook, company: Company) -> None:
    timeline = facebook.timeline
    post = timeline.publish(ERIKA, "Seit drei Wochen warte ich!", files=[facebook.phone.add_file("k.jpg", "image/jpeg", JPEG)])
    mention = timeline.publish(LUKASZ, "Super Beratung bei Lindgrün", mentions=True)
    review = timeline.publish(ERIKA, "Freundlich und fair", rating=5)
    below = timeline.publish(LUKASZ, "Kann ich bestätigen", parent_id=review.id)
    timeline.publish(COMPANY, "Neu: Lastenräder")
    received = {one.external_id: one for one in await company.until(Received, 4)}
    assert {one.external_id: one.thread and one.thread.external_id for one in received.values()} == {
        post.id: post.id,
        mention.id: mention.id,
        review.id: review.id,
        below.id: review.id,
    }
    assert received[mention.id].origin == {"kind": "mention"}
    assert received[review.id].content.data == {"recommends": True}
    assert received[post.id].sender.name == "Erika Mustermann"
    file = await company.fetch(received[post.id].content.media[0])
    assert isinstance(file, File)
    (said,) = await company.until(SaidElsewhere)
    assert (said.content.text, said.to, said.thread and said.thread.ours) == ("Neu: Lastenräder", None, True)
    answer = await company.say(Say(envelope=envelope(ERIKA, thread=review.id), text="Vielen Dank!"))
    assert isinstance(answer, Accepted)


async def test_what_is_done_to_a_comment_is_done_and_heard(facebook: Facebook, company: Company) -> None:
    post = facebook.timeline.threads()[0]
    comment = facebook.timeline.publish(ERIKA, "Frechheit", parent_id=post.id)
    there = envelope(ERIKA, thread=post.id, reply_to=comment.id)
    for act, seen in (("hide", True), ("show", False)):
        assert isinstance(await company.say(Moderate(envelope=there, act=act)), Accepted)  # type: ignore[arg-type]
        assert comment.hidden is seen
    for act, liked in (("like", {COMPANY}), ("unlike", set())):
        assert isinstance(await company.say(Moderate(envelope=there, act=act)), Accepted)  # type: ignore[arg-type]
        assert comment.likes == liked
    facebook.timeline.edit(comment.id, "Schade")
    facebook.timeline.like(comment.id, LUKASZ)
    assert isinstance(await company.say(Moderate(envelope=there, act="delete")), Accepted)
    assert comment.deleted
    assert [one.act for one in await company.until(Moderated, 4)] == ["hide", "show", "like", "unlike"]
    assert (await company.until(Edited))[0].content == Content(text="Schade")
    assert (await company.until(Reacted))[0].emoji == "👍"
    assert (await company.until(Deleted))[0].external_id == comment.id


async def test_an_act_that_is_not_allowed_stops_no_account(facebook: Facebook, company: Company) -> None:
    post = facebook.timeline.threads()[0]
    hidden = await company.say(Moderate(envelope=envelope(ERIKA, thread=post.id), act="hide"))
    assert isinstance(hidden, Refused)
    assert not hidden.sign_in


async def test_the_author_of_a_comment_is_answered_in_private_once(facebook: Facebook, company: Company) -> None:
    comment = facebook.timeline.publish(LUKASZ, "Was kostet das?", parent_id=facebook.timeline.threads()[0].id)
    private = Say(envelope=envelope(LUKASZ, about=comment.id), text="Wir schreiben Ihnen hier.")
    assert isinstance(await company.say(private), Accepted)
    assert facebook.phone.chats[LUKASZ][-1].text == "Wir schreiben Ihnen hier."
    again = await company.say(private)
    assert isinstance(again, Refused)
    assert again.code == "10900"
    post = facebook.timeline.publish(LUKASZ, "Und das hier?")
    assert isinstance(await company.say(Say(envelope=envelope(LUKASZ, about=post.id), text="Gern!")), Accepted)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind="outage", remaining=1), Again),
        (Fault(kind="http_error", status=500, remaining=1), Unclear),
        (Fault(kind="cut_before_accept", remaining=1), Unclear),
        (Fault(kind="cut_after_accept", remaining=1), Unclear),
        (Fault(kind="error_in_200", remaining=2), Again),
        (Fault(kind="token_expired", remaining=1), Refused),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_faults_are_read_for_what_they_are(
    facebook: Facebook, company: Company, fault: Fault, expected: type[Outcome]
) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.faults.add(fault)
    assert isinstance(await company.say(Say(envelope=envelope(ERIKA), text="Hallo")), expected)


async def test_a_limit_is_waited_out_as_long_as_meta_says(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.faults.add(Fault(kind="throttled", seconds=1200, remaining=1))
    outcome = await company.say(Say(envelope=envelope(ERIKA), text="Hallo"))
    assert isinstance(outcome, Again)
    assert (outcome.after, outcome.account) == (timedelta(minutes=20), True)


async def test_a_lost_answer_is_resolved_by_the_echo_that_names_our_id(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await company.say(Say(envelope=envelope(ERIKA), text="Hallo")), Unclear)
    receipts = await company.until(Receipt, where=lambda one: one.state == "sent")
    assert receipts[0].our_id == "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a"


async def test_repeated_reversed_and_forged_deliveries_bring_the_same_ids_and_nothing_foreign(
    facebook: Facebook, company: Company
) -> None:
    for kind in ("duplicate", "reversed", "wrong_signature", "truncated"):
        facebook.faults.add(Fault(kind=kind, times=2, remaining=3 if kind != "reversed" else None))
    written = [facebook.phone.write(ERIKA, text).id for text in ("eins", "zwei", "drei")]
    received = await company.until(Received, 9)
    assert {one.external_id for one in received} == set(written)
    assert (company.forged, company.malformed) == (3, 3)  # of each delivery one by somebody else, one that breaks off


async def test_the_test_of_the_connection_says_what_is_wrong(facebook: Facebook, company: Company) -> None:
    assert (await company.check()).summary == "Lindgrün Fahrräder"
    facebook.keys.ends = datetime(2027, 1, 15, tzinfo=UTC)
    assert (await company.check()).expires_at == facebook.keys.ends
    facebook.keys.permissions.remove("pages_manage_engagement")
    assert "pages_manage_engagement" in (await company.check()).summary
    comment = facebook.timeline.publish(ERIKA, "?", parent_id=facebook.timeline.threads()[0].id)
    withdrawn = await company.say(Say(envelope=envelope(ERIKA, thread=comment.thread_id, reply_to=comment.id), text="!"))
    assert isinstance(withdrawn, Refused)
    assert withdrawn.sign_in
    facebook.fields.clear()
    facebook.keys.permissions.append("pages_manage_engagement")
    assert "not subscribed" in (await company.check()).summary
    sound = company.account
    company.account = replace(sound, secrets={**sound.secrets, "app_secret": (Secret("falsch"),)})
    assert "app secret" in (await company.check()).summary
    company.account = replace(sound, secrets={**sound.secrets, "access_token": (Secret("EAAfalsch"),)})
    assert "access token" in (await company.check()).summary


async def test_an_application_that_delivers_elsewhere_is_not_taken_over(facebook: Facebook, company: Company) -> None:
    facebook.webhook_url = "https://crm.example/hook"
    told = await company.subscribe()
    assert not told.ok
    assert "https://crm.example/hook" in told.summary


async def test_nothing_that_is_told_is_unknown_to_us(facebook: Facebook, company: Company) -> None:
    facebook.phone.write(ERIKA, "Hallo")
    facebook.timeline.publish(ERIKA, "Hallo", parent_id=facebook.timeline.threads()[0].id)
    await company.until(Received, 2)
    assert not [event for event in company.heard if isinstance(event, Unknown | Notice)]


async def test_who_somebody_is_stands_in_their_profile(facebook: Facebook, company: Company) -> None:
    found = await company.whois(ERIKA)
    assert isinstance(found, Address)
    assert found.name == "Erika Mustermann"
    facebook.faults.add(Fault(kind="outage", remaining=1))
    assert isinstance(await company.whois(ERIKA), Again)
    assert isinstance(await company.whois("1"), Refused)
