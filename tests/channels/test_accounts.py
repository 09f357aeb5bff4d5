"""Accounts: their webhook's address, and what a good test found, as adapters get them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, StoredAccount, change_account, create_account, keep_check, unsaved_account
from oase.channels.contract import Checked
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

SAFE = Safe(b"k" * 32)
GIVEN = {"phone_number_id": "106540352242922", "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": "secret"}
FOUND = Checked(ok=True, summary="+49 30 23125100", facts={"number": "493023125100"}, expires_at=datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture
def book(database: Database) -> AccountBook:
    return AccountBook(database, SAFE, "https://support.example.com")


@pytest_asyncio.fixture
async def account_id(database: Database, workspace_id: UUID) -> UUID:
    async with database.work(workspace_id) as work:
        return await create_account(work, SAFE, "whatsapp", "WhatsApp Berlin", GIVEN)


async def stored(book: AccountBook, account_id: UUID) -> StoredAccount:
    book.forget(account_id)
    found = await book.get(account_id)
    assert found is not None
    return found


async def test_an_account_knows_where_its_deliveries_arrive(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID
) -> None:
    address = f"https://support.example.com/hooks/whatsapp/{account_id}"
    assert (await stored(book, account_id)).account.webhook_url == address
    async with database.work(workspace_id) as work:
        assert [one.account.webhook_url for one in await book.of_workspace(work)] == [address]
    assert address in {one.account.webhook_url for one in await book.enabled()}


async def test_an_account_that_is_not_saved_yet_has_the_address_and_the_facts_of_the_saved_one(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
    before = await stored(book, account_id)
    now = database.clock.now()
    changed = unsaved_account(workspace_id, before.manifest, "WhatsApp", {**GIVEN, "access_token": "new"}, before, now).account
    assert (changed.webhook_url, changed.facts) == (before.account.webhook_url, {"number": "493023125100"})
    new = unsaved_account(workspace_id, before.manifest, "WhatsApp", GIVEN, None, now).account
    assert (new.webhook_url, dict(new.facts)) == ("", {})


async def test_a_channel_without_a_webhook_has_no_address(book: AccountBook, database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        account_id = await create_account(work, SAFE, "webchat", "Shop", {"company": "Muster GmbH"})
    assert (await stored(book, account_id)).account.webhook_url == ""


async def test_what_a_good_test_found_stays_with_the_account(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
    kept = await stored(book, account_id)
    assert (kept.account.facts, kept.expires_at) == ({"number": "493023125100"}, datetime(2027, 1, 1, tzinfo=UTC))
    assert kept.checked_at is not None


async def test_a_bad_test_keeps_the_facts_and_takes_the_account_down_and_a_good_one_brings_it_up(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
        await keep_check(work, account_id, Checked(ok=False, summary="The token was revoked."))
    down = await stored(book, account_id)
    assert (down.state, down.state_why, down.account.facts) == ("down", "The token was revoked.", {"number": "493023125100"})
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
    assert (await stored(book, account_id)).state == "up"


@pytest.mark.parametrize("change", [{"access_token": "another"}, {"phone_number_id": "106540352242999"}])
async def test_facts_of_another_account_are_forgotten(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID, change: dict[str, str]
) -> None:
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
        given = {**(await stored(book, account_id)).account.settings, **change}
        await change_account(work, SAFE, account_id, name="WhatsApp", given=given)
    kept = await stored(book, account_id)
    assert (dict(kept.account.facts), kept.expires_at) == ({}, None)


async def test_another_name_changes_no_facts(book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        await keep_check(work, account_id, FOUND)
        given = (await stored(book, account_id)).account.settings
        await change_account(work, SAFE, account_id, name="WhatsApp Köln", given=given, enabled=False)
    assert (await stored(book, account_id)).account.facts == {"number": "493023125100"}


async def test_an_account_whose_channel_was_taken_out_keeps_no_other_from_working(
    book: AccountBook, database: Database, workspace_id: UUID, account_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        await work.run(
            "INSERT INTO account (workspace_id, id, channel, name, state_since, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, 'gone', 'Brett', now(), now())",
            {"id": new_id()},
        )
        assert [one.id for one in await book.of_workspace(work)] == [account_id]
    assert account_id in {one.id for one in await book.enabled()}


async def test_what_was_left_out_and_what_was_left_empty_in_the_form_are_the_same_account(
    book: AccountBook, database: Database, workspace_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        account_id = await create_account(work, SAFE, "viber", "Viber", {"auth_token": "445da6az1s345z78"})
    before = await stored(book, account_id)
    form = {"sender_name": "", "base_url": before.account.settings["base_url"]}
    tried = unsaved_account(workspace_id, before.manifest, "Viber", form, before, datetime(2026, 11, 29, tzinfo=UTC))
    assert tried.account == before.account
