"""What is said of a wait is true by the clock on the wall, never too early, and no surer than it is known."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oase.desk.hours import Calendar, Timetable, always_open, week_of
from oase.desk.routing import Expected
from oase.desk.waits import Wait, foretold, head_line, outlook, sentence
from oase.desk.waits.rules import is_worth_saying
from oase.desk.waits.wording import reply
from oase.kernel.i18n import translator

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Timetable(
    Calendar(zone="Europe/Berlin", week=week_of({day: [("08:00", "12:00"), ("13:00", "18:00")] for day in range(5)}))
)
MORNING = datetime(2026, 11, 24, 10, 0, 20, tzinfo=BERLIN)  # a Tuesday
EVENING = datetime(2026, 11, 24, 17, 55, tzinfo=BERLIN)
FRIDAY = datetime(2026, 11, 27, 17, 58, tzinfo=BERLIN)
DE, EN = translator("de", "Europe/Berlin"), translator("en", "Europe/Berlin")


def plain(text: str) -> str:
    """With blanks that may be broken."""
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("seconds", "usually", "now", "german", "english"),
    [
        (401.0, False, MORNING, "Sie haben unsere Antwort bis 10:08 Uhr.", "You will have our answer by 10:08 AM."),
        (401.0, True, MORNING, "Wir antworten meist innerhalb von 7 Minuten.", "We usually answer within 7 minutes."),
        (7_201.0, True, MORNING.replace(hour=8), "Wir antworten meist innerhalb von 3 Stunden.", "We usually answer within 3 hours."),
        (420.0, False, EVENING, "Wir antworten morgen ab 08:00 Uhr.", "We answer tomorrow from 8:00 AM."),
        (420.0, True, EVENING, "Wir antworten morgen ab 08:00 Uhr.", "We answer tomorrow from 8:00 AM."),
        (420.0, False, FRIDAY, "Wir antworten am Montag ab 08:00 Uhr.", "We answer on Monday from 8:00 AM."),
        (
            9_000.0, True, EVENING, "Wir antworten meist bis Mittwoch, 25. Nov., 10:25 Uhr.",
            "We usually answer by Wednesday, Nov 25, 10:25 AM.",
        ),
        (7_000.0, False, MORNING.replace(hour=11), "Wir antworten heute ab 13:00 Uhr.", "We answer today from 1:00 PM."),
    ],
)  # fmt: skip
def test_opening_hours_count(seconds: float, usually: bool, now: datetime, german: str, english: str) -> None:
    wait = foretold(seconds, now, OFFICE, usually=usually)
    assert (plain(sentence(wait, now, DE)), plain(sentence(wait, now, EN))) == (german, english)


@pytest.mark.parametrize(
    ("p90", "usually", "german", "english"),
    [
        (20.0, True, "Antwort meist innerhalb von 1 Minute", "Usually replies within 1 minute"),
        (401.0, True, "Antwort meist innerhalb von 7 Minuten", "Usually replies within 7 minutes"),
        (420.0, False, "Antwort innerhalb von 7 Minuten", "Replies within 7 minutes"),
        (7_201.0, False, "Antwort innerhalb von 3 Stunden", "Replies within 3 hours"),
    ],
)
def test_before_anything_was_written_a_span_is_said_rounded_up(p90: float, usually: bool, german: str, english: str) -> None:
    expected = Expected(p50=10.0, p90=p90, usually=usually, at_once=False)
    wait = outlook(expected, MORNING, Timetable(always_open("Europe/Berlin")))
    assert wait is not None
    assert (head_line(wait, MORNING, DE), head_line(wait, MORNING, EN)) == (german, english)


def test_what_nobody_foretells_is_not_said_and_outside_opening_hours_the_opening_is() -> None:
    assert outlook(None, MORNING, OFFICE) is None
    night = MORNING.replace(hour=23)
    assert outlook(None, night, OFFICE) == Wait(begins=datetime(2026, 11, 25, 8, 0, tzinfo=BERLIN))
    assert outlook(None, night, Timetable(Calendar(zone="UTC", week=week_of({})))) is None


def test_only_a_long_wait_is_worth_a_message_and_closed_hours_are_part_of_it() -> None:
    quarter = timedelta(minutes=15)
    assert not is_worth_saying(foretold(800, MORNING, OFFICE, usually=False), MORNING, quarter)
    assert is_worth_saying(foretold(1000, MORNING, OFFICE, usually=False), MORNING, quarter)
    assert is_worth_saying(foretold(60, EVENING.replace(hour=18), OFFICE, usually=False), EVENING, quarter)
    lunch = MORNING.replace(hour=12, minute=50)
    assert not is_worth_saying(Wait(begins=lunch.replace(hour=13, minute=0)), lunch, quarter)


def test_the_reply_says_it_in_the_workspaces_words_or_ours() -> None:
    wait = foretold(420, EVENING, OFFICE, usually=False)
    assert reply("", wait, EVENING, "Lindgrün", DE) == "Vielen Dank für Ihre Nachricht. Wir antworten morgen ab 08:00 Uhr."
    assert plain(reply("{{company}}: {{ wait }}", wait, EVENING, "Lindgrün", EN)) == "Lindgrün: We answer tomorrow from 8:00 AM."
