"""Short forms for lists: what stands in a circle for a name, and how long a promise still lasts."""

from datetime import UTC, datetime, timedelta

import pytest

from oase.kernel.i18n import translator
from oase.web.formats import initials
from oase.web.moments import due_text

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Änne Köhler", "ÄK"),
        ("Hans-Jürgen Freiherr von und zu Weizenkorn", "HW"),
        ("Kevin 🏴‍☠️", "K"),
        ("نور الهدى", "نا"),
        ("李小龙", "李"),
        ("🦄🌈", "🦄"),
        ("🇩🇪", "#"),
        ("+49 171 3920022", "#"),
        ("", "#"),
    ],
)
def test_a_name_is_shortened_to_what_fits_into_a_circle(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=12), "12 Min."),
        (timedelta(seconds=59), "jetzt"),
        (timedelta(seconds=-59), "jetzt"),
        (timedelta(minutes=-1), "−1 Min."),
        (timedelta(hours=14), "14 Std."),
        (timedelta(hours=47), "Mo 08:00"),
        (timedelta(days=-3), "−3 T."),
    ],
)
def test_a_promise_says_how_long_it_still_lasts(left: timedelta, words: str) -> None:
    assert due_text(translator("de"), NOW + left, NOW) == words


def test_a_weekday_is_short_as_people_write_it() -> None:
    assert due_text(translator("en"), NOW + timedelta(hours=47), NOW).split()[0] == "Mon"
