"""How long a server asks us to wait: its number or its date is obeyed, within bounds; what says nothing leaves our usual wait."""

from datetime import UTC, datetime, timedelta

import pytest

from oase.channels.contract import Reply
from oase.channels.families.waiting import LONGEST, asked_wait, wait_until

USUAL = timedelta(minutes=1)
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)


def reply(**headers: str) -> Reply:
    return Reply(status=429, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("3600", 3600),
        ("999999999999", LONGEST.total_seconds()),
        (" 90 ", 90),
        ("", 60),
        ("soon", 60),
        ("-5", 60),
        ("٣", 60),
    ],
)
def test_seconds_are_obeyed_even_if_we_would_wait_longer(asked: str, seconds: float) -> None:
    assert asked_wait(reply(retry_after=asked), USUAL) == timedelta(seconds=seconds)


def test_a_date_counts_by_the_servers_own_clock() -> None:
    wrong_clock = reply(retry_after="Sun, 29 Nov 2026 12:05:00 GMT", date="Sun, 29 Nov 2026 12:00:00 GMT")
    assert asked_wait(wrong_clock, USUAL, NOW) == timedelta(minutes=5)


def test_a_date_without_the_servers_clock_counts_by_ours_if_we_know_the_time() -> None:
    dated = reply(retry_after="Sun, 29 Nov 2026 10:02:00 GMT")
    assert (asked_wait(dated, USUAL, NOW), asked_wait(dated, USUAL)) == (timedelta(minutes=2), USUAL)


def test_a_date_that_has_passed_is_a_second() -> None:
    assert asked_wait(reply(retry_after="Sun, 29 Nov 2020 10:02:00 GMT"), USUAL, NOW) == timedelta(seconds=1)


@pytest.mark.parametrize("until", ["1795946700", "2026-11-29T10:05:00Z", "2026-11-29T10:05:00", "Sun, 29 Nov 2026 10:05:00 GMT"])
def test_limits_that_name_a_moment_are_waited_for_until_then(until: str) -> None:
    told = reply(x_reset=until, date="Sun, 29 Nov 2026 10:00:00 GMT")
    assert wait_until("x-reset", told, USUAL) == timedelta(minutes=5)


@pytest.mark.parametrize("until", ["", "never", "9" * 40, "2026-99-99T00:00:00"])
def test_a_moment_that_is_none_leaves_what_retry_after_says(until: str) -> None:
    told = reply(x_reset=until, date="Sun, 29 Nov 2026 10:00:00 GMT", retry_after="9")
    assert wait_until("x-reset", told, USUAL) in (timedelta(seconds=9), LONGEST)
