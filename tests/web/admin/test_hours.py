"""Calendars through their pages: what is typed becomes opening hours, what is wrong is said at its place."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from playwright.async_api import Browser, expect
from tests.web.admin.conftest import Company, screen

from oase.desk.hours import (
    Calendar,
    Closure,
    Day,
    StoredCalendar,
    Window,
    holidays_between,
    list_calendars,
    save_calendar,
    week_of,
)
from oase.staff import save_team

NEXT = date(2031, 5, 20)
SOON = datetime.now(UTC).date() + timedelta(days=30)
ICS = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{SOON:%Y%m%d}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def form(**changes: Any) -> list[tuple[str, str]]:
    """What a browser sends: an office from Monday to Friday with a lunch break."""
    week = [
        (f"week.{day}.{end}", value)
        for day in range(5)
        for end, value in (("start", "08:00"), ("end", "12:00"), ("start", "13:00"), ("end", "17:30"))
    ]
    given = {"name": "Kundendienst", "zone": "Europe/Berlin", "country": "DE", "region_of": "DE", "region": "BY", **changes}
    return [*week, *((name, value) for name, value in given.items() if value is not None)]


async def calendars(company: Company) -> list[StoredCalendar]:
    async with company.services.database.work(company.workspace_id) as work:
        return await list_calendars(work)


async def team(company: Company, name: str) -> UUID:
    async with company.services.database.work(company.workspace_id) as work:
        return await save_team(work, name=name, members=[], leads=[])


async def test_what_is_typed_becomes_a_calendar_and_is_shown_again(company: Company) -> None:
    own = await team(company, "Werkstatt")
    fields = form(**{
        "week.5.start": "22:00", "week.5.end": "06:00", "teams": str(own), "is_default": "yes",
        "closures.3.first": "2030-12-24", "closures.3.last": "2031-01-01", "closures.3.name": "Betriebsferien",
        "days.7.on": NEXT.isoformat(), "days.7.start": "10:00", "days.7.end": "00:00", "days.7.name": "Werkschau",
    })  # fmt: skip
    saved = await company.post("/admin/hours/new", fields)
    assert saved.status == 303
    one = (await calendars(company))[0]
    assert (one.is_default, list(one.team_ids), one.calendar.region) == (True, [own], "BY")
    assert one.calendar.week[0] == (Window(8 * 3600, 12 * 3600), Window(13 * 3600, 17 * 3600 + 1800))
    assert one.calendar.week[5] == (Window(22 * 3600, 6 * 3600),)
    assert one.calendar.closures == (Closure(first=date(2030, 12, 24), last=date(2031, 1, 1), name="Betriebsferien"),)
    assert [(day.on, day.windows) for day in one.calendar.days] == [(NEXT, (Window(10 * 3600, 0),))]
    page = await company.get(saved.to)
    for shown in ('value="22:00"', 'value="2030-12-24"', 'value="Werkschau"', 'value="BY" selected', 'value="00:00"'):
        assert shown in page.text
    assert await company.acts() == [*(await company.acts())[:-1], "calendar.created"]
    listed = (await company.get("/admin/hours")).words
    assert "Mon–Fri 8:00\xa0AM–12:00\xa0PM, 1:00\xa0PM–5:30\xa0PM · Sat 10:00\xa0PM–6:00\xa0AM".replace("\xa0", " ") in listed
    assert "Werkstatt" in listed


async def test_holidays_are_listed_and_single_ones_can_be_worked_every_year(company: Company) -> None:
    typed = [*form(), ("worked", "Allerheiligen"), ("worked", "Karneval")]
    saved = await company.post("/admin/hours/new", typed)
    one = (await calendars(company))[0]
    assert (one.calendar.worked, one.calendar.days) == (("Allerheiligen",), ())
    page = await company.get(saved.to)
    assert 'value="Allerheiligen" checked' in page.text
    assert 'value="Neujahr">' in page.text
    assert page.text.count('value="Neujahr"') == 1
    await company.post(saved.to, [*form(), ("worked", "Neujahr")])
    assert (await calendars(company))[0].calendar.worked == ("Neujahr",)
    place = await company.post("/admin/hours/place", {"country": "AT", "region_of": "DE", "region": "BY"}, script=True)
    assert "Wien" in place.text
    assert "selected" in place.text
    assert "National Day" in place.words
    assert "Bayern" not in place.text


async def test_a_holiday_that_is_worked_for_once_stays_so_until_its_tick_is_taken_away(company: Company) -> None:
    today = company.services.clock.now().date()
    listed = holidays_between("DE", "BY", today, today + timedelta(days=365))
    day, other = [day for day, name in listed.items() if list(listed.values()).count(name) == 1][:2]
    week = week_of({number: [("08:00", "17:00")] for number in range(7)})
    once = Calendar(zone="Europe/Berlin", week=week, days=(Day(on=day, usual=True),), country="DE", region="BY")
    async with company.services.database.work(company.workspace_id) as work:
        calendar_id = await save_calendar(work, name="Werkstatt", calendar=once)
    path = f"/admin/hours/{calendar_id}"
    assert f'value="{listed[day]}" checked' in (await company.get(path)).text
    await company.post(path, [*form(), ("worked", listed[day]), ("worked", listed[other])])
    saved = (await calendars(company))[0].calendar
    assert (saved.worked, [(one.on, one.usual) for one in saved.days]) == ((listed[other],), [(day, True)])
    await company.post(path, [*form(), ("worked", listed[other])])
    saved = (await calendars(company))[0].calendar
    assert (saved.worked, saved.days) == ((listed[other],), ())


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"name": "  "}, "name", "Please give a name."),
        ({"zone": "Europe/Atlantis"}, "zone", "not known"),
        ({"week.5.start": "09:00"}, "week.5", "both times"),
        ({"week.0.start": "11:00", "week.0.end": "14:00"}, "week.0", "overlap"),
        ({"region": "XX"}, "country", "DE-XX"),
        ({"closures.0.first": "2031-02-01", "closures.0.last": "2031-01-01"}, "closures.0", "before the first"),
        ({"closures.0.first": "0026-02-01"}, "closures.0", "not a date of this century"),
        ({"days.0.start": "09:00", "days.0.end": "10:00"}, "days.0", "give a date"),
        ({"days.0.on": "2031-01-02", "days.1.on": "2031-01-02"}, "days.1", "given twice"),
    ],
)
async def test_what_is_wrong_is_said_at_its_place_and_what_was_typed_stays(
    company: Company, changes: dict[str, str], field: str, why: str
) -> None:
    page = await company.post(
        "/admin/hours/new", form(**changes, **{"closures.9.name": "Umzug", "closures.9.first": "2030-01-01"})
    )
    assert page.status == 422
    assert why in page.words
    assert f'id="{field}-wrong"' in page.text or f'id="{field}.-wrong"' in page.text
    assert 'value="Umzug"' in page.text
    assert await calendars(company) == []


async def test_a_calendar_without_an_open_hour_is_refused_in_plain_words(company: Company) -> None:
    fields = [("name", "Nie"), ("zone", "Europe/Berlin")]
    page = await company.post("/admin/hours/new", fields)
    assert page.status == 422
    assert "no answer could ever be promised" in page.words
    assert "no answer could ever be promised" in (await company.post("/admin/hours/preview", fields, script=True)).words


async def test_the_preview_says_how_it_would_stand(company: Company) -> None:
    always = [(f"week.{day}.{end}", "00:00") for day in range(7) for end in ("start", "end")]
    preview = await company.post("/admin/hours/preview", [("zone", "Europe/Berlin"), *always], script=True)
    assert preview.words == "Always open."
    closed = [("zone", "UTC"), ("days.0.on", "2031-05-20"), ("days.0.start", "09:00"), ("days.0.end", "10:00")]
    preview = await company.post("/admin/hours/preview", closed, script=True)
    assert "Closed now. Opens Tuesday, May 20, 2031" in preview.words


async def test_a_file_closes_a_calendar_and_one_that_is_none_is_refused_at_its_field(company: Company) -> None:
    path = (await company.post("/admin/hours/new", form())).to.partition("?")[0]
    for content, status in ((b"BEGIN:VCALENDAR\r\n", 422), (ICS, 303)):
        data = aiohttp.FormData()
        data.add_field("file", content, filename="inventur.ics", content_type="text/calendar")
        cookies = {"cookie": f"oase={company.tokens['administrator']}", "accept": "text/html"}
        async with company.session.post(f"{path}/file", data=data, headers=cookies, allow_redirects=False) as answer:
            assert answer.status == status
            assert ('id="file-wrong"' in await answer.text()) is (status == 422)
    shown = await company.get(path)
    assert "inventur.ics" in shown.words
    assert "closes once in the next two years" in shown.words
    source = (await calendars(company))[0].sources[0]
    assert (await company.post(f"{path}/sources/{source.id}/delete")).status == 303
    assert "inventur.ics" not in (await company.get(path)).words


async def test_an_address_that_gives_no_calendar_is_refused_and_stays_typed(company: Company) -> None:
    path = (await company.post("/admin/hours/new", form())).to.partition("?")[0]
    page = await company.post(f"{path}/address", {"address": f"{company.url}/signin"})
    assert page.status == 422
    assert "This is not an iCalendar file." in page.words
    assert f'value="{company.url}/signin"' in page.text


async def test_hours_are_followed_at_an_address_until_it_ends(company: Company) -> None:
    path = (await company.post("/admin/hours/new", form())).to.partition("?")[0]
    await company.post(f"{path}/publish")
    shown = await company.get(path)
    address = str(re.search(r'value="([^"]*/hours/[^"]*[.]ics)"', shown.text)[1])  # type: ignore[index]
    async with company.session.get(address) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/calendar"
        assert "SUMMARY:Kundendienst: open" in await answer.text()
    assert (await company.get(address.removeprefix(company.url).replace(".ics", "x.ics"))).status == 404
    await company.post(f"{path}/withdraw")
    assert (await company.get(address.removeprefix(company.url))).status == 404
    assert [one for one in await company.acts() if one.startswith("calendar.")][1:] == [
        "calendar.published",
        "calendar.withdrawn",
    ]


async def test_a_calendar_goes_after_its_name_was_typed(company: Company) -> None:
    saved = await company.post("/admin/hours/new", form())
    assert (await company.post(f"{saved.to.partition('?')[0]}/delete", {"confirm": "nein"})).status == 422
    assert (await company.post(f"{saved.to.partition('?')[0]}/delete", {"confirm": "Kundendienst"})).status == 303
    assert "Without a calendar every hour counts" in (await company.get("/admin/hours")).words


async def test_leads_set_hours_and_agents_do_not(company: Company) -> None:
    assert (await company.get("/admin/hours", role="team_lead")).status == 200
    assert (await company.get("/admin/hours", role="agent")).status == 403


async def test_days_are_copied_and_the_sentence_follows(company: Company, browser: Browser) -> None:
    async with screen(browser, company) as page:
        await page.goto(f"{company.url}/admin/hours/new")
        await page.get_by_label("Name", exact=True).fill("Kundendienst")
        await page.get_by_role("button", name="Saturday: add hours").click()
        await page.get_by_label("Saturday, from").fill("22:00")
        await page.get_by_label("Saturday, until").fill("06:00")
        await expect(page.get_by_text("until the next day").locator("visible=true")).to_have_count(1)
        await page.get_by_label("Saturday, from").fill("00:00")
        await page.get_by_label("Saturday, until").fill("00:00")
        await page.get_by_role("button", name="Copy the hours of Saturday").click()
        await page.get_by_role("menuitem", name="To every day").click()
        await page.get_by_label("Public holidays of").select_option("")
        await expect(page.locator("#preview")).to_have_text("Always open.")
        await page.get_by_role("button", name="Add a closure").click()
        await page.get_by_label("First day").fill("2031-01-01")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").first).to_have_text("Created.")
    one = (await calendars(company))[0]
    assert one.calendar.week == ((Window(0, 0),),) * 7
    assert one.calendar.closures == (Closure(first=date(2031, 1, 1), last=date(2031, 1, 1)),)
