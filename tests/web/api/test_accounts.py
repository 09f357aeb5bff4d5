"""Accounts over the API: what channels ask for; made, tried, changed, switched, deleted. No secret comes back."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.web.api.conftest import Company, Program

from oase.channels import all_adapters, keep_check, keep_told, note_sent
from oase.channels.contract import Checked
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission

SETTINGS = {"phone_number_id": "106540352242999", "waba_id": "102290129340399"}
SECRETS = {"access_token": "EAAgeheim", "app_secret": "geheim-der-app", "verify_token": "mein-verify-token"}
NEW = {"channel": "whatsapp", "name": "WhatsApp Köln", "settings": SETTINGS, "secrets": SECRETS}
NOWHERE = "http://127.0.0.1:9"


async def secrets_of(company: Company, account_id: str) -> dict[str, list[str]]:
    async with company.services.database.work(company.workspace_id) as work:
        found = next(one for one in await company.services.book.of_workspace(work) if one.id == UUID(account_id))
    return {name: [one.reveal() for one in values] for name, values in found.account.secrets.items()}


async def test_channels_say_what_their_accounts_need(program: Program) -> None:
    channels = {one["id"]: one for one in (await program("GET", "/channels")).body["data"]}
    assert sorted(channels) == sorted(all_adapters())
    settings = {one["name"]: one for one in channels["whatsapp"]["settings"]}
    assert (settings["access_token"]["kind"], settings["phone_number_id"]["required"]) == ("secret", True)
    rows = next(one for one in channels["form"]["settings"] if one["kind"] == "rows")
    assert "kind" in [column["name"] for column in rows["columns"]]


async def test_accounts_show_their_state_and_no_secrets(company: Company, program: Program) -> None:
    (account,) = (await program("GET", "/accounts")).body["data"]
    assert (account["id"], account["state"], account["address_kind"]) == (str(company.whatsapp), "up", "phone")
    assert (account["settings"]["waba_id"], account["secrets"]) == (
        "102290129340398",
        ["access_token", "app_secret", "verify_token"],
    )
    assert account["webhook_url"].endswith(f"/hooks/whatsapp/{company.whatsapp}")
    assert not any(secret in json.dumps(account) for secret in ("EAAtest", "app-secret-of-the-test", "verify-me"))
    assert (await program("GET", f"/accounts/{account['id']}")).body == account
    assert (await program("GET", f"/accounts/{UUID(int=1)}")).status == 404


async def test_an_account_says_what_the_provider_said_and_when_its_credentials_end(company: Company, program: Program) -> None:
    path, ends = f"/accounts/{company.whatsapp}", datetime(2027, 1, 15, 8, 30, tzinfo=UTC)
    fresh = (await program("GET", path)).body
    assert [fresh[name] for name in ("expires_at", "checked_at", "heard_at", "sent_at", "facts")] == [None, None, None, None, {}]
    async with company.services.database.work(company.workspace_id) as work:
        facts = {"display_phone_number": "+49 30 23125100", "quality_rating": "GREEN"}
        await keep_check(work, company.whatsapp, Checked(ok=True, summary="", facts=facts, expires_at=ends))
        await note_sent(work, company.whatsapp)
        await keep_told(work, company.whatsapp, "", Checked(ok=False, summary="The verify token does not match."))
    known = (await program("GET", path)).body
    assert datetime.fromisoformat(known["expires_at"]) == ends
    assert (known["facts"], known["webhook_why"]) == (facts, "The verify token does not match.")
    assert None not in (known["checked_at"], known["sent_at"])
    assert known in (await program("GET", "/accounts")).body["data"]


async def test_what_waits_for_an_account_and_what_went_wrong_is_counted_with_the_reasons(
    company: Company, program: Program, begun: dict[str, Any]
) -> None:
    path = f"/accounts/{company.whatsapp}/life"
    nothing = {"to_send": 0, "to_send_since": None, "to_read": 0, "unreadable": 0, "unknown": 0, "failed": 0, "reasons": []}
    assert (await program("GET", path)).body == nothing
    said = await program(
        "POST", f"/conversations/{begun['conversation_id']}/messages", {"text": "Wir sehen nach und melden uns."}
    )
    assert said.status == 201, said.body
    async with company.services.database.work(company.workspace_id) as work:
        for part in (1, 2):  # of the message that waits, two further parts were refused
            await work.run(
                "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, part, outbound, state, why,"
                " next_at, created_at, failed_at) SELECT workspace_id, %(id)s::uuid, message_id, conversation_id, account_id, recipient,"
                " %(part)s, '{}', 'failed', '(#131026) Undeliverable', next_at, created_at, %(now)s FROM delivery WHERE part = 0"
                " AND workspace_id = %(workspace_id)s",
                {"id": new_id(), "part": part, "now": work.clock.now()},
            )
    found = (await program("GET", path)).body
    assert (found["to_send"], found["failed"]) == (1, 2)
    assert found["to_send_since"] is not None
    assert [(one["why"], one["count"]) for one in found["reasons"]] == [("(#131026) Undeliverable", 2)]
    assert (await program("GET", f"/accounts/{UUID(int=1)}/life")).status == 404


async def test_an_account_is_made_once_and_its_secrets_are_sealed(company: Company, program: Program) -> None:
    made = await program("POST", "/accounts", NEW, idempotency_key="koeln")
    assert made.status == 201, made.body
    assert (await program("POST", "/accounts", NEW, idempotency_key="koeln")).body == made.body
    assert len((await program("GET", "/accounts")).body["data"]) == 2
    assert not any(secret in json.dumps(made.body) for secret in SECRETS.values())
    assert await secrets_of(company, made.body["id"]) == {name: [value] for name, value in SECRETS.items()}
    entry = (await program("GET", "/audit-log?subject=account&limit=1")).body["data"][0]
    assert (entry["act"], entry["data"]["name"]) == ("account.created", "WhatsApp Köln")


async def test_what_is_left_out_has_its_default(program: Program) -> None:
    made = await program("POST", "/accounts", {"channel": "form", "name": "Formular", "settings": {"company": "Muster GmbH"}})
    assert made.status == 201, made.body
    assert (made.body["settings"]["file_size_megabytes"], made.body["secrets"]) == (20, ["page_secret"])
    assert [row["name"] for row in made.body["settings"]["fields"]][:2] == ["name", "email"]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"settings": {}, "secrets": {}}, ["#/settings/phone_number_id", "#/settings/waba_id", "#/secrets/access_token"]),
        ({"settings": {**SETTINGS, "colour": "red"}}, ["#/settings/colour"]),
        ({"settings": {**SETTINGS, "access_token": "EAA"}}, ["#/settings/access_token"]),
        ({"settings": {**SETTINGS, "waba_id": ["1"]}}, ["#/settings/waba_id"]),
        ({"secrets": {**SECRETS, "waba_id": "1"}}, ["#/secrets/waba_id"]),
        ({"channel": "fax"}, ["#/channel"]),
        ({"name": " "}, ["#/name"]),
        ({"channel": "form", "secrets": {}, "settings": {"company": "M", "fields": [{"name": "a", "kind": "b", "x": 1}]}},
         ["#/settings/fields/0/x", "#/settings/fields/0/kind", "#/settings/fields/0/en", "#/settings/fields/0/de"]),
    ],
)  # fmt: skip
async def test_everything_that_is_wrong_with_an_account_is_named(
    program: Program, change: dict[str, Any], pointers: list[str]
) -> None:
    for path in ("/accounts", "/accounts/check"):
        answer = await program("POST", path, {**NEW, **change})
        assert answer.status == 422, answer.body
        named = [one["pointer"] for one in answer.body["errors"]]
        assert named[: len(pointers)] == pointers


async def test_an_account_is_changed_and_what_is_left_out_stays(company: Company, program: Program) -> None:
    path = f"/accounts/{company.whatsapp}"
    changed = await program("PATCH", path, {"name": "WhatsApp Bonn", "secrets": {"access_token": "EAAneu"}})
    assert (changed.status, changed.body["name"], changed.body["enabled"]) == (200, "WhatsApp Bonn", True)
    kept = await secrets_of(company, str(company.whatsapp))
    assert (kept["access_token"], kept["app_secret"]) == (["EAAneu", "EAAtest"], ["app-secret-of-the-test"])
    off = await program("PATCH", path, {"enabled": False})
    assert off.body == {**changed.body, "enabled": False, "state_since": off.body["state_since"]}
    assert (await program("PATCH", path, {})).body == off.body
    entry = (await program("GET", "/audit-log?subject=account")).body["data"][1]
    assert (entry["act"], entry["data"]["secrets"]) == ("account.changed", ["access_token"])
    assert "EAAneu" not in json.dumps(entry)


async def test_secrets_are_asked_again_when_they_would_go_elsewhere(company: Company, program: Program) -> None:
    path = f"/accounts/{company.whatsapp}"
    elsewhere = {"settings": {"base_url": "https://graph.example.com"}}
    for refused in (await program("PATCH", path, elsewhere), await program("POST", f"{path}/check", elsewhere)):
        assert (refused.status, [one["pointer"] for one in refused.body["errors"]]) == (422, ["#/secrets/access_token"])
    changed = await program("PATCH", path, {**elsewhere, "secrets": {"access_token": "EAAneu"}})
    assert (changed.status, changed.body["settings"]["base_url"]) == (200, "https://graph.example.com")
    assert (await secrets_of(company, str(company.whatsapp)))["access_token"] == ["EAAneu"]


async def test_an_account_is_tried_and_nothing_is_stored(company: Company, program: Program) -> None:
    failed = await program("POST", "/accounts/check", {**NEW, "settings": {**SETTINGS, "base_url": NOWHERE}})
    assert (failed.status, failed.body["ok"], bool(failed.body["summary"])) == (200, False, True)
    fine = await program("POST", "/accounts/check", {"channel": "form", "name": "Formular", "settings": {"company": "M"}})
    assert fine.body == {"ok": True, "summary": "Everything this channel needs is here.", "facts": {}}
    path = f"/accounts/{company.whatsapp}/check"
    changes = {"settings": {"base_url": NOWHERE}, "secrets": {"access_token": "EAAneu"}}
    assert (await program("POST", path, changes)).body["ok"] is False
    assert len((await program("GET", "/accounts")).body["data"]) == 1
    assert (await secrets_of(company, str(company.whatsapp)))["access_token"] == ["EAAtest"]


async def test_a_test_message_says_what_became_of_it(company: Company, program: Program) -> None:
    account = (await program("POST", "/accounts", {**NEW, "settings": {**SETTINGS, "base_url": NOWHERE}})).body["id"]
    tried = await program("POST", f"/accounts/{account}/test", {"to": "+4915228817386"})
    assert (tried.status, tried.body["state"], bool(tried.body["why"])) == (200, "failed", True)
    assert (await program("GET", "/audit-log?subject=account&limit=1")).body["data"][0]["act"] == "account.tested"
    assert (await program("POST", f"/accounts/{account}/test", {"to": ""})).body["errors"][0]["pointer"] == "#/to"


async def test_an_account_is_deleted_and_its_templates_are_read(company: Company, program: Program) -> None:
    path = f"/accounts/{company.whatsapp}"
    assert (await program("GET", f"{path}/templates")).body["data"] == []
    assert (await program("DELETE", path)).status == 204
    assert (await program("DELETE", path)).status == 404
    assert (await program("GET", f"{path}/templates")).status == 404


async def test_who_may_only_read_accounts_changes_none(company: Company) -> None:
    reader = await company.program(Permission.ACCOUNT_READ)
    path = f"/accounts/{company.whatsapp}"
    assert (await reader("GET", path)).status == 200
    for method, where, body in (
        ("POST", "/accounts", NEW),
        ("POST", "/accounts/check", NEW),
        ("POST", f"{path}/check", {}),
        ("PATCH", path, {"enabled": False}),
        ("DELETE", path, None),
        ("POST", f"{path}/test", {"to": "+4915228817386"}),
        ("POST", f"{path}/templates/synchronise", None),
    ):
        assert (await reader(method, where, body)).status == 403, where


async def test_accounts_that_customers_are_led_to_are_a_list_of_ids(company: Company, program: Program) -> None:
    asked = {
        "channel": "webchat",
        "name": "Chat",
        "settings": {"company": "Muster", "elsewhere_accounts": [str(company.whatsapp)]},
    }
    made = await program("POST", "/accounts", asked)
    assert (made.status, made.body["settings"]["elsewhere_accounts"]) == (201, [str(company.whatsapp)]), made.body
    wrong = await program("PATCH", f"/accounts/{made.body['id']}", {"settings": {"elsewhere_accounts": ["WhatsApp"]}})
    assert [one["pointer"] for one in wrong.body["errors"]] == ["#/settings/elsewhere_accounts"]
