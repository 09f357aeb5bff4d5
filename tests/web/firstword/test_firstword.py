"""The first word over HTTP: files go with it, a template's blanks are all asked for, what is wrong is said with what was typed kept."""

import json
from typing import Any

from tests.web.admin.conftest import Company

from oase.channels import replace_templates
from oase.channels.contract import Template
from oase.kernel.ids import new_id

READY = Template(
    name="rad_fertig", language="de", header="Auftrag {{1}}", body="Guten Tag {{1}}, Ihr Rad ist fertig.", footer="Muster GmbH",
    buttons=("Auftrag ansehen",), parameters={"header": 1, "body": 1, "button.0": 1},
)  # fmt: skip
AGREED = {"basis": "consent", "note": "Im Laden, gestern"}


async def upload(company: Company, name: str) -> str:
    answer = await company._ask("POST", "/uploads", "administrator", {"x-file-name": name}, data=b"%PDF-1.4 Rechnung")
    assert answer.status == 201, answer.text
    return answer.text.partition('"id":"')[2][:36]


def form(way: str, address: str, **more: Any) -> dict[str, str]:
    return {"client_key": str(new_id()), "way": f"{way}/{address}", "address": address, "when": "now", **more}


async def test_files_go_with_the_first_word_and_are_kept_when_something_is_wrong(company: Company) -> None:
    mail = await company.connect(
        "email", "Mail", address="hilfe@lindgruen.example", sender_name="Lindgrün", incoming="receiver", smtp_host="127.0.0.1",
        smtp_security="none", smtp_sign_in=False,
    )  # fmt: skip
    ids = [await upload(company, name) for name in ("Rechnung.pdf", "AGB.pdf")]
    files = {"attachments": "\n".join(ids), "attachment_names": "Rechnung.pdf\nAGB.pdf"}
    words = form(str(mail), "neu@example.org", subject="Rechnung", text="Anbei die Rechnung.", **files)
    wrong = await company.post("/conversations/new", words)
    assert wrong.status == 422
    assert "Rechnung.pdf" in wrong.words
    assert "AGB.pdf" in wrong.words
    sent = await company.post("/conversations/new", {**words, **AGREED})
    assert (sent.status, (await company.post("/conversations/new", {**words, **AGREED})).to) == (
        303,
        sent.to,
    )  # once for each form
    rows = await company.rows(
        "SELECT a.name, m.text FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.workspace_id = %(workspace_id)s ORDER BY 1"
    )
    assert [(row["name"], row["text"]) for row in rows] == [(name, "Anbei die Rechnung.") for name in ("AGB.pdf", "Rechnung.pdf")]


async def test_all_blanks_of_a_template_are_asked_for_and_go_to_their_components(company: Company) -> None:
    given = {"phone_number_id": "1", "waba_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"}
    account = await company.connect("whatsapp", "WhatsApp", **given)
    async with company.services.database.work(company.workspace_id) as work:
        await replace_templates(work, account, [READY])
    page = await company.get("/conversations/new?address=%2B4915228817399")
    assert all(f'name="place.{one}.1"' in page.text for one in ("header", "body", "button.0"))
    words = form(str(account), "+4915228817399", template="rad_fertig/de", **AGREED)
    typed = {"place.header.1": "W-2231", "place.body.1": "Frau Groß"}
    missing = await company.post("/conversations/new", {**words, **typed})
    assert missing.status == 422
    assert 'value="Frau Groß"' in missing.text
    sent = await company.post("/conversations/new", {**words, **typed, "place.button.0.1": "W-2231"})
    assert sent.status == 303
    (row,) = await company.rows("SELECT text, data FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'out'")
    assert row["text"] == "Auftrag W-2231\n\nGuten Tag Frau Groß, Ihr Rad ist fertig.\n\nMuster GmbH"
    (delivery,) = await company.rows("SELECT outbound FROM delivery WHERE workspace_id = %(workspace_id)s")
    assert '"button.0":["W-2231"]' in json.dumps(delivery["outbound"], separators=(",", ":"))
    gone = await company.post("/conversations/new", {**words, "client_key": str(new_id()), "template": "weg/de"})
    assert gone.status == 422
