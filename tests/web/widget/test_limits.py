"""Limits against abuse: buckets, puzzles, allowed origins."""

from datetime import UTC, datetime, timedelta

import pytest

from oase.web.widget.abuse import Abuse, Buckets, Rate, Rules, network_of
from oase.web.widget.origins import allowed
from oase.web.widget.puzzle import Puzzles, solve

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_allows_a_burst_then_its_rate() -> None:
    clock = Seconds()
    buckets = Buckets(Rate(3, 0.5), clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2.0]
    assert buckets.take("b") == 0
    clock.now += 2
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0


def test_a_bucket_counts_amounts() -> None:
    buckets = Buckets(Rate(100, 10), Seconds())
    assert buckets.take("a", 80) == 0
    assert buckets.take("a", 40) == 2.0
    assert buckets.take("a", 20) == 0


def test_a_million_invented_keys_do_not_fill_the_memory() -> None:
    clock = Seconds()
    buckets = Buckets(Rate(1, 1), clock)
    for number in range(120_000):
        clock.now += 0.00001
        buckets.take(str(number))
    assert len(buckets._levels) <= 50_001


def test_new_visitors_of_one_address_or_a_flood_of_them_must_solve_puzzles() -> None:
    abuse = Abuse(Seconds(), Rules(hello=Rate(2, 0.1), flood=Rate(4, 1)))
    assert [abuse.bits_for_newcomer("konto", "192.0.2.1") > 0 for _ in range(3)] == [False, False, True]
    assert [abuse.bits_for_newcomer("konto", f"192.0.2.{n}") > 0 for n in range(2, 6)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
    ],
)
def test_an_address_stands_for_its_household(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_solved_puzzle_counts_once() -> None:
    puzzles = Puzzles(b"k" * 32)
    puzzle = puzzles.issue("hello", 8, NOW)
    answer = solve(puzzle)
    assert puzzles.check(puzzle, answer, "hello", NOW)
    assert not puzzles.check(puzzle, answer, "hello", NOW)


def test_puzzles_of_others_old_ones_and_wrong_answers_do_not_count() -> None:
    puzzles = Puzzles(b"k" * 32)
    puzzle = puzzles.issue("hello", 16, NOW)
    answer = solve(puzzle)
    assert not puzzles.check(puzzle, str(int(answer) + 1), "hello", NOW)
    assert not puzzles.check(puzzle, answer, "form", NOW)
    assert not puzzles.check(puzzle, answer, "hello", NOW + timedelta(hours=1))
    assert not Puzzles(b"x" * 32).check(puzzle, answer, "hello", NOW)
    easier = puzzle.replace(".16.", ".1.")
    assert not puzzles.check(easier, solve(easier), "hello", NOW)
    for odd in ("", ".", "a.b.c", "ä.1.2.3.4", puzzle + "0"):
        assert not puzzles.check(odd, "1", "hello", NOW)
    for odd in ("", "-1", "1e3", "٣", "9" * 40):
        assert not puzzles.check(puzzle, odd, "hello", NOW)
    assert puzzles.check(puzzle, answer, "hello", NOW)


def test_waiting_counts_in_place_of_an_answer_once() -> None:
    puzzles = Puzzles(b"k" * 32)
    puzzle = puzzles.issue("form", 16, NOW)
    assert not puzzles.waited(puzzle, "form", NOW + timedelta(seconds=2), timedelta(seconds=6))
    assert puzzles.waited(puzzle, "form", NOW + timedelta(seconds=7), timedelta(seconds=6))
    assert not puzzles.waited(puzzle, "form", NOW + timedelta(seconds=8), timedelta(seconds=6))


@pytest.mark.parametrize(
    ("origin", "patterns", "good"),
    [
        ("https://www.example.com", [], True),
        ("", ["https://www.example.com"], True),
        ("https://www.example.com", ["https://www.example.com"], True),
        ("https://www.example.com", ["https://WWW.example.com/"], True),
        ("https://www.example.com", ["www.example.com"], True),
        ("http://www.example.com", ["https://www.example.com"], False),
        ("https://shop.example.com", ["https://*.example.com"], True),
        ("https://a.b.example.com", ["*.example.com"], True),
        ("https://example.com", ["https://*.example.com"], False),
        ("https://evilexample.com", ["https://*.example.com"], False),
        ("https://www.example.com.evil.example", ["https://www.example.com"], False),
        ("https://www.example.com:8443", ["https://www.example.com"], False),
        ("null", ["https://www.example.com"], False),
        ("https://desk.example", ["https://www.example.com"], True),  # our own pages
        ("https://evil.example", ["https://www.example.com"], False),
    ],
)
def test_only_the_sites_of_the_list_may_use_an_account(origin: str, patterns: list[str], good: bool) -> None:
    assert allowed(origin, "desk.example", patterns) is good
