"""Steps before and at the breach: each once for a stretch of waiting, in working time, recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.desk.promises.conftest import BERLIN, Promising

from oase.conversations import Author, set_team
from oase.desk.hours import Calendar, Timetable, Timetables, week_of
from oase.desk.promises import PromiseClock, Step, Target, remove_step, save_step
from oase.desk.promises.escalation import ahead, back
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.ids import new_id
from oase.staff import save_team

MINUTE = timedelta(minutes=1)


def clock(promising: Promising) -> PromiseClock:
    return PromiseClock(promising.desk.database, promising.locks, Timetables())


def step(promising: Promising, minutes: int, **given: Any) -> Step:
    return Step(id=new_id(), minutes=minutes, since=promising.desk.clock.now(), **given)


async def facts(promising: Promising, conversation: Any) -> list[dict[str, Any]]:
    async with promising.desk.work() as work:
        rows = await work.tuples(
            "SELECT data FROM message WHERE conversation_id = %(id)s AND kind = 'escalated' ORDER BY at, id", {"id": conversation}
        )
    return [data for (data,) in rows]


async def test_before_the_breach_the_assignee_and_at_it_the_lead_are_told(promising: Promising) -> None:
    desk = promising.desk
    async with desk.work() as work:
        team = await save_team(
            work, name="Werkstatt", members=[desk.agents["Anna"], desk.agents["Ted"]], leads=[desk.agents["Ted"]]
        )
    steps = (step(promising, -5, notify_assignee=True), step(promising, 0, notify_leads=True, raise_priority=True))
    await promising.edit(steps=steps)
    conversation = await desk.writes("Wo bleibt mein Rad?")
    async with desk.work() as work:
        await set_team(work, Author(), conversation, team, team="Werkstatt")
    await desk.gives(conversation, "Anna", by="Sophie")
    await desk.reads("Anna", conversation)
    await promising.feed.catch_up()
    assert await clock(promising).turn() == 0
    desk.clock.advance(11 * MINUTE)
    assert [await clock(promising).turn(), await clock(promising).turn()] == [1, 0]
    assert (await desk.told("Anna", unseen=True), await desk.told("Ted")) == (["due"], [])
    desk.clock.advance(5 * MINUTE)
    assert [await clock(promising).turn(), await clock(promising).turn()] == [1, 0]
    assert await desk.told("Ted") == ["due"]
    assert [one["did"] for one in await facts(promising, conversation)] == [["notified"], ["priority", "notified"]]
    assert await desk.value("SELECT priority FROM conversation WHERE id = %(id)s", id=conversation) == 1


async def test_a_step_hands_over_to_a_team_and_takes_it_from_whoever_is_not_in_it(promising: Promising) -> None:
    desk = promising.desk
    async with desk.work() as work:
        team = await save_team(work, name="Notdienst", members=[desk.agents["Ted"]])
    await promising.edit(steps=(step(promising, -10, team_id=team),))
    conversation = await desk.writes("Wo bleibt mein Rad?")
    await desk.gives(conversation, "Anna")
    await promising.feed.catch_up()
    desk.clock.advance(6 * MINUTE)
    assert await clock(promising).turn() == 1
    row = await desk.value("SELECT array[team_id, assignee_id] FROM conversation WHERE id = %(id)s", id=conversation)
    assert row == [team, None]


async def test_a_promise_that_a_step_itself_brings_forward_takes_it_once(promising: Promising) -> None:
    desk = promising.desk
    urgent = Target(id=new_id(), priorities=(1, 2), first=14 * MINUTE)
    await promising.edit(targets=(urgent,), steps=(step(promising, -10, raise_priority=True),))
    conversation = await desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    desk.clock.advance(6 * MINUTE)
    assert await clock(promising).turn() == 1
    assert len(await promising.promises(conversation)) == 2
    assert await clock(promising).turn() == 0
    assert await desk.value("SELECT priority FROM conversation WHERE id = %(id)s", id=conversation) == 1


async def test_what_was_late_before_a_step_was_made_and_what_is_settled_or_paused_is_left_alone(promising: Promising) -> None:
    desk = promising.desk
    late = await desk.writes("Alt", phone="491522881001")
    await promising.feed.catch_up()
    desk.clock.advance(20 * MINUTE)
    answered = await desk.writes("Beantwortet", phone="491522881002")
    await promising.edit(steps=(step(promising, 0, raise_priority=True),))
    await promising.feed.catch_up()
    await promising.says(answered)
    await promising.feed.catch_up()
    desk.clock.advance(20 * MINUTE)
    assert await clock(promising).turn() == 0
    assert await facts(promising, late) == []


async def test_steps_are_checked_and_can_be_taken_away(promising: Promising) -> None:
    good = step(promising, -5, notify_assignee=True)
    async with promising.desk.work() as work:
        await save_step(work, good)
    async with promising.desk.work() as work:
        with pytest.raises(Invalid, match="what is to happen"):
            await save_step(work, step(promising, -5))
        with pytest.raises(Invalid, match="team"):
            await save_step(work, step(promising, -5, team_id=new_id()))
        await remove_step(work, good.id)
    async with promising.desk.work() as work:
        with pytest.raises(NotFound):
            await remove_step(work, good.id)


def test_minutes_count_while_somebody_works() -> None:
    friday, monday = (
        datetime(2026, 11, 27, 16, 50, tzinfo=UTC),
        datetime(2026, 11, 30, 7, 20, tzinfo=UTC),
    )  # 17:50 and 08:20 there
    table = Timetable(BERLIN)
    assert ahead(table, friday, 30) == monday
    assert abs(back(table, monday, 30) - friday) <= timedelta(seconds=1)
    never = Timetable(Calendar(zone="UTC", week=week_of({})))
    assert (ahead(never, friday, 30), back(never, friday, 30)) == (friday + 30 * MINUTE, friday - 30 * MINUTE)
