"""How an account does, on its page and in the list: events, queue, errors, credentials that end, connecting again."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.conversations.conftest import delivery, text
from tests.web.admin.conftest import Company

from oase.channels import keep_check, keep_told
from oase.channels.contract import Checked
from oase.conversations import ApnsTarget, Device, keep_device
from oase.kernel.ids import new_id


@pytest.fixture
def given(whatsapp: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in whatsapp.items() if name != "account_name"}


async def test_a_saved_account_is_tested_at_once_and_its_page_says_how_it_does(
    company: Company, whatsapp: dict[str, str]
) -> None:
    saved = await company.post("/admin/channels/new/whatsapp", whatsapp)
    page = await company.get(saved.to)
    assert "The account is connected." in page.words
    assert "Last event Nothing yet Last sent Nothing yet Waiting Nothing Errors in 7 days None" in page.words
    account_id = (await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    account = await company.account(account_id)
    assert account.account.facts["display_phone_number"]
    assert account.checked_at is not None


async def test_a_saved_account_that_does_not_work_says_so_and_keeps_what_was_typed(
    company: Company, whatsapp: dict[str, str]
) -> None:
    saved = await company.post("/admin/channels/new/whatsapp", {**whatsapp, "access_token": "wrong"})
    page = await company.get(saved.to)
    assert "Saved, but the connection does not work yet." in page.words
    assert "The connection is down." in page.words
    assert 'value="106540352242922"' in page.text


async def test_the_page_says_when_something_came_last_and_what_could_not_be_read(company: Company, given: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    await company.arrives(account_id, "whatsapp", delivery(text(1, "Hallo, ist mein Rad fertig? 🚲")).body)
    await company.arrives(account_id, "whatsapp", b"<html>Wartung</html>")
    life = await company.get(f"/admin/channels/{account_id}/life")
    assert "Last event Nothing yet" not in life.words
    assert "Could not be read: 1" in life.words
    assert f"/admin/journal?account={account_id}&amp;state=trouble" in life.text


async def test_failed_messages_are_counted_by_their_reason_in_the_providers_words(
    company: Company, given: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    await company.arrives(account_id, "whatsapp", delivery(text(1, "Hallo")).body)
    async with company.services.database.work(company.workspace_id) as work:
        for number, (state, why) in enumerate(
            [("failed", "Re-engagement message"), ("failed", "Re-engagement message"), ("queued", "")]
        ):
            await work.run(
                "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, part, outbound, state, why,"
                " next_at, created_at, failed_at) SELECT workspace_id, %(id)s::uuid, id, conversation_id, account_id, '49', %(part)s,"
                " '{}', %(state)s, %(why)s, now(), now(), now() FROM message WHERE workspace_id = %(workspace_id)s",
                {"id": new_id(), "part": number, "state": state, "why": why},
            )
    words = (await company.get(f"/admin/channels/{account_id}")).words
    assert "To go out: 1" in words
    assert "Not sent: 2 2 × Re-engagement message" in words


async def test_credentials_that_end_soon_are_said_on_the_page_and_in_the_list(company: Company, given: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp Köln", **given)
    ends = datetime.now(UTC) + timedelta(days=9, hours=1)
    async with company.services.database.work(company.workspace_id) as work:
        await keep_check(work, account_id, Checked(ok=True, summary="", facts={}, expires_at=ends))
    page, listed = await company.get(f"/admin/channels/{account_id}"), await company.get("/admin/channels")
    assert "The credentials end on" in page.words
    assert "Enter new credentials" in page.words
    assert "An account needs you: WhatsApp Köln : its credentials end on" in listed.words
    assert "Ends in 9 days" in listed.words


async def test_credentials_that_last_are_no_matter(company: Company, given: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp Köln", **given)
    async with company.services.database.work(company.workspace_id) as work:
        ends = datetime.now(UTC) + timedelta(days=30)
        await keep_check(work, account_id, Checked(ok=True, summary="", facts={}, expires_at=ends))
    page, listed = await company.get(f"/admin/channels/{account_id}"), await company.get("/admin/channels")
    assert "The credentials end on" not in page.words
    assert "Credentials end" in page.words
    assert "needs you" not in listed.words


async def test_refused_credentials_are_replaced_on_the_page_and_the_account_is_up_again(
    company: Company, whatsapp: dict[str, str], given: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **{**given, "access_token": "revoked"})
    await company.falls(account_id, "needs_sign_in", "The access token was revoked.")
    assert "Enter new credentials" in (await company.get(f"/admin/channels/{account_id}")).words
    assert "the provider does not let Oase in any more; messages wait" in (await company.get("/admin/channels")).words
    saved = await company.post(f"/admin/channels/{account_id}", whatsapp)
    assert saved.to.endswith("done=saved")
    assert (await company.account(account_id)).state == "up"


async def test_a_german_administrator_reads_our_words_in_german_and_the_providers_below(
    company: Company, given: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    why = "WhatsApp does not accept our access token. Enter a new one in the account's settings.\nError validating access token"
    await company.falls(account_id, "needs_sign_in", why)
    async with company.services.database.work(company.workspace_id) as work:
        await work.run("UPDATE agent SET language = 'de' WHERE workspace_id = %(workspace_id)s")
    page, listed = await company.get(f"/admin/channels/{account_id}"), await company.get("/admin/channels")
    told = (
        "WhatsApp nimmt unseren Zugriffsschlüssel nicht an. Geben Sie in den Einstellungen des Anschlusses einen neuen ein."
        " Error validating access token"
    )
    assert told in page.words
    assert told in listed.words


async def test_connecting_again_brings_an_account_up_and_says_so(company: Company, given: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    await company.falls(account_id, "down", "It did not answer.")
    again = await company.post(f"/admin/channels/{account_id}/connect")
    assert again.to.endswith("done=connected-again")
    assert (await company.account(account_id)).state == "up"


async def test_whoever_may_only_read_cannot_connect(company: Company, given: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    assert (await company.post(f"/admin/channels/{account_id}/connect", role="team_lead")).status == 403


async def test_the_address_that_a_provider_was_told_is_kept_with_the_reason_where_it_was_not_taken(
    company: Company, given: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **given)
    async with company.services.database.work(company.workspace_id) as work:
        await keep_told(work, account_id, "https://a.example/hooks", Checked(ok=True, summary="taken"))
    assert (await company.account(account_id)).told_url == "https://a.example/hooks"
    async with company.services.database.work(company.workspace_id) as work:
        await keep_told(work, account_id, "https://b.example/hooks", Checked(ok=False, summary="It must begin with https."))
    kept = await company.account(account_id)
    assert (kept.told_url, kept.told_why) == ("", "It must begin with https.")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Through Apple: 3 2 not told Apple does not know the app: please check its bundle id."),
        ("de", "Über Apple: 3 2 nicht erreicht Apple kennt die App nicht: Bitte prüfen Sie ihre Bundle-ID."),
    ],
)
async def test_an_apps_page_says_whose_devices_could_not_be_told_and_why(company: Company, language: str, told: str) -> None:
    account_id = await company.connect("app", "App", company="Muster GmbH")
    key = new_id()
    async with company.services.database.work(company.workspace_id) as work:
        for number in range(3):
            device = Device(kind="apns", target=ApnsTarget(token=f"{number}a" * 32))
            kept = await keep_device(work, company.services.safe, account_id, "v", key, device)
            why = "Apple does not know the app: please check its bundle id."
            await work.run(
                "UPDATE app_device SET trouble = %(why)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
                {"id": kept, "why": why if number else ""},
            )
        await work.run("UPDATE agent SET language = %(language)s WHERE workspace_id = %(workspace_id)s", {"language": language})
    assert told in (await company.get(f"/admin/channels/{account_id}")).words
