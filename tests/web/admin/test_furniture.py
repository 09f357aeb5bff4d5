"""Tags, snippets and custom fields through their pages."""

from uuid import UUID

import pytest
from tests.web.admin.conftest import Company

from oase.conversations.actions.furniture import key_of

MAIL = b"From: jana@example.com\r\nTo: service@example.com\r\nSubject: Tasche\r\nMessage-ID: <1@example.com>\r\n\r\nHallo\r\n"


async def tag(company: Company, name: str) -> UUID:
    await company.post("/admin/tags/new", {"name": name, "color": "#0f766e"})
    found = await company.rows("SELECT id FROM tag WHERE workspace_id = %(workspace_id)s AND name = %(name)s", name=name)
    return UUID(str(found[0]["id"]))


async def tagged(company: Company, *tags: str) -> None:
    """A conversation that carries these tags."""
    account_id = await company.connect("email", "Service", address="service@example.com", incoming="receiver", smtp_host="x")
    await company.arrives(account_id, "email", MAIL)
    async with company.services.database.work(company.workspace_id) as work:
        await work.run("UPDATE conversation SET tags = %(tags)s WHERE workspace_id = %(workspace_id)s", {"tags": list(tags)})


async def tags_of(company: Company) -> list[str]:
    found: list[str] = (await company.rows("SELECT tags FROM conversation WHERE workspace_id = %(workspace_id)s"))[0]["tags"]
    return found


async def test_a_new_name_of_a_tag_reaches_the_conversations(company: Company) -> None:
    tag_id = await tag(company, "Reklamation")
    await tagged(company, "Reklamation", "eilig")
    assert (await company.post(f"/admin/tags/{tag_id}", {"name": "Beschwerde", "color": "#b91c1c"})).status == 303
    assert await tags_of(company) == ["Beschwerde", "eilig"]
    assert "1 conversation" in (await company.get("/admin/tags")).words


async def test_a_name_that_is_taken_is_refused_at_its_field(company: Company) -> None:
    first, _ = await tag(company, "Reklamation"), await tag(company, "Beschwerde")
    page = await company.post(f"/admin/tags/{first}", {"name": "Beschwerde", "color": "#b91c1c"})
    assert page.status == 422
    assert 'id="name-wrong"' in page.text
    assert "You can merge the two." in page.words


async def test_merged_tags_leave_one_on_each_conversation(company: Company) -> None:
    first, second = await tag(company, "Reklamation"), await tag(company, "Beschwerde")
    await tagged(company, "Reklamation", "Beschwerde")
    assert (await company.post(f"/admin/tags/{first}/merge", {"confirm": "nein", "into": str(second)})).status == 422
    assert (await company.post(f"/admin/tags/{first}/merge", {"confirm": "Reklamation", "into": str(second)})).status == 303
    assert await tags_of(company) == ["Beschwerde"]
    assert "tag.merged" in await company.acts()


async def test_a_deleted_tag_is_taken_off(company: Company) -> None:
    tag_id = await tag(company, "Reklamation")
    await tagged(company, "Reklamation", "eilig")
    await company.post(f"/admin/tags/{tag_id}/delete", {"confirm": "Reklamation"})
    assert await tags_of(company) == ["eilig"]


async def test_a_snippet_is_written_in_two_languages_and_found_by_its_shortcut(company: Company) -> None:
    form = {
        "shortcut": "/Retoure",
        "name": "Rücksendung",
        "text_de": "Guten Tag {{person.name}}",
        "text_en": "Dear {{ company }}",
    }
    assert (await company.post("/admin/snippets/new", form)).status == 303
    page = await company.get("/admin/snippets")
    assert "/retoure" in page.text
    assert (await company.post("/admin/snippets/new", form)).status == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shortcut": "two words"}, "shortcut"),
        ({"text_de": "", "text_en": " "}, "text_de"),
        ({"text_en": "Dear {{person.shoe_size}}"}, "text_en"),
        ({"name": " "}, "name"),
    ],
)
async def test_a_snippet_with_a_mistake_comes_back_as_it_was_typed(company: Company, changes: dict[str, str], field: str) -> None:
    form = {"shortcut": "retoure", "name": "Rücksendung", "text_de": "Bitte {{agent.name}} & Co", "text_en": "", **changes}
    page = await company.post("/admin/snippets/new", form)
    assert page.status == 422
    assert f'id="{field}-wrong"' in page.text
    assert form["text_de"].replace("&", "&amp;") in page.text


async def test_fields_are_made_ordered_and_removed(company: Company) -> None:
    for label in ("Kundennummer", "Größe"):
        form = {"subject": "person", "kind": "text", "label_de": label, "label_en": ""}
        assert (await company.post("/admin/fields/new", form)).status == 303
    rows = await company.rows("SELECT id, key FROM custom_field WHERE workspace_id = %(workspace_id)s ORDER BY position")
    assert [row["key"] for row in rows] == ["kundennummer", "groesse"]
    await company.post(f"/admin/fields/{rows[1]['id']}/move", {"to": "up"})
    page = await company.get("/admin/fields")
    assert page.words.index("Größe") < page.words.index("Kundennummer")
    assert (await company.post(f"/admin/fields/{rows[0]['id']}/delete", {"confirm": "kundennummer"})).status == 303
    assert len(await company.rows("SELECT id FROM custom_field WHERE workspace_id = %(workspace_id)s")) == 1


async def test_a_choice_without_choices_is_refused(company: Company) -> None:
    page = await company.post("/admin/fields/new", {"subject": "person", "kind": "choice", "label_de": "Größe"})
    assert 'id="choices-wrong"' in page.text
    assert (await company.post("/admin/fields/new", {"subject": "nobody", "kind": "text", "label_de": "x"})).status == 422


def test_keys_are_made_of_labels() -> None:
    assert [key_of(one) for one in ("Größe (cm)", "Straße & Nr.", "日本", "Éclair")] == [
        "groesse_cm",
        "strasse_nr",
        "field",
        "eclair",
    ]
