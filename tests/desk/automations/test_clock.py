"""What rules do because time passes: each moment once, from when they were switched on, and mails about those that broke."""

from datetime import timedelta

from oase.conversations import Answer, Author, say
from oase.desk.automations import Act, AutomationClock, When, find_rule
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import delete_team, list_roles, save_team, set_roles

from .conftest import Ground


async def test_who_waits_for_the_customer_for_three_days_is_solved_once(ground: Ground, timer: AutomationClock) -> None:
    old = await ground.desk.writes("Alt", phone="4915228817001")
    hit = await ground.desk.writes("Neu", phone="4915228817002")
    async with ground.desk.work() as work:
        await say(work, ground.book, Author(name="Anna"), old, Answer(client_key=new_id(), text="Gern!"))
    ground.desk.clock.advance(timedelta(days=4))
    await ground.rule(
        "Zu", When(what="waited", minutes=3 * 24 * 60), Act(do="state", value="solved"), Act(do="note", value="Still.")
    )
    async with ground.desk.work() as work:
        await work.run("UPDATE conversation SET last_in_at = %(now)s WHERE id = %(id)s", {"id": hit, "now": work.clock.now()})
        await say(work, ground.book, Author(name="Anna"), hit, Answer(client_key=new_id(), text="Gern!"))
    for days in (2, 1, 1, 1):
        await timer.ask()
        ground.desk.clock.advance(timedelta(days=days, minutes=1))
    await timer.ask()
    states = [(await ground.facts(one))["state"] for one in (old, hit)]
    assert (states, await ground.said(hit, "note")) == (["waiting", "solved"], ["Still."])


async def test_before_an_answer_is_due_it_is_raised_and_after_it_given_away(ground: Ground, timer: AutomationClock) -> None:
    hit = await ground.desk.writes("Hallo?")
    await ground.rule("Bald", When(what="due_soon", minutes=5), Act(do="priority", value="1"))
    await ground.rule("Vorbei", When(what="overdue"), Act(do="assign", value=str(ground.desk.agents["Ted"])))
    seen = []
    for minutes in (0, 11, 5):
        ground.desk.clock.advance(timedelta(minutes=minutes))
        await timer.ask()
        now = await ground.facts(hit)
        seen.append((now["priority"], now["assignee_id"]))
    assert seen == [(0, None), (1, None), (1, ground.desk.agents["Ted"])]


async def test_administrators_get_one_mail_about_a_rule_that_broke(ground: Ground, timer: AutomationClock) -> None:
    async with ground.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=())
        lead = next(one for one in await list_roles(work) if one.key == "team_lead")
        await set_roles(work, ground.desk.agents["Ted"], [lead.id], held=frozenset(Permission))
    rule = await ground.rule("Reparatur", "opened", Act(do="team", value=str(team)))
    async with ground.desk.work() as work:
        await delete_team(work, team)
    letters = [*await timer.look(), *await timer.look()]
    async with ground.desk.work() as work:
        found = await find_rule(work, rule.id)
    assert (found.state, [(one.to, "Reparatur: It names a team that was deleted." in one.text) for one in letters]) == (
        "broken", [("ted@lindgruen.example", True)],
    )  # fmt: skip
