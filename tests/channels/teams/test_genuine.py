"""Tokens that Microsoft signed, but not for us, not for this place, not for now; and tokens that nobody signed."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oase.channels.adapters.teams import adapter
from oase.channels.contract import Account, Forged, Raw
from oase.kernel.secrets import Secret

_SPEC = importlib.util.spec_from_file_location("teams_suite", Path(__file__).parent / "suite.py")
assert _SPEC is not None
assert _SPEC.loader is not None
suite: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(suite)

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
SERVICE = "https://smba.trafficmanager.net/emea/"
CLAIMS = {
    "iss": "https://api.botframework.com",
    "aud": "app",
    "nbf": NOW.timestamp() - 60,
    "exp": NOW.timestamp() + 600,
    "serviceurl": SERVICE,
}


@dataclass
class Delivery:
    """A delivery with a token of these claims."""

    claims: Mapping[str, object]
    key: str = "new"
    algorithm: str = "RS256"
    channel: str = "msteams"

    def forged(self) -> str:
        """Why it is not genuine; empty if it is."""
        body = f'{{"type":"message","channelId":"{self.channel}","serviceUrl":"{SERVICE}"}}'.encode()
        header = f"Bearer {suite.token(self.key, self.claims, self.algorithm)}"
        account = Account(
            id="1", channel="teams", settings={"app_id": "app"}, secrets={"signing_keys": (Secret(suite.published("new")),)}
        )
        try:
            adapter.verify(Raw(body=body, headers={"authorization": header}, received_at=NOW), account)
        except Forged as error:
            return str(error)
        return ""


def test_a_token_for_us_is_accepted() -> None:
    assert Delivery(CLAIMS).forged() == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"aud": "another-app"}, "another app"),
        ({"iss": "https://sts.windows.net/somebody/"}, "another app"),
        ({"exp": NOW.timestamp() - 301}, "has ended"),
        ({"exp": None}, "has ended"),
        ({"exp": "morgen"}, "has ended"),
        ({"nbf": NOW.timestamp() + 301}, "does not count yet"),
        ({"serviceurl": "https://smba.trafficmanager.net/amer/"}, "another service"),
        ({"serviceurl": ""}, "another service"),
    ],
)
def test_a_token_for_something_else_is_refused(changed: dict[str, object], why: str) -> None:
    assert why in Delivery({**CLAIMS, **changed}).forged()


def test_a_key_that_may_not_speak_for_teams_is_refused() -> None:
    assert "Microsoft's keys" in Delivery(CLAIMS, channel="webchat").forged()


def test_a_key_that_microsoft_does_not_know_is_refused() -> None:
    assert "Microsoft's keys" in Delivery(CLAIMS, key="somebody-elses").forged()


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", ""])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    assert "in a way" in Delivery(CLAIMS, algorithm=algorithm).forged()


def test_without_keys_nothing_is_accepted() -> None:
    header = f"Bearer {suite.token('new', CLAIMS)}"
    with pytest.raises(Forged):
        adapter.verify(Raw(body=b"{}", headers={"authorization": header}, received_at=NOW), Account(id="1", channel="teams"))
