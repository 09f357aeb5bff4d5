"""Accounts: gallery, the form made from a manifest, test before saving, secrets, switching off, deleting."""

import pytest
from tests.web.admin.conftest import Company

from oase.channels import all_adapters


async def test_the_gallery_offers_every_installed_channel(company: Company) -> None:
    page = await company.get("/admin/channels")
    assert page.status == 200
    for channel, one in all_adapters().items():
        assert f"/admin/channels/new/{channel}" in page.text
        assert one.manifest.name.en in page.words
    assert "No account yet" in page.words


@pytest.mark.parametrize("channel", sorted(all_adapters()))
async def test_every_channel_has_a_page_with_all_its_settings(company: Company, channel: str) -> None:
    page = await company.get(f"/admin/channels/new/{channel}")
    assert page.status == 200
    for setting in all_adapters()[channel].manifest.settings:
        if not setting.generated:
            assert setting.label.en.replace("&", "&amp;") in page.text.replace("&#39;", "'")


async def test_everything_that_is_missing_is_said_at_once_at_its_field_and_what_was_typed_stays(
    company: Company, whatsapp: dict[str, str]
) -> None:
    page = await company.post("/admin/channels/new/whatsapp", {**whatsapp, "account_name": "", "waba_id": "", "access_token": ""})
    assert page.status == 422
    for name in ("account_name", "waba_id", "access_token"):
        assert f'id="{name}-wrong"' in page.text
    assert 'value="106540352242922"' in page.text
    assert "3 entries need another look" in page.words
    assert "sandbox-app-secret" not in page.text
    assert "account.created" not in await company.acts()


async def test_a_test_of_the_connection_stores_nothing_and_says_what_is_there(company: Company, whatsapp: dict[str, str]) -> None:
    page = await company.post("/admin/channels/new/whatsapp/check", whatsapp, script=True)
    assert page.status == 200
    assert "The connection works." in page.words
    assert "Lindgrün Fahrräder" in page.words
    assert "<html" not in page.text
    assert await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s") == []


async def test_a_test_that_fails_says_what_to_do(company: Company, whatsapp: dict[str, str]) -> None:
    page = await company.post("/admin/channels/new/whatsapp/check", {**whatsapp, "access_token": "wrong"})
    assert "The connection does not work." in page.words
    assert "token" in page.words.lower()


async def test_a_provider_that_cannot_be_reached_is_an_answer_not_a_crash(company: Company, whatsapp: dict[str, str]) -> None:
    page = await company.post("/admin/channels/new/whatsapp/check", {**whatsapp, "base_url": "http://127.0.0.1:9"})
    assert page.status == 200
    assert "The connection does not work." in page.words


async def test_an_account_is_saved_with_sealed_secrets_that_are_never_shown_again(
    company: Company, whatsapp: dict[str, str]
) -> None:
    saved = await company.post("/admin/channels/new/whatsapp", whatsapp, script=True)
    page = await company.get(saved.to)
    assert "The account is connected." in page.words
    assert "sandbox-app-secret" not in page.text
    assert "EAAsandbox" not in page.text
    account_id = saved.to.rpartition("/")[2].partition("?")[0]
    assert f"/hooks/whatsapp/{account_id}" in page.text
    assert "account.created" in await company.acts()


async def test_a_replaced_secret_goes_before_the_old_one_which_stays_valid(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    await company.post(f"/admin/channels/{account_id}", {**whatsapp, "access_token": "", "app_secret": "the new one"})
    secrets = (await company.account(account_id)).account.secrets
    assert [one.reveal() for one in secrets["app_secret"]] == ["the new one", "sandbox-app-secret"]
    assert [one.reveal() for one in secrets["access_token"]] == ["EAAsandbox"]


async def test_rows_keep_the_order_in_which_they_were_sent_and_empty_ones_are_left_out(company: Company) -> None:
    rows = [
        ("fields.7.name", "email"), ("fields.7.kind", "email"), ("fields.7.en", "Mail"), ("fields.7.de", "E-Mail"),
        ("fields.7.required", "yes"), ("fields.1001.name", ""), ("fields.1001.kind", "text"), ("fields.2.name", "groesse"),
        ("fields.2.kind", "select"), ("fields.2.en", "Size"), ("fields.2.de", "Größe"), ("fields.2.choices", "s | S | S\nm | M | M"),
    ]  # fmt: skip
    saved = await company.post(
        "/admin/channels/new/form", [("account_name", "Kontakt"), ("company", "Muster"), *rows, ("file_size_megabytes", "20")]
    )
    assert saved.status == 303, saved.words
    account_id = (await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    fields = (await company.account(account_id)).account.settings["fields"]
    assert [(one["name"], one["required"], one["choices"]) for one in fields] == [
        ("email", True, []),
        ("groesse", False, ["s | S | S", "m | M | M"]),
    ]


async def test_a_mistake_in_a_row_stands_at_its_cell(company: Company) -> None:
    rows = [("fields.0.name", "name"), ("fields.0.kind", "text"), ("fields.0.en", "Name"), ("fields.0.de", "")]
    page = await company.post("/admin/channels/new/form", [("account_name", "Kontakt"), ("company", "Muster"), *rows])
    assert page.status == 422
    assert 'id="fields.0.de-wrong"' in page.text


async def test_a_switched_off_account_keeps_its_settings(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    before = (await company.account(account_id)).account
    await company.post(f"/admin/channels/{account_id}/switch")
    off = await company.account(account_id)
    assert not off.enabled
    assert (off.account.settings, off.account.secrets) == (before.settings, before.secrets)
    await company.post(f"/admin/channels/{account_id}/switch", {"enabled": "yes"})
    assert (await company.account(account_id)).enabled


async def test_deleting_takes_the_name(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp Köln", **whatsapp)
    assert (await company.post(f"/admin/channels/{account_id}/delete", {"confirm": "WhatsApp"})).status == 422
    assert (await company.account(account_id)).name == "WhatsApp Köln"
    assert (await company.post(f"/admin/channels/{account_id}/delete", {"confirm": "WhatsApp Köln"})).status == 303
    assert await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s") == []


async def test_templates_are_taken_over_from_the_provider(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    assert (await company.post(f"/admin/channels/{account_id}/templates")).to.endswith("done=synchronised")
    names = [row["name"] for row in await company.rows("SELECT name FROM template WHERE workspace_id = %(workspace_id)s")]
    page = await company.get(f"/admin/channels/{account_id}")
    assert names
    assert all(name in page.text for name in names)


async def test_a_test_message_that_the_provider_refuses_says_why(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    page = await company.post(f"/admin/channels/{account_id}/test", {"to": "+49 152 28817386"})
    assert "The message was not sent:" in page.words or "The provider has taken the message." in page.words
    assert 'value="+49 152 28817386"' in page.text
    assert "account.tested" in await company.acts()


async def test_the_chat_shows_the_line_for_the_website(company: Company) -> None:
    account_id = await company.connect("webchat", "Shop", company="Muster")
    page = await company.get(f"/admin/channels/{account_id}")
    assert f"/widget/{account_id}/oase.js" in page.text


async def test_a_team_lead_sees_accounts_but_changes_nothing(company: Company, whatsapp: dict[str, str]) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    page = await company.get(f"/admin/channels/{account_id}", role="team_lead")
    assert page.status == 200
    assert "You can look at these settings" in page.words
    for path in ("", "/check", "/switch", "/delete", "/test", "/templates"):
        assert (await company.post(f"/admin/channels/{account_id}{path}", whatsapp, role="team_lead")).status == 403
    assert (await company.get("/admin/channels/new/whatsapp", role="team_lead")).status == 403


async def test_another_companys_account_does_not_exist(company: Company) -> None:
    assert (await company.get("/admin/channels/00000000-0000-7000-8000-000000000000")).status == 404
    assert (await company.get("/admin/channels/new/telex")).status == 404


async def test_a_value_of_our_own_is_renewed_and_the_old_one_stays_valid(company: Company) -> None:
    account_id = await company.connect("webchat", "Shop", company="Muster")
    before = (await company.account(account_id)).account.secrets["identity_secret"]
    assert (await company.post(f"/admin/channels/{account_id}/renew/identity_secret")).to.endswith("done=renewed")
    after = (await company.account(account_id)).account.secrets["identity_secret"]
    assert [one.reveal() for one in after[1:]] == [one.reveal() for one in before]
    assert after[0].reveal() in (await company.get(f"/admin/channels/{account_id}")).text
    assert (await company.post(f"/admin/channels/{account_id}/renew/company")).status == 404
    assert "account.secret_renewed" in await company.acts()


async def test_templates_that_the_provider_does_not_give_leave_the_page_with_a_reason(
    company: Company, whatsapp: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **{**whatsapp, "access_token": "wrong"})
    page = await company.post(f"/admin/channels/{account_id}/templates")
    assert page.status == 422
    assert "The connection does not work." in page.words


async def test_a_secret_that_is_kept_is_not_sent_to_an_address_that_was_changed(
    company: Company, whatsapp: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **{**whatsapp, "base_url": "https://graph.example"})
    changed = {**whatsapp, "access_token": "", "app_secret": ""}
    tested = await company.post(f"/admin/channels/{account_id}/check", changed)
    assert tested.status == 422
    assert 'id="access_token-wrong"' in tested.text
    assert "Please enter it again" in tested.words
    assert "The connection works." not in tested.words
    assert (await company.post(f"/admin/channels/{account_id}", changed)).status == 422
    assert (await company.account(account_id)).account.settings["base_url"] == "https://graph.example"


async def test_with_its_secret_typed_again_an_account_moves_and_nothing_of_the_old_one_goes_there(
    company: Company, whatsapp: dict[str, str]
) -> None:
    account_id = await company.connect(
        "whatsapp", "WhatsApp", **{**whatsapp, "base_url": "https://graph.example", "access_token": "of another place"}
    )
    changed = {**whatsapp, "app_secret": ""}
    assert "The connection works." in (await company.post(f"/admin/channels/{account_id}/check", changed)).words
    assert (await company.post(f"/admin/channels/{account_id}", changed)).status == 303
    secrets = (await company.account(account_id)).account.secrets
    assert [one.reveal() for one in secrets["access_token"]] == [whatsapp["access_token"]]
    assert [one.reveal() for one in secrets["app_secret"]] == [whatsapp["app_secret"]]  # it only verifies, and stays


async def test_a_secret_that_is_out_of_use_while_its_address_changes_is_forgotten(company: Company) -> None:
    mailbox = {
        "account_name": "Support", "address": "support@muster.example", "provider": "other", "incoming": "imap",
        "sign_in": "password", "password": "Fahrrad im Regen", "imap_host": "imap.muster.example", "imap_port": "993",
        "imap_security": "tls", "smtp_host": "smtp.muster.example", "smtp_port": "587", "smtp_security": "starttls",
    }  # fmt: skip
    account_id = await company.connect("email", "Support", **mailbox)
    tokens = {"oauth_client_id": "oase", "oauth_endpoint": "https://login.elsewhere.example/token"}
    moved = {**mailbox, **tokens, "password": "", "sign_in": "oauth2", "imap_host": "imap.elsewhere.example"}
    saved = await company.post(f"/admin/channels/{account_id}", moved)
    assert saved.status == 303, saved.words
    assert not (await company.account(account_id)).account.secret("password")


async def test_accounts_that_customers_are_led_to_are_ticked_and_kept_and_unticked(
    company: Company, whatsapp: dict[str, str]
) -> None:
    given = {name: value for name, value in whatsapp.items() if name != "account_name"}
    reached = await company.connect("whatsapp", "WhatsApp Köln", **given)
    await company.connect("form", "Kontakt", company="Lindgrün")
    fields = [("account_name", "Chat im Laden"), ("company", "Lindgrün"), ("elsewhere", "yes")]
    page = await company.post("/admin/channels/new/webchat", [*fields, ("elsewhere_accounts", "gibt es nicht")])
    assert page.status == 422
    assert 'id="elsewhere_accounts-wrong"' in page.text
    made = await company.post("/admin/channels/new/webchat", [*fields, ("elsewhere_accounts", str(reached))])
    path = made.to.partition("?")[0]
    shown = await company.get(path)
    assert "WhatsApp: WhatsApp Köln" in shown.words
    assert "Kontakt" not in shown.words  # nobody can be led there by a link
    assert f'name="elsewhere_accounts" value="{reached}" checked' in shown.text
    await company.post(path, fields)
    assert f'name="elsewhere_accounts" value="{reached}" checked' not in (await company.get(path)).text
