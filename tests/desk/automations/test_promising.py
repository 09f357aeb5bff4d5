"""Rules and macros promise, and put to sleep until somebody is there again."""

from datetime import UTC, datetime, timedelta

import pytest

from oase.conversations import Author
from oase.desk.automations import Act, find_rule, run_macro, save_macro
from oase.desk.automations.rules import after
from oase.desk.hours import Calendar, Timetable, save_calendar, week_of
from oase.desk.promises import PromiseFeed, Target, history, save_target
from oase.desk.promises.editing import remove_target
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

from .conftest import Ground
from .test_conditions import facts

HOUR = timedelta(hours=1)
SLEEP = Act(do="snooze_until_open")


async def promises(ground: Ground, conversation: object) -> list[tuple[timedelta, str, str | None]]:
    """(how soon, by what, what became of it) of each promise, the oldest first, after all that happened was seen."""
    locks = Locks(ground.desk.database.dsn)
    await PromiseFeed(ground.desk.database, LiveHub(ground.desk.database), locks, ground.means.timetables).begin()
    await locks.close()
    async with ground.desk.work() as work:
        found = await history(work, conversation)  # type: ignore[arg-type]
    return [(one.due_at - one.since, one.rule, one.outcome) for one in reversed(found)]


async def test_a_rule_promises_sooner_and_a_macro_gives_it_back_to_the_targets(ground: Ground) -> None:
    async with ground.desk.work() as work:
        await save_target(work, Target(id=new_id(), name="Alle", first=8 * HOUR))
    hit = await ground.desk.writes("Der Rahmen ist gebrochen!")
    assert await promises(ground, hit) == [(8 * HOUR, "Alle", None)]
    await ground.rule("Eilig", "opened", Act(do="promise", value="60"))
    await ground.feed.catch_up()
    assert await promises(ground, hit) == [(8 * HOUR, "Alle", "withdrawn"), (HOUR, "Eilig", None)]
    back = Act(do="target", value="")
    async with ground.desk.work() as work:
        macro = await save_macro(work, ground.means, name="Doch nicht", acts=[back])
    for _ in range(2):
        async with ground.desk.work() as work:
            await run_macro(work, ground.means, macro, hit, Author(name="Anna"), client_key=new_id())
    assert (await promises(ground, hit))[-2:] == [(HOUR, "Eilig", "withdrawn"), (8 * HOUR, "Alle", None)]


async def test_a_target_that_is_gone_switches_the_rule_off_and_promises_nothing_of_its_own(ground: Ground) -> None:
    chosen, others = Target(id=new_id(), name="VIP", vip=True, first=HOUR), Target(id=new_id(), name="Alle", first=8 * HOUR)
    async with ground.desk.work() as work:
        await save_target(work, chosen)
        await save_target(work, others)
    rule = await ground.rule("Wichtig", "opened", Act(do="target", value=str(chosen.id)))
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    assert (await promises(ground, hit))[-1] == (HOUR, "VIP", None)
    async with ground.desk.work() as work:
        await remove_target(work, chosen.id)
    await ground.desk.writes("Noch jemand da?", phone="4915228817003")
    await ground.feed.catch_up()
    async with ground.desk.work() as work:
        found = await find_rule(work, rule.id)
    assert (found.state, found.why) == ("broken", "It promises by a target that was deleted.")


async def test_what_comes_while_we_are_closed_sleeps_until_we_open(ground: Ground) -> None:
    opens = (ground.desk.clock.now() + 3 * HOUR).replace(second=0, microsecond=0)
    window = (f"{opens:%H:%M}", f"{opens + HOUR:%H:%M}")
    async with ground.desk.work() as work:
        calendar = Calendar(zone="UTC", week=week_of({day: [window] for day in range(7)}))
        await save_calendar(work, name="Spät", calendar=calendar, team_ids=(), is_default=True)
    await ground.rule("Morgen", "opened", SLEEP)
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    row = await ground.desk.value("SELECT snoozed_until FROM conversation WHERE id = %(id)s", id=hit)
    assert ((await ground.facts(hit))["state"], row) == ("snoozed", opens)


@pytest.mark.parametrize("windows", [[("08:00", "18:00")], []])
def test_while_it_is_open_nothing_sleeps_and_nothing_for_ever(windows: list[tuple[str, str]]) -> None:
    table = Timetable(Calendar(zone="UTC", week=week_of(dict.fromkeys(range(7), windows))))
    now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert after([SLEEP], facts(), now, {None: table}) == facts()
