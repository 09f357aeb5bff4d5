"""What happens in conversations becomes promises: each once, settled by what we did, never lost and never rewritten."""

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from tests.conversations.conftest import delivery, text
from tests.desk.promises.conftest import BERLIN, Promising
from tests.statements import statements

from oase.conversations import Author, cancel, drop, set_priority, set_state, set_team, snooze
from oase.conversations.actions.deliveries import look_again
from oase.desk import notification_of
from oase.desk.hours import Timetable, Timetables
from oase.desk.promises import PromiseFeed, Target
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.main.keeping import PARTS
from oase.people import erase_person
from oase.staff import save_team

MINUTE = timedelta(minutes=1)
SYSTEM = Author()


def target(name: str = "", **given: object) -> Target:
    return Target(id=new_id(), name=name, **given)  # type: ignore[arg-type]


async def test_a_message_is_promised_an_answer_by_nature_of_its_channel(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (first,) = await promising.promises(conversation)
    assert (first.kind, first.number, first.due_at - first.since, first.outcome) == ("first", 1, 15 * MINUTE, None)
    assert await promising.due(conversation) == first.due_at


async def test_an_answer_in_time_keeps_the_promise_and_the_next_question_is_promised_anew(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.promises(conversation)
    promising.desk.clock.advance(3 * MINUTE)
    await promising.says(conversation)
    (first,) = await promising.promises(conversation)
    assert (first.outcome, first.why) == ("kept", "answered")
    assert await promising.due(conversation) is None
    promising.desk.clock.advance(MINUTE)
    await promising.desk.writes("Und wann genau?")
    first, second = await promising.promises(conversation)
    assert (second.kind, second.outcome, first.outcome) == ("next", None, "kept")


async def test_a_late_answer_breaks_it_and_closing_without_one_withdraws_it(promising: Promising) -> None:
    late, closed = (
        await promising.desk.writes("Eins", phone="491522881001"),
        await promising.desk.writes("Zwei", phone="491522881002"),
    )
    await promising.feed.catch_up()
    async with promising.desk.work() as work:
        await set_state(work, SYSTEM, closed, "solved")
    promising.desk.clock.advance(16 * MINUTE)
    await promising.says(late)
    assert [(one.outcome, one.why) for one in await promising.promises(late)] == [("broken", "answered")]
    assert [(one.outcome, one.why) for one in await promising.promises(closed)] == [("withdrawn", "closed")]


async def test_an_answer_that_is_taken_back_settles_nothing(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (before,) = await promising.promises(conversation)
    message = await promising.says(conversation, undo=timedelta(seconds=5))
    (meanwhile,) = await promising.promises(conversation)
    async with promising.desk.work() as work:
        await cancel(work, message)
    (after,) = await promising.promises(conversation)
    assert (meanwhile, after) == (before, before)
    assert await promising.due(conversation) == before.due_at


async def test_further_words_of_who_waits_already_change_nothing(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (before,) = await promising.promises(conversation)
    promising.desk.clock.advance(5 * MINUTE)
    await promising.desk.writes("Hallo?")
    assert await promising.promises(conversation) == [before]
    assert await promising.due(conversation) == before.due_at


async def test_messages_that_arrive_together_are_promised_an_answer_from_the_first(promising: Promising) -> None:
    desk, first = promising.desk, promising.desk.clock.now() - 3 * MINUTE
    for number, at in enumerate((first + 2 * MINUTE, first), start=50):
        message = {**text(number, f"Frage {number}"), "timestamp": str(int(at.timestamp()))}
        await desk.journal.accept(desk.workspace_id, desk.account_id, "whatsapp", delivery(message))
    while await desk.intake.take_batch(desk.workspace_id, desk.account_id):
        continue
    conversation = await desk.value("SELECT conversation_id FROM message WHERE text = 'Frage 50'")
    (made,) = await promising.promises(conversation)
    assert made.since == first.replace(microsecond=0)


async def test_events_that_come_again_and_two_feeds_at_once_promise_once(promising: Promising) -> None:
    database = promising.desk.database
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    other_locks = Locks(database.dsn)
    other = PromiseFeed(database, LiveHub(database), other_locks, Timetables())  # its lock was lost with the network
    await asyncio.gather(promising.feed.catch_up(), other.catch_up(), promising.feed.begin(), other.begin())
    async with database.everywhere() as work:
        await work.run("UPDATE follower_position SET xid = 0, event_id = 0, at = %(at)s", {"at": database.clock.now()})
    assert len(await promising.promises(conversation)) == 1
    await promising.says(conversation)
    await asyncio.gather(promising.feed.catch_up(), other.catch_up())
    assert [one.outcome for one in await promising.promises(conversation)] == ["kept"]
    await other_locks.close()


async def test_a_higher_priority_is_promised_sooner_and_what_is_over_counts_from_now(promising: Promising) -> None:
    await promising.edit(targets=(target("Dringend", priorities=(2,), first=5 * MINUTE),))
    conversation = await promising.desk.writes("Die Bremse ist gebrochen!")
    (first,) = await promising.promises(conversation)
    promising.desk.clock.advance(8 * MINUTE)
    async with promising.desk.work() as work:
        await set_priority(work, SYSTEM, conversation, 2)
    old, new = await promising.promises(conversation)
    assert (old.outcome, old.why, old.due_at) == ("withdrawn", "revised", first.due_at)
    assert (new.rule, new.due_at) == ("Dringend", promising.desk.clock.now() + 5 * MINUTE)
    assert await promising.due(conversation) == new.due_at


async def test_edited_targets_bring_forward_what_can_be_kept_and_nothing_else(promising: Promising) -> None:
    fresh = await promising.desk.writes("Eins", phone="491522881001")
    (before,) = await promising.promises(fresh)
    await promising.edit(targets=(target(first=60 * MINUTE),))
    assert await promising.promises(fresh) == [before]  # later: what was promised stands
    promising.desk.clock.advance(10 * MINUTE)
    await promising.edit(targets=(target(first=5 * MINUTE),))
    assert await promising.promises(fresh) == [before]  # would be broken by the edit
    await promising.edit(targets=(target(first=12 * MINUTE),))
    _, after = await promising.promises(fresh)
    assert after.due_at == before.since + 12 * MINUTE
    await promising.edit()
    assert await promising.due(fresh) == after.due_at


async def test_who_waits_for_the_customer_has_a_pause_and_the_rest_of_the_time_afterwards(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (first,) = await promising.promises(conversation)
    promising.desk.clock.advance(5 * MINUTE)
    async with promising.desk.work() as work:
        await set_state(work, SYSTEM, conversation, "waiting")
    left = first.due_at - promising.desk.clock.now()
    (paused,) = await promising.promises(conversation)
    assert (await promising.due(conversation), paused.left_time) == (None, left)
    promising.desk.clock.advance(timedelta(days=3))
    async with promising.desk.work() as work:
        await set_state(work, SYSTEM, conversation, "open")
    (resumed,) = await promising.promises(conversation)
    assert (resumed.id, resumed.paused_at, resumed.due_at) == (first.id, None, promising.desk.clock.now() + left)
    assert await promising.due(conversation) == resumed.due_at


async def test_sleep_pauses_only_where_the_workspace_says_so(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (first,) = await promising.promises(conversation)
    async with promising.desk.work() as work:
        await snooze(work, SYSTEM, conversation, promising.desk.clock.now() + timedelta(days=1))
    assert await promising.due(conversation) == first.due_at
    await promising.edit(pause_snoozed=True)
    assert await promising.due(conversation) is None
    await promising.edit()
    assert await promising.due(conversation) is not None


async def test_a_solution_is_promised_where_a_target_says_so_and_kept_by_solving(promising: Promising) -> None:
    await promising.edit(targets=(target("Reklamation", solution=timedelta(hours=8)),))
    conversation = await promising.desk.writes("Der Rahmen ist gerissen.")
    await promising.feed.catch_up()
    await promising.says(conversation)
    promising.desk.clock.advance(timedelta(days=2))
    answer, solution = sorted(await promising.promises(conversation), key=lambda one: one.kind)
    assert (answer.outcome, solution.kind, solution.paused_at is not None) == ("kept", "solution", True)
    async with promising.desk.work() as work:
        await set_state(work, SYSTEM, conversation, "solved")
    *_, solution = sorted(await promising.promises(conversation), key=lambda one: one.kind)
    assert (solution.outcome, solution.why) == ("kept", "solved")


async def test_what_was_settled_never_changes_and_goes_with_its_conversation_only(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (standing,) = await promising.promises(conversation)
    for change in ("due_at = due_at + interval '1 hour'", "target = '0'", "since = since - interval '1 hour'"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="does not change"):
            await _run(promising, f"UPDATE promise SET {change} WHERE id = %(id)s", standing.id)
    await promising.says(conversation)
    await promising.feed.catch_up()
    for change in ("outcome = 'broken'", "told_at = now()", "why = ''"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="settled promise"):
            await _run(promising, f"UPDATE promise SET {change} WHERE id = %(id)s", standing.id)
    with pytest.raises(psycopg.errors.RestrictViolation, match="with its conversation"):
        await _run(promising, "DELETE FROM promise WHERE id = %(id)s", standing.id)
    async with promising.desk.work() as work:
        person: UUID = await work.value("SELECT person_id FROM conversation WHERE id = %(id)s", {"id": conversation})
        await erase_person(work, PARTS, person)
    assert await promising.promises(conversation) == []


async def _run(promising: Promising, statement: str, promise_id: UUID) -> None:
    async with promising.desk.work() as work:
        await work.run(statement, {"id": promise_id})


async def test_a_batch_costs_the_same_number_of_statements_however_much_waits(
    promising: Promising, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cost(customers: int) -> int:
        for one in range(customers):
            await promising.desk.writes(f"Frage {customers} {one}", phone=f"49152288{customers:02}{one:03}")
        with statements(monkeypatch) as counted:
            await promising.feed.catch_up()
        return len(counted)

    few = await cost(2)
    assert await cost(12) == few


async def test_a_team_with_other_hours_is_promised_by_them(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    async with promising.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=[])
    await promising.opens(BERLIN, default=True)
    await promising.opens(BERLIN, team)
    async with promising.desk.work() as work:
        await set_team(work, SYSTEM, conversation, team, team="Werkstatt")
    *_, last = await promising.promises(conversation)
    assert last.due_at == Timetable(BERLIN).add_working_time(last.since, 15 * MINUTE)


async def test_five_thousand_that_wait_are_promised_anew_in_a_few_statements_a_page(
    promising: Promising, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    async with promising.desk.work() as work:
        await work.run(
            "INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, state, due_at,"
            " waiting_since, last_at, token, created_at) SELECT workspace_id, gen_random_uuid(), 100000 + n, person_id, identity_id,"
            " account_id, channel, state, due_at, waiting_since, last_at, 'many' || n, created_at FROM conversation,"
            " generate_series(1, 4999) AS n WHERE id = %(id)s",
            {"id": conversation},
        )
    await promising.feed.begin()
    with statements(monkeypatch) as counted:
        await promising.edit(targets=(target(first=5 * MINUTE),))
        await promising.feed.catch_up()
    assert len(counted) < 500
    rows = await promising.desk.value(
        "SELECT array[count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome = 'withdrawn')] FROM promise"
    )
    assert rows == [5_000, 5_000]
    assert await promising.desk.value("SELECT count(DISTINCT due_at - waiting_since) FROM conversation") == 1


async def test_an_answer_that_did_not_arrive_leaves_what_was_kept_and_is_owed_by_a_promise_again(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (before,) = await promising.promises(conversation)
    promising.desk.clock.advance(3 * MINUTE)
    message = await promising.says(conversation)
    (kept,) = await promising.promises(conversation)
    async with promising.desk.work() as work:
        await work.run("UPDATE delivery SET state = 'failed' WHERE message_id = %(id)s", {"id": message})
        await look_again(work, message)
    first, again = await promising.promises(conversation)
    assert (first, first.outcome) == (kept, "kept")
    assert (again.outcome, again.due_at) == (None, before.due_at)
    assert await promising.due(conversation) == before.due_at
    assert await promising.desk.told("Anna") == ["unsent"]
    assert await promising.desk.told("Sophie") == []
    async with promising.desk.work() as work:
        notification_id = await work.value("SELECT id FROM notification WHERE kind = 'unsent'")
        said = await notification_of(work, promising.desk.agents["Anna"], notification_id)
    assert said.title == "Eine Antwort ist nicht angekommen"


async def test_an_answer_of_which_nobody_can_tell_is_owed_once_somebody_knows_that_it_did_not_arrive(
    promising: Promising,
) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    (before,) = await promising.promises(conversation)
    promising.desk.clock.advance(3 * MINUTE)
    message = await promising.says(conversation)
    async with promising.desk.work() as work:
        await work.run("UPDATE delivery SET state = 'unknown' WHERE message_id = %(id)s", {"id": message})
        await look_again(work, message)
    assert [one.outcome for one in await promising.promises(conversation)] == ["kept"]
    assert await promising.desk.told("Anna") == ["unsent"]
    async with promising.desk.work() as work:
        notification_id = await work.value("SELECT id FROM notification WHERE kind = 'unsent'")
        said = await notification_of(work, promising.desk.agents["Anna"], notification_id)
        await drop(work, message)
    assert said.title == "Wir wissen nicht, ob eine Antwort angekommen ist"
    _, again = await promising.promises(conversation)
    assert (again.outcome, again.due_at) == (None, before.due_at)
