"""Rules and macros through their pages: written in rows, tried on the past, ordered, switched on and off."""

import json
from typing import Any
from uuid import UUID

from tests.web.admin.conftest import Company

from oase.conversations import View
from oase.web.inbox.filters import SAVED, queue_id

MAIL = b"From: jana@example.com\r\nTo: service@example.com\r\nSubject: Kaputt\r\nMessage-ID: <1@example.com>\r\n\r\nBremse defekt.\r\n"
FORM = [
    ("name", "Reparaturen"), ("when", "received"), ("all.0.what", "words"), ("all.0.how", "has"), ("all.0.values", "kaputt, defekt"),
    ("all.7.what", "state"), ("all.7.how", "is"), ("all.7.values", "open"), ("all.7.values", "waiting"),
    ("any.0.what", "age"), ("any.0.how", "at_most"), ("any.0.number", "2"), ("any.0.unit", "1440"),
    ("act.0.do", "tag"), ("act.0.value", "Reparatur"), ("act.3.do", "snooze"), ("act.3.number", "3"), ("act.3.unit", "60"),
]  # fmt: skip


async def rule(company: Company, *more: tuple[str, str]) -> UUID:
    assert (await company.post("/admin/automations/new", [*FORM, *more])).status == 303
    return UUID(str((await rules(company))[-1]["id"]))


async def rules(company: Company) -> list[dict[str, Any]]:
    return await company.rows("SELECT * FROM automation WHERE workspace_id = %(workspace_id)s ORDER BY position")


async def test_rows_become_a_rule_that_is_read_as_a_sentence(company: Company) -> None:
    rule_id = await rule(company)
    page = await company.get("/admin/automations")
    assert (
        "When a customer writes, if Subject or text contains “kaputt” or “defekt” and State is Open or Waiting"
        " and Opened since at most 2 days: then Add the tag “Reparatur”; Snooze for 3 hours" in page.words
    )
    editor = await company.get(f"/admin/automations/{rule_id}")
    assert 'value="kaputt, defekt"' in editor.text
    assert (await rules(company))[0]["state"] == "draft"


async def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(company: Company) -> None:
    sent = [one for one in FORM if one[0] != "act.0.value"]
    page = await company.post("/admin/automations/new", [*sent, ("act.0.value", " ")])
    assert page.status == 422
    assert 'id="act.0.wrong-wrong"' in page.text
    assert 'value="kaputt, defekt"' in page.text


async def test_a_rule_is_tried_and_switched_on_and_off(company: Company) -> None:
    account_id = await company.connect("email", "Service", address="service@example.com", incoming="receiver", smtp_host="x")
    await company.arrives(account_id, "email", MAIL)
    sent = await company.post("/admin/automations/new", [*FORM, ("then", "try")])
    trial = sent.to
    for _ in range(5):
        await company.post(f"{trial}/step", script=True)
    page = await company.get(trial)
    assert "Would have hit one of 1 conversations of the last 30 days." in page.words
    assert "Kaputt" in page.words
    rule_id = (await rules(company))[0]["id"]
    for to in ("on", "off"):
        await company.post(f"/admin/automations/{rule_id}/switch", {"to": to})
        assert (await rules(company))[0]["state"] == to
    assert "Nothing yet" in (await company.get(f"/admin/automations/{rule_id}/runs")).words


async def test_rules_have_an_order_by_keyboard_and_by_dragging(company: Company) -> None:
    made = [await rule(company, ("name", name)) for name in ("A", "B", "C")]
    await company.post("/admin/automations/order", {"rule": str(made[2]), "to": "up"})
    assert [one["id"] for one in await rules(company)] == [made[0], made[2], made[1]]
    await company.post("/admin/automations/order", [("ids", str(one)) for one in reversed(made)], script=True)
    assert [one["id"] for one in await rules(company)] == made[::-1]


async def test_rules_that_would_undo_each_other_are_named(company: Company) -> None:
    base = [("act.0.do", "state"), ("when", "state")]
    for name, to, value in (("Auf", "solved", "open"), ("Zu", "open", "solved")):
        await company.post("/admin/automations/new", [*base, ("name", name), ("to", to), ("act.0.value", value)])
        await company.post(f"/admin/automations/{(await rules(company))[-1]['id']}/switch", {"to": "on"})
    assert "These rules set each other off: “Auf” and “Zu”." in (await company.get("/admin/automations")).words


async def test_a_template_is_a_draft_with_its_snippet_made_once(company: Company) -> None:
    for _ in range(2):
        sent = await company.post("/admin/automations/from/closed")
        assert "Outside business hours" in (await company.get(sent.to.split("?")[0])).words
    found = await company.rows("SELECT shortcut, texts FROM snippet WHERE workspace_id = %(workspace_id)s")
    assert [one["shortcut"] for one in found] == ["closed"]
    assert "{{hours.next}}" in found[0]["texts"]["de"]


async def test_a_rule_is_deleted_by_its_name_and_agents_have_none(company: Company) -> None:
    rule_id = await rule(company)
    assert (await company.post(f"/admin/automations/{rule_id}/delete", {"confirm": "nein"})).status == 422
    assert (await company.get("/admin/automations", role="agent")).status == 403
    await company.post(f"/admin/automations/{rule_id}/delete", {"confirm": "Reparaturen"})
    assert await rules(company) == []


async def test_a_macro_is_written_shown_and_done_in_the_inbox(company: Company) -> None:
    account_id = await company.connect("email", "Service", address="service@example.com", incoming="receiver", smtp_host="x")
    await company.arrives(account_id, "email", MAIL)
    form = [
        ("name", "Annehmen"),
        ("act.0.do", "assign"),
        ("act.0.value", "me"),
        ("act.1.do", "tag"),
        ("act.1.value", "Reparatur"),
    ]
    assert (await company.post("/admin/macros/new", form)).status == 303
    assert (await company.post("/admin/macros/new", form)).status == 422
    macro = (await company.rows("SELECT id FROM macro WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    conversation = (await company.rows("SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    shown = await company.get(f"/conversations/{conversation}/macros/{macro}", role="agent")
    assert "Give it to the agent “Ben Öztürk”" in shown.words
    key = {"key": "0192f1e0-7f00-7000-8000-000000000001"}
    await company.post(f"/conversations/{conversation}/macros/{macro}", key, role="agent", script=True)
    now = (await company.rows("SELECT tags, assignee_id FROM conversation WHERE workspace_id = %(workspace_id)s"))[0]
    assert (now["tags"], now["assignee_id"]) == (["Reparatur"], company.agents["agent"])


async def test_a_view_is_made_a_rule_with_its_filter_as_conditions(company: Company) -> None:
    filtered = queue_id(View(states=("open", "waiting"), channels=("email",), tags=("Garantie", "VIP")))
    await company.post("/views", {"name": "Garantiefälle", "share": "none", "queue": filtered}, script=True)
    (view,) = await company.rows("SELECT id FROM saved_view WHERE workspace_id = %(workspace_id)s")
    address = f"/admin/automations/new?view={view['id']}"
    assert address in (await company.get(f"/inbox/{SAVED}{view['id']}")).text
    page = await company.get(address)
    assert (page.status, 'value="Garantiefälle"' in page.text, 'value="Garantie"' in page.text) == (200, True, True)
    assert page.text.count('name="all.0.values" value="waiting" checked') == 1
    assert (await company.get(f"/admin/automations/new?view={UUID(int=7)}")).status == 404


async def test_snippets_in_the_composer_say_when_somebody_is_there(company: Company) -> None:
    account_id = await company.connect("email", "Service", address="service@example.com", incoming="receiver", smtp_host="x")
    await company.arrives(account_id, "email", MAIL)
    await company.post(
        "/admin/snippets/new", {"shortcut": "da", "name": "Da", "text_de": "Wieder da: {{hours.next}}, {{person.name}}"}
    )
    conversation = (await company.rows("SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    (one,) = json.loads((await company.get(f"/conversations/{conversation}/snippets?q=da", role="agent")).text)
    assert one["text"].startswith("Wieder da: ") and "{{" not in one["text"] and ": ," not in one["text"]
