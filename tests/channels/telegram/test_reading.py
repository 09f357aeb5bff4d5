"""What is read when Telegram has not been asked yet who we are: the first minute of an account."""

import json
from datetime import UTC, datetime
from pathlib import Path

from oase.channels.adapters.telegram.reading import read
from oase.channels.contract import Account, Raw, Received

HERE = Path(__file__).parent


def account(**facts: str) -> Account:
    given = json.loads((HERE / "account.json").read_text("utf-8"))
    return Account(id="1", channel="telegram", settings=given["settings"], facts=facts)


def update(recording: str) -> Raw:
    body = json.loads((HERE / f"recordings/{recording}.json").read_text("utf-8"))["body"]["json"]
    return Raw(body=json.dumps(body).encode(), received_at=datetime(2026, 11, 29, tzinfo=UTC))


def test_a_question_in_a_group_is_not_lost_before_the_bots_name_is_known() -> None:
    for recording in ("group-mention", "group-reply", "group-talk"):
        (event,) = read(update(recording), account())
        assert isinstance(event, Received), recording


def test_with_the_name_the_groups_own_talk_stays_its_own() -> None:
    known = account(id="7000000001", username="muster_hilfe_bot")
    assert [len(read(update(one), known)) for one in ("group-mention", "group-talk")] == [1, 0]
