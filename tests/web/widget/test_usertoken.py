"""Tokens of signed-in users: made by a company's own server, refused unless everything about them is right."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oase.kernel.secrets import Secret
from oase.web.widget.usertoken import BadToken, read_user

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEYS = (Secret("neu-7Qx"), Secret("alt-3Zk"))
CLAIMS = {
    "sub": "kunde-4711",
    "exp": int(NOW.timestamp()) + 3600,
    "name": "Jürgen Groß",
    "email": "juergen@example.com",
    "phone": "+493023125042",
    "tarif": "gold",
    "umsatz": 12.5,
    "firma": True,
    "liste": [1],
}


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(claims: Any, key: str = "neu-7Qx", header: Any = None, digest: str = "sha256") -> str:
    body = f"{encoded(header or {'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims)}"
    return f"{body}.{base64.urlsafe_b64encode(hmac.digest(key.encode(), body.encode(), digest)).rstrip(b'=').decode()}"


def test_a_good_token_tells_who_and_until_when() -> None:
    who, until = read_user(token(CLAIMS), KEYS, NOW)
    assert (who.id, who.name, who.email, who.phone) == ("kunde-4711", "Jürgen Groß", "juergen@example.com", "+493023125042")
    assert who.fields == {"tarif": "gold", "umsatz": "12.5", "firma": "true"}
    assert until == NOW + timedelta(hours=1)


def test_a_token_signed_with_the_secret_before_still_counts() -> None:
    assert read_user(token(CLAIMS, "alt-3Zk"), KEYS, NOW)[0].id == "kunde-4711"


def test_a_number_is_a_user_id_too() -> None:
    assert read_user(token({**CLAIMS, "sub": 4711}), KEYS, NOW)[0].id == "4711"


def test_a_minute_between_the_clocks_does_no_harm() -> None:
    read_user(token({**CLAIMS, "exp": NOW.timestamp() - 30, "nbf": NOW.timestamp() + 30}), KEYS, NOW)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (token(CLAIMS, "fremd"), "signature"),
        (token(CLAIMS, ""), "signature"),
        (token(CLAIMS, header={"alg": "none"}), "HS256"),
        (token(CLAIMS, header={"alg": "HS512"}, digest="sha512"), "HS256"),
        (token(CLAIMS, header={"alg": "RS256"}), "HS256"),
        (token(CLAIMS, header={"alg": "HS256", "crit": ["x"]}), "HS256"),
        (token(CLAIMS).rpartition(".")[0] + ".", "signature"),
        (f"{token(CLAIMS).split('.')[0]}.{encoded({**CLAIMS, 'sub': 'chef'})}.{token(CLAIMS).split('.')[2]}", "signature"),
        (token({**CLAIMS, "exp": NOW.timestamp() - 120}), "expired"),
        (token({**CLAIMS, "nbf": NOW.timestamp() + 120}), "not valid yet"),
        (token({key: value for key, value in CLAIMS.items() if key != "exp"}), "no expiry"),
        (token({**CLAIMS, "exp": "morgen"}), "no expiry"),
        (token({**CLAIMS, "exp": True}), "no expiry"),
        (token({**CLAIMS, "exp": 1e300}), "no expiry"),
        (token({key: value for key, value in CLAIMS.items() if key != "sub"}), "user id"),
        (token({**CLAIMS, "sub": "  "}), "user id"),
        (token({**CLAIMS, "sub": ["a"]}), "user id"),
        (token([1, 2]), "cannot be read"),
        ("", "no signed token"),
        ("a.b", "no signed token"),
        ("ä.ö.ü", "no signed token"),
        ("!.!.!", "no signed token"),
        ("A" * 9000, "no signed token"),
    ],
)
def test_a_bad_token_is_refused_with_its_reason(bad: str, why: str) -> None:
    with pytest.raises(BadToken, match=why):
        read_user(bad, KEYS, NOW)


def test_an_account_without_a_secret_believes_no_token() -> None:
    for keys in ((), (Secret(""),)):
        with pytest.raises(BadToken):
            read_user(token(CLAIMS, ""), keys, NOW)


def test_odd_texts_in_claims_are_cut_to_what_can_be_kept() -> None:
    who, _ = read_user(token({**CLAIMS, "name": "x" * 3_000, "note\0": "a\0b", **{f"f{n}": n for n in range(99)}}), KEYS, NOW)
    assert len(who.name) == 300
    assert len(who.fields) == 30
    assert "\0" not in json.dumps(dict(who.fields))
