"""When people are awake: zones of numbers, windows, Sundays, and the clocks' jumps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oase.desk.outbound.rules import Waking, check_waking, is_waking, kept_waking, next_waking, waking_of, zones_of
from oase.desk.outbound.zones import ZONES, zones_of_phone
from oase.kernel.errors import Invalid

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[misc, arg-type]


def test_a_moment_of_the_day_stays() -> None:
    at = berlin(2026, 11, 30, 9, 0)
    assert next_waking(at, [BERLIN], Waking()) == at


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        (berlin(2026, 11, 30, 8, 59, 59), berlin(2026, 11, 30, 9)),
        (berlin(2026, 11, 30, 20, 0), berlin(2026, 12, 1, 9)),
        (berlin(2026, 11, 28, 22, 0), berlin(2026, 11, 30, 9)),  # Saturday night: not on Sunday
        (berlin(2026, 11, 29, 12, 0), berlin(2026, 11, 30, 9)),  # a Sunday
        (berlin(2027, 3, 27, 23, 0), berlin(2027, 3, 29, 9)),  # over the night in which summer begins
        (berlin(2026, 10, 24, 21, 0), berlin(2026, 10, 26, 9)),  # and the one in which it ends
    ],
)
def test_nobody_is_written_to_at_night_or_on_a_sunday(asked: datetime, goes: datetime) -> None:
    assert next_waking(asked, [BERLIN], Waking()) == goes


def test_on_sundays_where_the_workspace_says_so() -> None:
    assert next_waking(berlin(2026, 11, 29, 8), [BERLIN], Waking(sundays=True)) == berlin(2026, 11, 29, 9)


def test_a_morning_that_the_clocks_skip_begins_after_the_jump() -> None:
    early = Waking(begin=time(2, 30), end=time(23), sundays=True)
    at = next_waking(berlin(2027, 3, 27, 23, 30), [BERLIN], early)
    assert at == berlin(2027, 3, 28, 3, 30)


def test_where_a_country_has_several_zones_it_suits_both_edges() -> None:
    zones = zones_of("", ["+1 202 555 0123"], "Europe/Berlin")
    at = next_waking(datetime(2026, 11, 30, 14, tzinfo=UTC), zones, Waking())  # nine in New York, six in Los Angeles
    assert at == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert [at.astimezone(one).hour for one in zones] == [12, 9]


def test_days_that_never_meet_count_as_the_first_zones() -> None:
    narrow, apart = Waking(begin=time(9), end=time(10)), [BERLIN, ZoneInfo("Asia/Tokyo")]
    assert next_waking(berlin(2026, 11, 30, 12), apart, narrow) == berlin(2026, 12, 1, 9)


@given(MOMENTS, st.sampled_from(sorted(ZONES)), st.integers(0, 22), st.integers(1, 23), st.booleans())
def test_it_is_never_before_what_was_asked_nor_at_night(at: datetime, code: str, begin: int, length: int, sundays: bool) -> None:
    zones = zones_of(None, [f"+{code}5550123"], "UTC")
    waking = Waking(begin=time(begin), end=time(min(begin + length, 23), 59), sundays=sundays)
    found = next_waking(at, zones, waking)
    assert at <= found <= at + timedelta(days=3)
    assert is_waking(found, zones, waking) or is_waking(found, zones[:1], waking)
    assert next_waking(found, zones, waking) == found or len(zones) > 1


def test_a_written_zone_comes_before_the_number_and_that_before_the_workspaces() -> None:
    assert zones_of("America/New_York", ["+4930123"], "UTC") == (NEW_YORK,)
    assert zones_of("Mars/Olympus", ["+4930123"], "UTC") == (BERLIN,)
    assert zones_of(None, ["", "4930123"], "Europe/Vienna") == (ZoneInfo("Europe/Vienna"),)
    assert zones_of(None, [], "nonsense") == (ZoneInfo("UTC"),)


def test_every_country_has_zones_that_exist_and_longer_codes_come_first() -> None:
    assert all(ZoneInfo(name) for names in ZONES.values() for name in names)
    assert zones_of_phone("+7 701 555 01 23") == ("Asia/Almaty",)
    assert zones_of_phone("+42312345") == ("Europe/Vaduz",)
    assert zones_of_phone("+999123") == ()


def test_hours_are_read_as_they_are_kept_and_nonsense_is_refused() -> None:
    waking = check_waking("08:30", "18:00", sundays=True)
    assert waking_of({"waking": kept_waking(waking)}) == waking
    assert waking_of({}) == waking_of({"waking": {"from": "x"}}) == waking_of({"waking": 7}) == Waking()
    for begin, end, field in (("25:00", "20:00", "waking_begin"), ("09:00", "", "waking_end"), ("20:00", "09:00", "waking_end")):
        with pytest.raises(Invalid) as error:
            check_waking(begin, end, sundays=False)
        assert error.value.field == field
