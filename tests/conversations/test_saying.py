"""What can be said beside words: an answer to one given message, a place, a contact card, a reaction; and what is given up."""

from typing import Any
from uuid import UUID

import pytest

from oase.channels.contract import Receipt
from oase.conversations import Author, ContactCard, NoMessage, Place, TooLate, WindowClosed, drop, react, timeline_page
from oase.conversations.delivery import repository
from oase.kernel.errors import Invalid

from .conftest import TakeIn, delivery, text
from .counter import Counter
from .provider import graph_error, hang_up

AYSE = Author(name="Ayşe Yılmaz")


async def customer_writes(counter: Counter, take: Any, *messages: dict[str, Any]) -> tuple[UUID, list[UUID]]:
    """The conversation and its messages, oldest first."""
    await take(counter.account_id, delivery(*messages))
    async with counter.database.work(counter.workspace_id) as work:
        rows = await work.tuples("SELECT conversation_id, id FROM message WHERE direction = 'in' ORDER BY at, id")
    return rows[0][0], [row[1] for row in rows]


async def reacts(counter: Counter, message: UUID, emoji: str) -> None:
    async with counter.database.work(counter.workspace_id) as work:
        await react(work, counter.book, AYSE, message, emoji)


async def entry(counter: Counter, conversation: UUID, place: int) -> Any:
    async with counter.database.work(counter.workspace_id) as work:
        return (await timeline_page(work, conversation)).messages[place]


# --- an answer to one given message ---


async def test_an_answer_to_one_message_names_it_to_the_provider_and_shows_it(counter: Counter, take_in: TakeIn) -> None:
    conversation, (first, _) = await customer_writes(counter, take_in, text(1, "Rot oder blau?"), text(2, "Und bis wann?"))
    await counter.says(conversation, "Rot, bitte.", reply_to_id=first)
    await counter.sends()
    assert counter.provider.taken[0]["context"] == {"message_id": "wamid.00001"}
    said = next(one for one in await page(counter, conversation) if one.direction == "out")
    assert (said.text, said.answered, said.answered_id, said.answered_here) == ("Rot, bitte.", "Rot oder blau?", first, True)


async def test_a_customer_who_answers_one_of_ours_is_shown_with_it(counter: Counter, take_in: TakeIn) -> None:
    conversation, _ = await customer_writes(counter, take_in, text(1, "Guten Tag"))
    ours = await counter.says(conversation, "Guten Tag, Frau Österreicher! 🙋")
    await counter.sends()
    await take_in(counter.account_id, delivery(text(2, "Ja, genau") | {"context": {"id": "wamid.out.1"}}))
    answer = next(one for one in (await page(counter, conversation)) if one.text == "Ja, genau")
    assert (answer.answered_id, answer.answered_direction, answer.answered_author) == (ours, "out", "Ayşe Yılmaz")


async def test_an_answer_to_the_second_part_of_a_long_message_finds_the_message(counter: Counter, take_in: TakeIn) -> None:
    conversation, _ = await customer_writes(counter, take_in, text(1, "Guten Tag"))
    ours = await counter.says(conversation, "Satz. " * 900)
    await counter.sends()
    assert len(counter.provider.taken) == 2
    await take_in(counter.account_id, delivery(text(2, "Das?") | {"context": {"id": "wamid.out.2"}}))
    assert [one.answered_id for one in await page(counter, conversation) if one.text == "Das?"] == [ours]


async def page(counter: Counter, conversation: UUID) -> Any:
    async with counter.database.work(counter.workspace_id) as work:
        return (await timeline_page(work, conversation)).messages


# --- places and contact cards ---


async def test_a_place_goes_out_as_a_place_and_is_kept_as_one(counter: Counter) -> None:
    conversation = await counter.person()
    gate = Place(latitude=52.5163, longitude=13.3777, name="Brandenburger Tor", address="Pariser Platz, 10117 Berlin")
    await counter.says(conversation, "", place=gate)
    await counter.sends()
    assert counter.provider.taken[0]["location"] == {
        "latitude": 52.5163, "longitude": 13.3777, "name": "Brandenburger Tor", "address": "Pariser Platz, 10117 Berlin",
    }  # fmt: skip
    kept = await entry(counter, conversation, -1)
    assert (kept.kind, kept.data["latitude"], kept.text.splitlines()[0]) == ("location", 52.5163, "Brandenburger Tor")


async def test_a_place_beyond_the_earth_is_refused(counter: Counter) -> None:
    with pytest.raises(Invalid):
        await counter.says(await counter.person(), "", place=Place(latitude=91, longitude=0))


async def test_a_contact_card_looks_the_same_whoever_sent_it(counter: Counter, take_in: TakeIn) -> None:
    theirs = {
        "name": {"formatted_name": "Jürgen Groß", "first_name": "Jürgen"}, "org": {"company": "Groß & Söhne"},
        "phones": [{"phone": "+49 30 23125 311", "type": "WORK"}], "emails": [{"email": "gross@example.com"}],
    }  # fmt: skip
    conversation, _ = await customer_writes(counter, take_in, text(1, "") | {"type": "contacts", "contacts": [theirs]})
    card = ContactCard(
        name="Jürgen Groß", organisation="Groß & Söhne", phones=("+49 30 23125 311",), emails=("gross@example.com",)
    )
    await counter.says(conversation, "", cards=(card,))
    await counter.sends()
    assert counter.provider.taken[0]["contacts"][0]["org"] == {"company": "Groß & Söhne"}
    shown = [{key: value for key, value in one.data["contacts"][0].items() if value} for one in await page(counter, conversation)]
    assert shown[0] == shown[1]


# --- reactions ---


async def test_a_reaction_is_sent_changed_and_taken_back(counter: Counter, take_in: TakeIn) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke, alles bestens!"))
    for emoji in ("👍", "❤️", "❤️", ""):
        await reacts(counter, message, emoji)
        await counter.sends()
    sent = [body["reaction"] for body in counter.provider.taken]
    assert sent == [{"message_id": "wamid.00001", "emoji": emoji} for emoji in ("👍", "❤️", "")]


async def test_a_reaction_says_which_one_it_takes_the_place_of(counter: Counter, take_in: TakeIn) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke, alles bestens!"))
    for emoji in ("👍", "❤️", ""):
        await reacts(counter, message, emoji)
        await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        rows = await work.tuples(
            "SELECT outbound->'outbound'->>'emoji', outbound->'outbound'->>'before' FROM delivery"
            " WHERE workspace_id = %(workspace_id)s AND kind = 'reaction' ORDER BY part"
        )
    assert rows == [("👍", ""), ("❤️", "👍"), ("", "❤️")]


async def test_a_reaction_that_has_not_left_is_simply_replaced(counter: Counter, take_in: TakeIn) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke!"))
    for emoji in ("👍", "", "🙏"):
        await reacts(counter, message, emoji)
    await counter.sends()
    assert [body["reaction"]["emoji"] for body in counter.provider.taken] == ["🙏"]
    assert await counter.states() == ["cancelled", "sent"]


async def test_a_refused_reaction_is_failed_with_the_words_of_the_provider_and_can_be_dropped_or_sent_again(
    counter: Counter, take_in: TakeIn
) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke!"))
    counter.provider.script.append(graph_error(400, 131009, "(#131009) Too old"))
    await reacts(counter, message, "👍")
    await counter.sends()
    assert [(state, "131009" in why) for state, why, _ in await counter.fates()] == [("failed", True)]
    await reacts(counter, message, "👍")
    await counter.sends()
    await reacts(counter, message, "👍")  # what the customer has already is not sent twice
    assert await counter.states() == ["cancelled", "sent"]


async def test_a_reaction_of_unknown_fate_is_sent_again_when_somebody_says_so(counter: Counter, take_in: TakeIn) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke!"))
    await reacts(counter, message, "👍")
    async with counter.database.work(counter.workspace_id) as work:
        await repository.claim(work, counter.account_id, 16)  # and here the process dies
    await (await counter.lane()).recover()
    assert await counter.states() == ["unknown"]
    await reacts(counter, message, "👍")
    await counter.sends()
    assert await counter.states() == ["unknown", "sent"]


async def test_a_reaction_changes_nothing_of_the_message_and_its_conversation(counter: Counter, take_in: TakeIn) -> None:
    _, (message,) = await customer_writes(counter, take_in, text(1, "Danke!"))
    statement = "SELECT state, due_at, first_line, message_count, last_out_at FROM conversation"
    async with counter.database.work(counter.workspace_id) as work:
        before = await work.tuples(statement)
    await reacts(counter, message, "👍")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        assert await work.tuples(statement) == before
        assert await work.value("SELECT external_id FROM message") == "wamid.00001"


async def test_nobody_reacts_where_it_cannot_arrive(counter: Counter, take_in: TakeIn) -> None:
    conversation, (message,) = await customer_writes(counter, take_in, text(1, "Danke!"))
    ours = await counter.says(conversation, "Gern geschehen")
    with pytest.raises(NoMessage):
        await reacts(counter, ours, "👍")
    with pytest.raises(Invalid):
        await reacts(counter, message, "<b>")
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE conversation SET last_in_at = last_in_at - interval '2 days'")
    with pytest.raises(WindowClosed):
        await reacts(counter, message, "👍")


# --- what is given up ---


async def test_a_failed_answer_that_is_dropped_leaves_the_customer_unanswered_as_before(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(graph_error(400, 131026))
    message = await counter.says(conversation, "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        assert await work.value("SELECT state FROM conversation") == "waiting"
        await drop(work, message)
        assert await work.tuples("SELECT state, due_at IS NOT NULL FROM conversation") == [("open", True)]
        with pytest.raises(TooLate):
            await drop(work, message)
    await counter.sends()
    assert (await counter.states(), counter.provider.taken) == (["cancelled"], [])


async def test_a_dropped_answer_that_another_one_followed_opens_nothing(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(graph_error(400, 131026))
    message = await counter.says(conversation, "Guten Tag")
    await counter.sends()
    await counter.says(conversation, "Noch einmal: guten Tag")
    async with counter.database.work(counter.workspace_id) as work:
        await drop(work, message)
        assert await work.value("SELECT state FROM conversation") == "waiting"


async def test_a_receipt_shows_that_a_dropped_answer_arrived_after_all(counter: Counter) -> None:
    counter.provider.script.append(hang_up)
    message = await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        await drop(work, message)
        delivery_id = await work.value("SELECT id FROM delivery")
    await counter.receives(Receipt(external_id="wamid.real", our_id=str(delivery_id), state="delivered", at=counter.clock.now()))
    assert await counter.states() == ["delivered"]
