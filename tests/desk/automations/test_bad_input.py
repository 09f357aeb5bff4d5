"""What rules need goes, or they set each other off: each says so plainly, and none does something else instead."""

import pytest

from oase.conversations import Author, remove_tag, save_tag, set_state
from oase.conversations.conditions import Condition
from oase.conversations.queries import list_tags
from oase.desk.automations import Act, AutomationClock, When, find_rule, references, switch_rule
from oase.desk.automations.references import doubt
from oase.desk.hours import Calendar, remove_calendar, save_calendar, week_of
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import translator
from oase.kernel.secrets import Safe
from oase.kernel.webhooks import change_webhook, create_webhook
from oase.web.inbox.sentences import event_text

from .conftest import Ground

VIP = Condition(what="tag", values=("VIP",))


async def _tag(work: UnitOfWork, name: str) -> object:
    return next(one.id for one in await list_tags(work) if one.name == name)


@pytest.mark.parametrize("renamed", [True, False])
@pytest.mark.parametrize("asked", [True, False])
async def test_a_tag_that_went_switches_the_rule_off_and_is_not_made_again(
    ground: Ground, timer: AutomationClock, asked: bool, renamed: bool
) -> None:
    rule = await ground.rule("VIP", "opened", Act(do="tag", value="Neu" if asked else "VIP"), if_=(VIP,) if asked else ())
    async with ground.desk.work() as work:
        tag = await _tag(work, "VIP")
        await (save_tag(work, name="Gold", tag_id=tag) if renamed else remove_tag(work, tag))  # type: ignore[arg-type]
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    await timer.look()
    async with ground.desk.work() as work:
        found = await find_rule(work, rule.id)
        names = [one.name for one in await list_tags(work)]
    assert (found.state, found.why) == ("broken", "It names the tag “VIP”, which was renamed or deleted.")
    assert ("VIP" in names, "Neu" in (await ground.facts(hit))["tags"]) == (False, False)


async def test_without_a_calendar_no_rule_waits_for_opening_hours(ground: Ground, timer: AutomationClock) -> None:
    closed = Condition(what="hours", values=("closed",))
    with pytest.raises(Conflict, match="there is no calendar"):
        await ground.rule("Nachts", "opened", Act(do="tag", value="Nachts"), if_=(closed,))
    async with ground.desk.work() as work:
        week = week_of({day: [("08:00", "18:00")] for day in range(5)})
        calendar = await save_calendar(work, name="Büro", calendar=Calendar(zone="UTC", week=week))
    rule = await ground.rule("Morgens", "opened", Act(do="snooze_until_open"))
    async with ground.desk.work() as work:
        await remove_calendar(work, calendar)
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    await timer.look()
    async with ground.desk.work() as work:
        found = await find_rule(work, rule.id)
        with pytest.raises(Conflict):
            await switch_rule(work, ground.book, rule.id, on=True)
    assert (found.state, "no calendar" in found.why, (await ground.facts(hit))["state"]) == ("broken", True, "open")


async def test_a_webhook_that_answers_no_more_is_said_and_the_rest_is_done(ground: Ground) -> None:
    async with ground.desk.work() as work:
        safe = Safe(b"k" * 32)
        hook, _ = await create_webhook(work, safe, url="https://dead.example/hook", events=(), known=())
    tell = Act(do="webhook", value=str(hook.id))
    await ground.rule("Melden", "opened", tell, Act(do="tag", value="Gemeldet"))
    async with ground.desk.work() as work:
        await change_webhook(work, hook.id, {"enabled": False}, known=())
        why = doubt([tell], await references(work, ground.book))
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    assert "switched off" in str(why)
    assert ((await ground.facts(hit))["tags"], await ground.outcomes()) == (["Gemeldet"], [("Melden", "done", str(why))])


async def test_where_a_circle_was_cut_stands_in_the_timeline(ground: Ground) -> None:
    await ground.rule("Zu", When(what="state", to=("open",)), Act(do="state", value="solved"))
    await ground.rule("Auf", When(what="state", to=("solved",)), Act(do="state", value="open"))
    hit = await ground.desk.writes("Hallo?")
    async with ground.desk.work() as work:
        await set_state(work, Author(name="Anna"), hit, "solved")
    for _ in range(4):
        await ground.desk.visible()
        await ground.feed.catch_up()
    data = await ground.desk.value(
        "SELECT data FROM message WHERE conversation_id = %(id)s AND kind = 'automation' ORDER BY at DESC, id DESC LIMIT 1",
        id=hit,
    )
    assert data["stopped"] == ["Auf", "Zu", "Auf"]
    line = event_text("automation", "", data, ground.desk.clock.now(), translator("en", "UTC"))
    assert line == "The rule “Auf” was stopped here, since it would have set itself off again: Auf → Zu → Auf"
