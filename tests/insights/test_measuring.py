"""Waiting is measured from what really happened, and looking again changes nothing."""

from datetime import timedelta

import pytest
from tests.statements import statements

from oase.conversations import Answer, Author, merge, note, say, set_state
from oase.conversations.actions.deliveries import cancel
from oase.conversations.keeping.repository import delete_conversations
from oase.desk.hours import Timetables
from oase.insights import measure_workspace
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, Position

from .conftest import Company

ANNA = Author(name="Anna")
MINUTE = timedelta(minutes=1)


async def test_a_question_waits_until_its_answer_has_left(company: Company) -> None:
    talk = await company.asks()
    assert await company.waits() == [("first", "waiting", None)]
    company.clock.advance(7 * MINUTE)
    await company.answers(talk)
    assert await company.waits() == [("first", "answered", 420)]
    company.clock.advance(60 * MINUTE)
    await company.asks()
    assert await company.waits() == [("first", "answered", 420), ("next", "waiting", None)]


async def test_notes_and_machines_answer_nothing(company: Company) -> None:
    talk = await company.asks()
    async with company.work() as work:
        await note(work, ANNA, talk, "Wer weiß das?", client_key=new_id())
    await company.answers(talk, automatic=True)
    assert await company.waits() == [("first", "waiting", None)]


async def test_an_answer_that_has_not_left_yet_is_none_and_one_taken_back_never_was(company: Company) -> None:
    talk = await company.asks()
    company.clock.advance(MINUTE)
    async with company.work() as work:
        message_id = await say(work, company.book, ANNA, talk, Answer(client_key=new_id(), text="Gern."))
    assert await company.waits() == [("first", "waiting", None)]
    async with company.work() as work:
        await cancel(work, message_id)
    company.clock.advance(MINUTE)
    await company.answers(talk)
    assert await company.waits() == [("first", "answered", 120)]


async def test_what_is_solved_without_an_answer_is_closed(company: Company) -> None:
    talk = await company.asks()
    company.clock.advance(3 * MINUTE)
    async with company.work() as work:
        await set_state(work, ANNA, talk, "solved")
    assert await company.waits() == [("first", "closed", 180)]


async def test_what_was_merged_is_counted_once(company: Company) -> None:
    first = await company.asks(1)
    company.clock.advance(MINUTE)
    second = await company.asks(2)
    assert len(await company.waits()) == 2
    async with company.work() as work:
        await merge(work, ANNA, first, second)
    company.clock.advance(MINUTE)
    await company.answers(first)
    assert await company.waits() == [("first", "answered", 120)]


async def test_figures_do_not_change_behind_a_deleted_conversation(company: Company) -> None:
    talk = await company.asks()
    company.clock.advance(40 * MINUTE)
    await company.answers(talk)
    before = await company.waits()
    async with company.work() as work:
        await delete_conversations(work, [talk])
        work.emit("conversation", talk, {"what": "changed"})
    assert await company.waits() == before == [("first", "answered", 2400)]


async def test_the_past_measured_anew_is_what_was_measured_as_it_happened(company: Company) -> None:
    for customer in range(4):
        talk = await company.asks(customer)
        company.clock.advance(timedelta(minutes=5 + customer))
        if customer % 2:
            await company.answers(talk)
    before = await company.waits()
    event = LiveEvent(Position(1, 1), company.workspace_id, "conversation", talk, {"what": "said"}, None)
    await company.feed.handle([event, event])
    assert await company.waits() == before
    async with company.work() as work:
        await work.run("DELETE FROM wait WHERE workspace_id = %(workspace_id)s")
    assert await measure_workspace(company.database, company.workspace_id, Timetables()) == 4
    assert await company.waits() == before


async def test_measuring_costs_the_same_for_many_conversations(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = [await company.asks(customer) for customer in range(6)]
    await company.waits()
    sent = []
    for ids in (talks[:1], talks):
        events = [LiveEvent(Position(1, 1), company.workspace_id, "conversation", one, {"what": "said"}, None) for one in ids]
        with statements(monkeypatch) as asked:
            await company.feed.handle(events)
        sent.append(len(asked))
    assert sent == [8, 8]  # BEGIN, five, and two for opening hours, which a running house knows
