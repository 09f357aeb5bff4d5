"""Care for accounts: tested once a day, told where deliveries go, told again when our address has changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.main.conftest import URL, Ground

from oase.channels import AccountBook, StoredAccount, set_account_state
from oase.conversations import connect_account
from oase.kernel.locks import Locks
from oase.main.caretaker import Caretaker, due

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Own(AccountBook):
    """Knows the accounts of one workspace only: those of other tests are not asked."""

    def __init__(self, ground: Ground, url: str) -> None:
        super().__init__(ground.database, ground.safe, url)
        self._workspace_id = ground.workspace_id

    async def enabled(self) -> list[StoredAccount]:
        """Those of the test."""
        return [one for one in await super().enabled() if one.workspace_id == self._workspace_id]


async def cares(ground: Ground, url: str = URL) -> None:
    """One turn, by a house that is reached at this address."""
    locks = Locks(ground.database.dsn)
    await Caretaker(ground.database, Own(ground, url), ground.outside, locks).turn()
    await locks.close()


async def test_a_new_account_is_tested_and_its_provider_told_where_deliveries_go(ground: Ground) -> None:
    ground.board.expires = "2027-01-15T08:00:00+00:00"
    await cares(ground)
    account = await ground.account()
    assert ground.board.hooks == [{"url": account.account.webhook_url, "name": "Schwarzes Brett"}]
    assert account.told_url == account.account.webhook_url == f"{URL}/hooks/noticeboard/{ground.account_id}"
    assert account.account.facts == {"name": "Schwarzes Brett"}
    assert account.expires_at == datetime(2027, 1, 15, 8, tzinfo=UTC)


async def test_nothing_is_asked_again_before_it_is_due(ground: Ground) -> None:
    await cares(ground)
    await cares(ground)
    assert (ground.board.checked, len(ground.board.hooks)) == (1, 1)


async def test_a_provider_is_told_again_when_our_public_address_has_changed(ground: Ground) -> None:
    await cares(ground)
    await cares(ground, "https://hilfe.example.org")
    assert [one["url"].partition("/hooks/")[0] for one in ground.board.hooks] == [URL, "https://hilfe.example.org"]


async def test_an_address_that_is_not_taken_is_said_and_tried_again_later_not_at_once(ground: Ground) -> None:
    ground.board.takes_hooks = False
    await cares(ground)
    await cares(ground)
    account = await ground.account()
    assert (account.told_url, account.told_why, account.state) == ("", "It takes no address.", "up")
    assert len(ground.board.hooks) == 1


async def test_an_account_that_fails_its_test_is_down_says_why_and_tells_no_address(ground: Ground) -> None:
    ground.board.key = "another"
    await cares(ground)
    account = await ground.account()
    assert (account.state, account.state_why) == ("down", "The board does not know us.")
    assert ground.board.hooks == []


async def test_an_account_whose_credentials_work_again_is_up_again(ground: Ground) -> None:
    async with ground.database.work(ground.workspace_id) as work:
        await set_account_state(work, ground.account_id, "needs_sign_in", "revoked")
    await connect_account(ground.database, ground.outside, await ground.account())
    assert (await ground.account()).state == "up"


async def test_an_answer_that_breaks_the_adapter_is_an_answer(ground: Ground) -> None:
    ground.board.expires = "next Tuesday"
    checked, told = await connect_account(ground.database, ground.outside, await ground.account())
    assert not checked.ok
    assert "ValueError" in checked.summary
    assert told is None


def account(known: StoredAccount, **more: Any) -> StoredAccount:
    told = {"told_url": known.account.webhook_url, "checked_at": NOW, "state": "up"}
    return msgspec.structs.replace(known, **{**told, **more})


@pytest.mark.parametrize(
    ("more", "later", "wanted"),
    [
        ({"checked_at": None}, timedelta(0), True),
        ({}, timedelta(hours=23), False),
        ({}, timedelta(hours=24), True),
        ({"state": "down"}, timedelta(minutes=9), False),
        ({"state": "down"}, timedelta(minutes=10), True),
        ({"state": "needs_sign_in"}, timedelta(hours=23), False),
        ({"told_url": "https://old.example/hooks"}, timedelta(0), True),
        ({"told_url": "", "told_why": "no"}, timedelta(minutes=9), False),
        ({"told_url": "", "told_why": "no"}, timedelta(minutes=10), True),
        ({"told_url": "", "state": "needs_sign_in"}, timedelta(hours=2), False),
    ],
)
async def test_when_an_account_is_due(ground: Ground, more: dict[str, Any], later: timedelta, wanted: bool) -> None:
    assert due(account(await ground.account(), **more), NOW + later) is wanted
