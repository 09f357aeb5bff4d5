"""What *Test connection* says before it asks Microsoft."""

from datetime import UTC, datetime

import pytest

from oase.channels.adapters.teams import adapter
from oase.channels.contract import Account, Call, Checked, Reply
from oase.kernel.secrets import Secret

APP = "5a1b2c3d-1111-2222-3333-444455556666"


def checked(**settings: str) -> Checked | Call:
    account = Account(id="1", channel="teams", settings=settings, secrets={"app_secret": (Secret("s"),)})
    found = adapter.check(account)
    return adapter.check(account, [Reply(status=200, body=b'{"access_token":"t"}')]) if isinstance(found, Call) else found


@pytest.mark.parametrize("written", ["2028-11-30", " 30.11.2028 "])
def test_the_end_of_the_secret_is_known_ahead(written: str) -> None:
    found = checked(app_id=APP, secret_ends=written)
    assert isinstance(found, Checked) and found.ok
    assert found.expires_at == datetime(2028, 11, 30, tzinfo=UTC)


def test_without_a_date_nothing_is_said_of_an_end() -> None:
    found = checked(app_id=APP)
    assert isinstance(found, Checked) and found.ok and found.expires_at is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"app_id": "Muster Service"}, "app id"),
        ({"app_id": APP, "secret_ends": "in zwei Jahren"}, "2028-11-30"),
        ({"app_id": APP, "secret_ends": "2028-02-30"}, "2028-11-30"),
        ({"app_id": APP, "secret_ends": "11/30/2028"}, "2028-11-30"),
    ],
)
def test_what_cannot_be_read_is_told_before_microsoft_is_asked(settings: dict[str, str], words: str) -> None:
    found = checked(**settings)
    assert isinstance(found, Checked) and not found.ok and words in found.summary
