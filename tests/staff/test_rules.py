"""Passwords, waits after failures, names and addresses: decided without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oase.kernel.errors import Forbidden, Invalid
from oase.kernel.permissions import BUILT_IN_ROLES, Permission
from oase.kernel.secrets import Secret
from oase.staff.errors import WeakPassword
from oase.staff.rules import (
    PER_ADDRESS,
    PER_PERSON,
    Attempts,
    check_grant,
    check_password,
    counted,
    lock_key,
    network_of,
    normal_email,
    normal_name,
    session_lives,
    slug_of,
    wait_left,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "kurz",
        "elfzeichen!",
        "passwort1234",
        "P@ssw0rt2026!",
        "Passw0rd!Passw0rd!",
        "Sommer2026!!",
        "qwertzuiop123",
        "123456789012",
        "abcdefghijkl",
        "aaaaaaaaaaaaaaa",
        "abcabcabcabc",
        "zoe.schaefer2026",
        "Willkommen123!",
        "iloveyou2026!",
        "Schäfer-Zoë-99",
        "x" * 257,
    ],
)
def test_passwords_that_would_be_guessed_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(Secret(password), email="zoe.schaefer@example.com", names=["Zoë Schäfer", "Muster GmbH"])


@pytest.mark.parametrize(
    "password",
    [
        "richtig pferd batterie heftklammer",
        "Blaukraut bleibt 7 Brautkleid",
        "x7#Kq!m2Lp$z",
        "83 91 46 20 57 18",
        "Übermorgen🌿Quarkstrudel",
        "ガラスの靴をはいた猫と踊る夜",
        "montag berlin sommer hallo admin",
    ],
)
def test_good_passwords_are_taken(password: str) -> None:
    check_password(Secret(password), email="zoe.schaefer@example.com", names=["Zoë Schäfer"])


@given(st.text(min_size=12, max_size=40))
def test_any_text_is_judged_without_an_accident(password: str) -> None:
    try:
        check_password(Secret(password), email="a@example.com", names=["A"])
    except WeakPassword as error:
        assert str(error)


def test_the_wait_doubles_after_the_free_attempts_and_has_an_end() -> None:
    attempts, waits = Attempts(), []
    for _ in range(16):
        attempts = counted(attempts, PER_PERSON, NOW)
        waits.append(int(wait_left(attempts, NOW).total_seconds()))
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900, 900]


def test_the_wait_runs_off() -> None:
    attempts = Attempts()
    for _ in range(6):
        attempts = counted(attempts, PER_PERSON, NOW)
    assert wait_left(attempts, NOW + timedelta(seconds=29)) == timedelta(seconds=1)
    assert wait_left(attempts, NOW + timedelta(seconds=31)) == timedelta(0)


def test_old_failures_are_forgotten() -> None:
    attempts = Attempts(failures=9, last_failure_at=NOW - timedelta(hours=13))
    assert counted(attempts, PER_PERSON, NOW).failures == 1


def test_a_million_failures_are_no_overflow() -> None:
    attempts = counted(Attempts(failures=1_000_000, last_failure_at=NOW), PER_ADDRESS, NOW)
    assert wait_left(attempts, NOW) == PER_ADDRESS.longest


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_one_customer_with_ipv6_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_is_counted_is_not_stored() -> None:
    assert lock_key("person", "a@example.com") != lock_key("address", "a@example.com")
    assert lock_key("person", "a@example.com") == lock_key("person", "a@example.com")


@pytest.mark.parametrize(
    ("given_address", "stored"),
    [
        ("  Zoe@Example.COM ", "zoe@example.com"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("JO\u0308RG@example.com", "jörg@example.com"),
        ("o'neil+desk@example.com", "o'neil+desk@example.com"),
    ],
)
def test_mail_addresses_have_one_form(given_address: str, stored: str) -> None:
    assert normal_email(given_address) == stored


@pytest.mark.parametrize(
    "text",
    ["", "zoe", "zoe@", "@example.com", "zoe@localhost", "a b@example.com", "a@b@example.com", "a@.", "<a@b.de>", "a\n@b.de"],
)
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        normal_email(text)


def test_names_are_one_visible_line() -> None:
    assert normal_name(" Zoë \n\u202e van  den\tBerg\x00 ") == "Zoë van den Berg"


@pytest.mark.parametrize("name", ["", "  ", "\u202e\n", "x" * 201])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        normal_name(name)


def test_nobody_gives_more_than_they_have() -> None:
    check_grant(BUILT_IN_ROLES["team_lead"], BUILT_IN_ROLES["agent"])
    with pytest.raises(Forbidden, match=r"“account\.write”") as caught:
        check_grant(BUILT_IN_ROLES["team_lead"], {Permission.ACCOUNT_WRITE})
    assert caught.value.permission == "account.write"


@pytest.mark.parametrize(
    ("created", "seen", "lives"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(days=60), timedelta(days=14), True),
        (timedelta(days=60), timedelta(days=15), False),
        (timedelta(days=91), timedelta(0), False),
    ],
)
def test_sessions_end_when_unused_or_old(created: timedelta, seen: timedelta, lives: bool) -> None:
    assert session_lives(NOW - created, NOW - seen, NOW, timedelta(days=14)) is lives


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Müller & Söhne GmbH", "mueller-soehne-gmbh"), ("Crème Brûlée", "creme-brulee"), ("李", "workspace"), ("--A--", "a")],
)
def test_short_names_for_addresses(name: str, slug: str) -> None:
    assert slug_of(name) == slug
