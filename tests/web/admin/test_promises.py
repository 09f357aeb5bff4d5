"""Promises through their pages: targets in sentences and in their order, steps, and what is said of a second promise."""

from datetime import timedelta
from uuid import UUID

from tests.web.admin.conftest import Company

from oase.desk.hours import Calendar, save_calendar, week_of
from oase.desk.promises import Policy, policy_of
from oase.staff import save_team


async def policy(company: Company) -> Policy:
    async with company.services.database.work(company.workspace_id) as work:
        return await policy_of(work)


async def team(company: Company, name: str) -> UUID:
    async with company.services.database.work(company.workspace_id) as work:
        made = await save_team(work, name=name, members=[], leads=[])
        week = week_of({day: [("08:00", "18:00")] for day in range(5)})
        await save_calendar(work, name=name, calendar=Calendar(zone="Europe/Berlin", week=week), team_ids=[made])
        return made


async def test_a_target_is_shown_as_a_sentence_with_its_hours(company: Company) -> None:
    desk = await team(company, "Kundendienst")
    fields = [
        ("name", "Chats"),
        ("paces", "live"),
        ("teams", str(desk)),
        ("first", "2"),
        ("first_unit", "minutes"),
        ("vip", "yes"),
    ]
    saved = await company.post("/admin/promises/targets/new", fields)
    assert saved.status == 303
    (one,) = (await policy(company)).targets
    assert (one.first, one.next, one.vip, one.teams) == (timedelta(minutes=2), None, True, (desk,))
    words = (await company.get("/admin/promises")).words
    assert "Chat, Kundendienst, very important customers: first answer within 2 minutes, in the hours of “Kundendienst”" in words
    assert 'value="2"' in (await company.get(f"/admin/promises/targets/{one.id}")).text
    assert "promises.target_saved" in await company.acts()


async def test_what_cannot_be_promised_is_said_at_its_field(company: Company) -> None:
    nothing = await company.post("/admin/promises/targets/new", {"name": "Leer"})
    assert nothing.status == 422 and "Please promise at least one of the three." in nothing.words
    words = await company.post("/admin/promises/targets/new", {"first": "bald"})
    assert words.status == 422 and 'id="first-wrong"' in words.text
    assert 'id="second.mail" name="second.mail" type="number" value="24"' in (await company.get("/admin/promises")).text
    far = await company.post("/admin/promises", {"second.mail": "9999", "second.mail_unit": "hours"})
    assert far.status == 422 and 'id="second.mail-wrong"' in far.text
    text = await company.post("/admin/promises", {"lines.de": "Bis bald!", "tell_second": "yes"})
    assert text.status == 422 and 'id="lines.de-wrong"' in text.text
    assert (await policy(company)).version == 0


async def test_targets_are_moved_and_taken_away_and_others_do_not_get_there(company: Company) -> None:
    for name in ("Eins", "Zwei"):
        await company.post("/admin/promises/targets/new", {"name": name, "first": "1", "first_unit": "hours"})
    first, second = (await policy(company)).targets
    await company.post(f"/admin/promises/targets/{second.id}/move", {"to": "up"})
    assert [one.name for one in (await policy(company)).targets] == ["Zwei", "Eins"]
    await company.post(f"/admin/promises/targets/{first.id}/delete")
    assert [one.name for one in (await policy(company)).targets] == ["Zwei"]
    assert (await company.get(f"/admin/promises/targets/{first.id}")).status == 404
    assert (await company.get("/admin/promises", role="agent")).status == 403


async def test_a_step_is_a_sentence_and_settings_are_kept(company: Company) -> None:
    fields = {"minutes": "30", "side": "before", "notify_assignee": "yes", "raise_priority": "yes"}
    assert (await company.post("/admin/promises/steps/new", fields)).status == 303
    page = await company.get("/admin/promises")
    assert "30 minutes before: tell whoever has it and raise the priority" in page.words
    (step,) = (await policy(company)).steps
    assert 'value="30"' in (await company.get(f"/admin/promises/steps/{step.id}")).text
    await company.post(f"/admin/promises/steps/{step.id}/delete")
    await company.post("/admin/promises", {"vip_tag": "Gold", "lines.en": "By {{time}}."})
    after = await policy(company)
    assert (after.steps, after.vip_tag, after.pause_waiting, after.tell_second, after.lines) == (
        (),
        "Gold",
        False,
        False,
        {"en": "By {{time}}."},
    )


async def test_the_automatic_reply_about_the_wait_is_off_until_it_is_wanted_and_says_how_long(company: Company) -> None:
    assert (await policy(company)).tell_wait is False
    for fields, wrong in (({"wait_minutes": "0"}, "wait_minutes-wrong"), ({"waits.de": "Bis bald!"}, "waits.de-wrong")):
        answer = await company.post("/admin/promises", {"tell_wait": "yes", **fields})
        assert answer.status == 422 and f'id="{wrong}"' in answer.text
    saved = await company.post("/admin/promises", {"tell_wait": "yes", "wait_minutes": "30", "waits.de": "{{wait}} {{company}}"})
    assert saved.status == 303
    after = await policy(company)
    assert (after.tell_wait, after.wait_minutes, after.waits) == (True, 30, {"de": "{{wait}} {{company}}"})
    assert 'value="30"' in (await company.get("/admin/promises")).text
