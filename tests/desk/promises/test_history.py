"""The history tells what happened: across merges, and of what nobody looked at while it happened."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from tests.desk.promises.conftest import Promising

from oase.conversations import Author, cancel, merge, set_state, unmerge
from oase.desk.hours import Timetables
from oase.desk.promises import PromiseClock, Step, repromise
from oase.kernel.ids import new_id

MINUTE = timedelta(minutes=1)


async def told_and_merged(promising: Promising) -> tuple[UUID, UUID, UUID]:
    """Who was told "within 40 minutes" writes on another number, too: both become one. Gives kept, merged, merge."""
    told = await promising.desk.writes("Wo bleibt mein Rad?", phone="491522881001")
    await promising.feed.catch_up()
    async with promising.desk.work() as work:
        assert await repromise(work, promising.desk.intake._book, told, promising.desk.clock.now() + 40 * MINUTE)
    promising.desk.clock.advance(12 * MINUTE)
    kept = await promising.desk.writes("Hallo, noch da?", phone="491522881002")
    await promising.feed.catch_up()
    async with promising.desk.work() as work:
        return kept, told, await merge(work, Author(), kept, told)


def outcomes(promises: list) -> list[tuple[int, str | None]]:  # type: ignore[type-arg]
    return [(one.number, one.outcome) for one in promises]


async def test_what_a_customer_was_told_stands_in_the_conversation_that_has_the_words_now(promising: Promising) -> None:
    kept, told, _ = await told_and_merged(promising)
    rows = await promising.promises(kept)
    assert outcomes(rows) == [(1, None), (2, None), (1, None)]
    assert await promising.due(kept) == rows[2].due_at  # its own, which is sooner
    promising.desk.clock.advance(20 * MINUTE)
    await promising.says(kept)
    after = await promising.promises(kept)
    assert outcomes(after) == [(1, "broken"), (2, "kept"), (1, "broken")]
    assert [(one.id, one.due_at, one.told_at) for one in after] == [(one.id, one.due_at, one.told_at) for one in rows]
    with pytest.raises(psycopg.errors.RestrictViolation):
        async with promising.desk.work() as work:
            await work.run("UPDATE promise SET conversation_id = %(kept)s WHERE id = %(id)s", {"kept": kept, "id": rows[1].id})
    assert await promising.due(told) is None


async def test_taken_apart_again_each_conversation_has_its_own(promising: Promising) -> None:
    kept, told, merged = await told_and_merged(promising)
    await promising.feed.catch_up()
    async with promising.desk.work() as work:
        await unmerge(work, Author(), merged)
    assert outcomes(await promising.promises(kept)) == [(1, None)]
    (_, second) = await promising.promises(told)
    assert (second.number, second.outcome, await promising.due(told)) == (2, None, second.due_at)


async def test_steps_are_taken_where_a_told_promise_is_held_now(promising: Promising) -> None:
    await promising.edit(steps=(Step(id=new_id(), minutes=0, raise_priority=True, since=promising.desk.clock.now()),))
    kept, _, _ = await told_and_merged(promising)
    await promising.feed.catch_up()
    promising.desk.clock.advance(30 * MINUTE)
    clock = PromiseClock(promising.desk.database, promising.locks, Timetables())
    assert [await clock.turn(), await clock.turn()] == [2, 0]
    assert await promising.desk.value("SELECT priority FROM conversation WHERE id = %(id)s", id=kept) == 1


async def test_what_was_asked_and_answered_while_nobody_followed_is_in_the_history_once(promising: Promising) -> None:
    desk = promising.desk
    conversation = await desk.writes("Eins?")
    await promising.feed.catch_up()
    for question, waited in (("Zwei?", 5), ("Drei?", 30)):
        desk.clock.advance(2 * MINUTE)
        await promising.says(conversation)
        desk.clock.advance(MINUTE)
        await desk.writes(question)
        desk.clock.advance(waited * MINUTE)
    await promising.says(conversation)
    desk.clock.advance(MINUTE)
    await desk.writes("Vier?")
    found = sorted(await promising.promises(conversation), key=lambda one: one.since)
    assert [(one.kind, one.outcome) for one in found] == [("first", "kept"), ("next", "kept"), ("next", "broken"), ("next", None)]
    assert [one.made_at > one.settled_at for one in found[1:3]] == [True, True]  # written afterwards, and it says so
    async with desk.database.everywhere() as work:
        await work.run("UPDATE follower_position SET xid = 0, event_id = 0, at = %(at)s", {"at": desk.database.clock.now()})
    assert sorted(await promising.promises(conversation), key=lambda one: one.since) == found


async def test_what_was_closed_meanwhile_is_withdrawn_and_what_can_be_taken_back_is_not_over(promising: Promising) -> None:
    desk = promising.desk
    closed, pending = await desk.writes("Eins?", phone="491522881001"), await desk.writes("Zwei?", phone="491522881002")
    async with desk.work() as work:
        await set_state(work, Author(), closed, "solved")
    message = await promising.says(pending, undo=timedelta(seconds=20))
    assert [(one.outcome, one.why) for one in await promising.promises(closed)] == [("withdrawn", "closed")]
    assert [one.outcome for one in await promising.promises(pending)] == [None]
    async with desk.work() as work:
        await cancel(work, message)
    (stands,) = await promising.promises(pending)
    assert (stands.outcome, await promising.due(pending)) == (None, stands.due_at)


async def test_who_has_it_is_told_once_by_the_step_before_the_moment_or_by_the_usual_notice(promising: Promising) -> None:
    desk, now = promising.desk, promising.desk.clock.now()
    early, late = (Step(id=new_id(), minutes=minutes, notify_assignee=True, since=now) for minutes in (-10, -3))
    over = Step(id=new_id(), minutes=2, notify_assignee=True, since=now)
    await promising.edit(steps=(early, late, over))
    conversation = await desk.writes("Wo bleibt mein Rad?")
    await desk.gives(conversation, "Anna", by="Sophie")
    await promising.feed.catch_up()
    clock, told = PromiseClock(desk.database, promising.locks, Timetables()), []
    for minutes in (6, 6, 1, 5):  # the early step; the usual notice; the late step; it is over
        desk.clock.advance(minutes * MINUTE)
        await desk.timer.warn()
        await clock.turn()
        told.append((await desk.told("Anna")).count("due"))
    assert told == [1, 2, 2, 3]
