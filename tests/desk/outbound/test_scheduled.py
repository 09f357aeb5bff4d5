"""Messages that go later: once, at their moment, by the channel's rules then; cancelled if the customer writes before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.desk.conftest import SAFE

from oase.channels import AccountBook, delete_account
from oase.conversations import Answer, Author, merge, unmerge
from oase.desk import (
    NoScheduled,
    Settled,
    When,
    cancel_scheduled,
    change_scheduled,
    find_scheduled,
    next_sends,
    restore_scheduled,
    scheduled_of,
    scheduled_places,
    send_scheduled_now,
)
from oase.desk.outbound import scheduled
from oase.desk.outbound.scheduled import send_due
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, Unavailable
from oase.kernel.ids import new_id

from .conftest import Plans


async def test_it_goes_at_its_moment_and_not_before(plans: Plans) -> None:
    conversation = await plans.desk.writes("Wann kommt mein Rad?")
    one = await plans.schedules(conversation, "Morgen um zehn.")
    await plans.later(minutes=119)
    assert (await plans.said(), await plans.state(one)) == ([], "waiting")
    await plans.later(minutes=1)
    assert (await plans.said(), await plans.state(one)) == (["Morgen um zehn."], "sent")
    await plans.later(hours=1)
    assert await plans.said() == ["Morgen um zehn."]
    state = await plans.desk.value("SELECT state FROM conversation WHERE id = %(id)s", id=conversation)
    assert state == "waiting"  # from then on, not from when it was scheduled


async def test_the_conversation_still_owes_its_answer_until_it_goes(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo?")
    await plans.schedules(conversation, "Später mehr.")
    assert (
        await plans.desk.value("SELECT state FROM conversation WHERE id = %(id)s AND due_at IS NOT NULL", id=conversation)
        == "open"
    )


@pytest.mark.parametrize("line", ["say", "settle"])
async def test_whoever_dies_on_any_line_says_it_once(plans: Plans, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    conversation = await plans.desk.writes("Hallo")
    one = await plans.schedules(conversation, "Einmal.")
    place: Any = scheduled if line == "say" else scheduled.repository
    real = getattr(place, line)

    async def dies(*arguments: Any, **named: Any) -> Any:
        await real(*arguments, **named)
        raise psycopg.OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(place, line, dies)
        with pytest.raises(Unavailable):
            await plans.later(hours=2)
    assert (await plans.said(), await plans.state(one)) == ([], "waiting")
    await plans.later(seconds=5)
    assert (await plans.said(), await plans.state(one)) == (["Einmal."], "sent")


async def test_two_clocks_at_once_say_it_once(plans: Plans) -> None:
    import asyncio

    conversation = await plans.desk.writes("Hallo")
    for number in range(5):
        await plans.schedules(conversation, f"Nummer {number}")
    plans.desk.clock.advance(timedelta(hours=2))
    await asyncio.gather(*(plans.clock.turn() for _ in range(3)))
    assert sorted(await plans.said()) == [f"Nummer {number}" for number in range(5)]


async def test_the_same_request_twice_is_one_message(plans: Plans) -> None:
    conversation, key = await plans.desk.writes("Hallo"), new_id()
    first = await plans.schedules(conversation, "Einmal.", client_key=key)
    assert await plans.schedules(conversation, "Einmal.", client_key=key) == first
    await plans.later(hours=2)
    assert await plans.said() == ["Einmal."]


async def test_if_the_customer_writes_before_it_is_cancelled_and_its_author_is_told(plans: Plans) -> None:
    conversation = await plans.desk.writes("Wann kommt es?")
    one = await plans.schedules(conversation, "Morgen.")
    plans.desk.clock.advance(timedelta(minutes=30))
    await plans.desk.writes("Hat sich erledigt!")
    await plans.later(minutes=1)
    assert await plans.state(one) == "cancelled"
    assert "unsent" in await plans.desk.told("Anna")
    assert "unsent" not in await plans.desk.told("Sophie")
    await plans.later(hours=3)
    assert await plans.said() == []
    kinds = await plans.desk.value("SELECT string_agg(kind, ',') FROM message WHERE direction = 'event'")
    assert kinds == "unscheduled"


async def test_if_the_customer_writes_in_the_moment_of_sending_it_is_cancelled(
    plans: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await plans.desk.writes("Wann kommt es?")
    one = await plans.schedules(conversation, "Morgen.")
    real = scheduled.repository.due

    async def meanwhile(work: UnitOfWork, limit: int) -> list[UUID]:
        found = await real(work, limit)
        await plans.desk.writes("Doch nicht!")
        return found

    monkeypatch.setattr(scheduled.repository, "due", meanwhile)
    await plans.later(hours=2)
    assert (await plans.state(one), await plans.said()) == ("cancelled", [])


async def test_by_choice_it_goes_although_the_customer_wrote(plans: Plans) -> None:
    conversation = await plans.desk.writes("Wann kommt es?")
    await plans.schedules(conversation, "Unser Newsletter.", unless=False)
    plans.desk.clock.advance(timedelta(minutes=30))
    await plans.desk.writes("Noch etwas …")
    await plans.later(hours=2)
    assert await plans.said() == ["Unser Newsletter."]


async def test_a_moment_after_the_reply_window_is_refused_at_once(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    with pytest.raises(Invalid) as error:
        await plans.schedules(conversation, "Zu spät", at=plans.now() + timedelta(hours=30))
    assert error.value.field == "send_at"


async def test_a_window_that_closed_meanwhile_stops_it_and_tells(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    one = await plans.schedules(conversation, "Rechtzeitig geplant", at=plans.now() + timedelta(hours=23))
    await plans.later(hours=25)  # the program stood still
    async with plans.desk.work() as work:
        found = await find_scheduled(work, one.id)
        shown = await scheduled_of(work, conversation)
    assert (found.state, [entry.id for entry in shown]) == ("refused", [one.id])
    assert "24 hours" in found.why
    assert await plans.said() == []
    assert await plans.desk.value("SELECT payload->>'why' FROM live_event WHERE topic = 'unsent'") == "refused"


async def test_an_account_that_is_gone_stops_only_its_own(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    one = await plans.schedules(conversation, "Geht nicht mehr")
    async with plans.desk.work() as work:
        await delete_account(work, plans.desk.account_id)
    fresh = AccountBook(plans.desk.database, SAFE, "https://support.example.com")  # every process hears of it
    plans.desk.clock.advance(timedelta(hours=2))
    await send_due(plans.desk.database, fresh, plans.desk.workspace_id)
    assert await plans.state(one) == "refused"


async def test_one_that_fails_for_a_reason_nobody_foresaw_does_not_hold_up_the_others(
    plans: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await plans.desk.writes("Hallo")
    bad = await plans.schedules(conversation, "schlecht")
    await plans.schedules(conversation, "gut", at=plans.now() + timedelta(hours=2))
    real = scheduled.say

    async def fails(work: Any, book: Any, author: Author, conversation_id: UUID, answer: Answer) -> UUID:
        if answer.text == "schlecht":
            raise ValueError("broken")
        return await real(work, book, author, conversation_id, answer)

    monkeypatch.setattr(scheduled, "say", fails)
    await plans.later(hours=2)
    assert (await plans.said(), await plans.state(bad)) == (["gut"], "refused")


async def test_it_is_changed_sent_at_once_cancelled_and_brought_back(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    one = await plans.schedules(conversation, "Morgen")
    async with plans.desk.work() as work:
        await change_scheduled(work, plans.book, one.id, text="Übermorgen", when=When(at=plans.now() + timedelta(hours=5)))
    await plans.later(hours=3)
    assert await plans.said() == []
    async with plans.desk.work() as work:
        await cancel_scheduled(work, one.id)
    async with plans.desk.work() as work:
        with pytest.raises(Settled):
            await send_scheduled_now(work, one.id)
        await restore_scheduled(work, plans.book, one.id)
    async with plans.desk.work() as work:
        await send_scheduled_now(work, one.id)
    await plans.later(seconds=5)
    assert await plans.said() == ["Übermorgen"]
    async with plans.desk.work() as work:
        with pytest.raises(Settled):
            await cancel_scheduled(work, one.id)
        with pytest.raises(NoScheduled):
            await cancel_scheduled(work, new_id())


async def test_what_cannot_be_is_refused_with_its_field(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    for at in (plans.now(), plans.now() - timedelta(days=1), plans.now() + timedelta(days=400)):
        with pytest.raises(Invalid) as error:
            await plans.schedules(conversation, "Hallo", at=at)
        assert error.value.field == "send_at"
    with pytest.raises(Invalid):
        await plans.schedules(conversation, "  ")
    with pytest.raises(Invalid) as error:
        await plans.schedules(conversation, "Mit Datei", attachment_ids=(new_id(),))
    assert error.value.field == "attachment_ids"


async def test_in_waking_hours_it_goes_in_the_customers_morning(plans: Plans) -> None:
    plans.at(datetime(2026, 12, 1, 21, 0, tzinfo=UTC))  # 22:00 in Berlin
    conversation = await plans.desk.writes("Gute Nacht")
    one = await plans.schedules(conversation, "Guten Morgen", at=plans.now(), waking=True)
    assert one.send_at == datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    await plans.later(hours=11)
    assert await plans.said() == ["Guten Morgen"]


async def test_one_that_comes_too_late_waits_for_the_next_morning(plans: Plans) -> None:
    plans.at(datetime(2026, 12, 1, 16, 0, tzinfo=UTC))
    conversation = await plans.desk.writes("Hallo")
    one = await plans.schedules(conversation, "Bald", at=plans.now() + timedelta(hours=1), waking=True)
    await plans.later(hours=10)  # nobody was there to send it: it is three in the morning
    async with plans.desk.work() as work:
        found = await find_scheduled(work, one.id)
    assert (found.state, found.send_at) == ("waiting", datetime(2026, 12, 2, 8, 0, tzinfo=UTC))


async def test_it_follows_its_conversation_into_another(plans: Plans) -> None:
    kept = await plans.desk.writes("Erstes Anliegen")
    other = await plans.desk.writes("Zweites", phone="4915228817387", name="Jörg")
    one = await plans.schedules(other, "Für beide")
    async with plans.desk.work() as work:
        await work.run("UPDATE conversation SET person_id = (SELECT person_id FROM conversation WHERE id = %(id)s)", {"id": kept})
        await merge(work, Author(), kept, other)
    async with plans.desk.work() as work:
        assert [entry.id for entry in await scheduled_of(work, kept)] == [one.id]
    await plans.later(hours=2)
    found = await plans.desk.value("SELECT conversation_id FROM message WHERE text = 'Für beide'")
    assert found == kept


async def test_lists_say_when_the_next_message_goes_and_where_one_was_not_sent(plans: Plans) -> None:
    first, other = await plans.desk.writes("Hallo"), await plans.desk.writes("Moin", phone="491522881002")
    await plans.desk.writes("Nichts geplant", phone="491522881003")
    late = await plans.schedules(first, "Am Abend", at=plans.now() + timedelta(hours=9))
    soon = await plans.schedules(other, "Bald")
    async with plans.desk.work() as work:
        assert list((await scheduled_places(work)).items()) == [(other, soon.send_at), (first, late.send_at)]
        assert await next_sends(work, [first]) == {first: late.send_at}
        await cancel_scheduled(work, soon.id)
        merged = await merge(work, Author(), other, first)
        assert await next_sends(work, [first, other]) == {other: late.send_at}
        await unmerge(work, Author(), merged)
        assert await scheduled_places(work) == {first: late.send_at}
