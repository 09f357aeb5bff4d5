"""iCalendar files of others: what closes, how often, and what is not one; and our own, which a reader of such files understands."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from oase.desk.hours import Calendar, Closure, Day, InvalidCalendar, Pause, Timetable, Window, week_of, write_calendar
from oase.desk.hours.ical import Events, read_events
from oase.kernel.ids import new_id

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 29)
MOVING = "Umzug; alles, auch das Lager in der Äußeren Brücker Straße"
DAILY = b"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:%d\r\nEND:VEVENT\r\n"


def event(*lines: str, uid: str = "1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""])


def read(*events: str) -> Events:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lindgruen//EN", *events, "END:VCALENDAR", ""])
    return read_events(text.encode(), BERLIN, TODAY)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[arg-type, misc]


def test_whole_days_are_closures_whatever_they_say_of_free_and_busy() -> None:
    found = read(
        event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20270102", "SUMMARY:Betriebsferien\\, alle", "TRANSP:TRANSPARENT"),
        event("DTSTART;VALUE=DATE:20270301", "SUMMARY:Inventur", uid="2"),
        event("DTSTART;VALUE=DATE:20270302", "STATUS:CANCELLED", uid="3"),
    )
    assert found.closures == (
        Closure(first=date(2026, 12, 24), last=date(2027, 1, 1), name="Betriebsferien, alle"),
        Closure(first=date(2027, 3, 1), last=date(2027, 3, 1), name="Inventur"),
    )


def test_appointments_pause_for_as_long_as_they_last_in_whatever_zone_they_are_meant() -> None:
    found = read(
        event("DTSTART;TZID=Europe/Berlin:20261207T140000", "DTEND;TZID=Europe/Berlin:20261207T153000", "SUMMARY:Versammlung"),
        event("DTSTART:20261208T130000Z", "DURATION:PT45M", uid="2"),
        event("DTSTART:20261209T090000", "DTEND:20261209T100000", uid="3"),  # without a zone: ours
        event(
            "DTSTART;TZID=W. Europe Standard Time:20261210T090000", "DTEND;TZID=W. Europe Standard Time:20261210T100000", uid="4"
        ),
        event("DTSTART:20261211T130000Z", "DTEND:20261211T140000Z", "TRANSP:TRANSPARENT", uid="5"),
        event("DTSTART:20261211T130000Z", uid="6"),  # lasts for nothing
    )
    assert [(one.start, one.end) for one in found.pauses] == [
        (at(2026, 12, 7, 14), at(2026, 12, 7, 15, 30)),
        (at(2026, 12, 8, 14), at(2026, 12, 8, 14, 45)),
        (at(2026, 12, 9, 9), at(2026, 12, 9, 10)),
        (at(2026, 12, 10, 9), at(2026, 12, 10, 10)),
    ]
    assert found.pauses[0].name == "Versammlung"


def test_what_repeats_follows_the_clock_on_the_wall_with_its_exceptions_and_moves() -> None:
    found = read(
        event(
            "DTSTART;TZID=Europe/Berlin:20200106T140000", "DTEND;TZID=Europe/Berlin:20200106T150000",
            "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405T120000Z", "EXDATE;TZID=Europe/Berlin:20261221T140000,20261228T140000",
            "RDATE;TZID=Europe/Berlin:20261223T140000",
        ),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261207T140000", "DTSTART;TZID=Europe/Berlin:20261208T080000",
            "DTEND;TZID=Europe/Berlin:20261208T090000",
        ),
    )  # fmt: skip
    starts = [one.start for one in found.pauses if one.start > at(2026, 12, 1)]
    assert starts[:5] == [
        at(2026, 12, 14, 14),
        at(2026, 12, 23, 14),
        at(2027, 1, 4, 14),
        at(2027, 1, 11, 14),
        at(2027, 1, 18, 14),
    ]
    assert at(2026, 12, 8, 8) in starts
    assert at(2026, 12, 7, 14) not in starts
    assert at(2027, 4, 5, 14) in starts  # in summer time, the last one: 12:00 in UTC
    assert max(starts) == at(2027, 4, 5, 14)


def test_a_yearly_day_closes_in_each_of_the_next_two_years() -> None:
    rule = "RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=12;BYMONTHDAY=24"
    found = read(event("DTSTART;VALUE=DATE:20011224", "DTEND;VALUE=DATE:20011227", rule, "SUMMARY:Weihnachten"))
    assert [(one.first, one.last) for one in found.closures] == [
        (date(2026, 12, 24), date(2026, 12, 26)),
        (date(2027, 12, 24), date(2027, 12, 26)),
    ]


def test_one_broken_entry_does_not_cost_the_others() -> None:
    found = read(
        event("DTSTART:kaputt"),
        event("SUMMARY:Ohne Anfang", uid="2"),
        event("DTSTART:20261207T140000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY", uid="3"),
        event("DTSTART;VALUE=DATE:20270301", "RRULE:FREQ=NONSENSE", uid="4"),
        event("DTSTART;VALUE=DATE:20270301", uid="5"),
    )
    assert (len(found.closures), len(found.pauses), found.unreadable) == (1, 0, 4)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an iCalendar file"),
        (b"<!doctype html><title>Sign in</title>", "not an iCalendar file"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VEVENT\r\n", "damaged"),
        (b"BEGIN:VCALENDAR\r\n\xff\xfe\r\nEND:VCALENDAR", "damaged"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * 5_000_000, "larger than 5 MB"),
        (
            b"BEGIN:VCALENDAR\r\n" + b"".join(DAILY % number for number in range(9)) + b"END:VCALENDAR\r\n",
            "more than 5,000 times",
        ),
    ],
)
def test_what_is_no_calendar_is_refused_in_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(InvalidCalendar, match=why):
        read_events(content, BERLIN, TODAY)


def test_pauses_close_and_days_with_own_hours_are_stronger() -> None:
    monday, tuesday = date(2026, 12, 7), date(2026, 12, 8)
    table = Timetable(
        Calendar(
            zone="Europe/Berlin",
            week=week_of({day: [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)}),
            days=(Day(on=tuesday, windows=(Window(8 * 3600, 17 * 3600),)),),
            pauses=tuple(
                Pause(start=at(2026, 12, day, hour), end=at(2026, 12, day, hour + 2)) for day in (7, 8) for hour in (11, 15)
            ),
        )
    )
    assert table.windows_on(monday) == (Window(8 * 3600, 12 * 3600), Window(13 * 3600, 17 * 3600))
    assert table.working_time_between(at(2026, 12, 7, 0), at(2026, 12, 8, 0)) == timedelta(hours=5)  # 8-11, 13-15
    assert table.working_time_between(at(2026, 12, 8, 0), at(2026, 12, 9, 0)) == timedelta(hours=9)
    assert table.add_working_time(at(2026, 12, 7, 10, 30), timedelta(hours=1)) == at(2026, 12, 7, 13, 30)


def test_ours_is_read_back_as_what_it_says() -> None:
    calendar = Calendar(
        zone="Europe/Berlin",
        week=week_of({4: [("08:00", "12:00"), ("22:00", "06:00")]}),
        closures=(Closure(first=date(2027, 2, 1), last=date(2027, 2, 7), name=MOVING),),
        country="DE",
        worked=("Neujahr",),
    )
    table = Timetable(calendar)
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    content = write_calendar(table, new_id(), "Büro", now, opened="Büro: geöffnet", closed="Büro: geschlossen")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"BEGIN:VEVENT") == len({line for line in content.split(b"\r\n") if line.startswith(b"UID:")})
    found = read_events(content.replace(b"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE"), BERLIN, TODAY)
    year = at(2026, 11, 22), at(2027, 11, 29)
    assert sum((one.end - one.start for one in found.pauses), timedelta(0)) == table.working_time_between(*year)
    assert all(table.is_open(one.start) and not table.is_open(one.end) for one in found.pauses)
    names = {one.first: one.name for one in found.closures}
    assert names[date(2027, 2, 1)] == f"Büro: geschlossen: {MOVING}"
    assert names[date(2026, 12, 25)] == "Büro: geschlossen: Erster Weihnachtstag"
    assert date(2027, 1, 1) not in names
    assert read_events(content, BERLIN, TODAY).pauses == ()  # whoever follows it is not busy


@pytest.mark.parametrize("rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO"])
def test_a_rule_that_never_comes_true_is_given_up_and_costs_the_others_nothing(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oase.desk.hours.ical._RULE_SECONDS", 0.05)
    began = perf_counter()
    found = read(
        event("DTSTART;VALUE=DATE:20260101", f"RRULE:{rule}"), event("DTSTART;VALUE=DATE:20270301", "SUMMARY:Inventur", uid="2")
    )
    assert ([one.name for one in found.closures], found.unreadable) == (["Inventur"], 1)
    assert perf_counter() - began < 2


def test_this_and_all_that_follow_are_moved_until_they_are_moved_again_or_end() -> None:
    weekly = ("DTSTART;TZID=Europe/Berlin:20261207T090000", "DTEND;TZID=Europe/Berlin:20261207T100000", "RRULE:FREQ=WEEKLY")
    later = ("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261221T090000", "DTSTART;TZID=Europe/Berlin:20261222T140000")
    ends = ("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20270111T090000", "DTSTART;TZID=Europe/Berlin:20270111T090000")
    found = read(event(*weekly), event(*later, "DURATION:PT30M"), event(*ends, "STATUS:CANCELLED"))
    assert found.unreadable == 0
    assert [(one.start, one.end - one.start) for one in found.pauses] == [
        (at(2026, 12, 7, 9), timedelta(hours=1)), (at(2026, 12, 14, 9), timedelta(hours=1)),
        (at(2026, 12, 22, 14), timedelta(minutes=30)), (at(2026, 12, 29, 14), timedelta(minutes=30)),
        (at(2027, 1, 5, 14), timedelta(minutes=30)),
    ]  # fmt: skip
