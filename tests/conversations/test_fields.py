"""Custom fields of conversations: what fits is kept by its kind, what does not is refused in the user's words."""

from typing import Any
from uuid import UUID

import pytest

from oase.conversations import Author, CustomField, read_values, save_field, set_fields
from oase.kernel.db import Database
from oase.kernel.errors import Invalid

from .conftest import TakeIn, delivery, text

ANNE = Author(name="Änne Köhler")
CHOICES = ["Garantie", "Kulanz 🎁"]


def field(kind: str) -> CustomField:
    return CustomField(
        subject="conversation", key="k", labels={"de": "Feld"}, kind=kind, choices=CHOICES if kind == "choice" else []
    )


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "  Straße 7 ", "Straße 7"), ("number", "12.5", 12.5), ("number", "1200.0", 1200), ("number", 7, 7),
        ("date", "2026-11-24", "2026-11-24"), ("boolean", "Ja", True), ("boolean", "false", False), ("boolean", True, True),
        ("choice", "Kulanz 🎁", "Kulanz 🎁"), ("url", "https://example.com/ä", "https://example.com/ä"), ("number", "", None),
    ],
)  # fmt: skip
def test_a_value_is_stored_by_the_kind_of_its_field(kind: str, given: Any, stored: Any) -> None:
    assert read_values([field(kind)], {"k": given}) == {"k": stored}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "zwölf"), ("number", "nan"), ("number", "1e99"), ("date", "31.02.2026"), ("boolean", "vielleicht"),
        ("choice", "Reparatur"), ("url", "javascript:alert(1)"), ("url", "https://"), ("text", "ä" * 2001),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_says_which_field(kind: str, given: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_values([field(kind)], {"k": given})
    assert refused.value.field == "k"


async def test_a_changed_field_stands_in_the_timeline_and_in_the_audit_log(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Meine Kaffeemaschine tropft")))
    async with database.work(workspace_id) as work:
        await save_field(work, subject="conversation", labels={"de": "Betrag", "en": "Amount"}, kind="number")
        one = await work.value("SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s")
        for value in ("12.50", 12.5, ""):
            await set_fields(work, ANNE, one, {"amount": value})
    async with database.work(workspace_id) as work:
        events = await work.tuples(
            "SELECT data->'value' FROM message WHERE workspace_id = %(workspace_id)s AND kind = 'field' ORDER BY at, id"
        )
        audited = await work.value(
            "SELECT count(*) FROM audit_entry WHERE workspace_id = %(workspace_id)s AND act = 'conversation.fields'"
        )
    assert [value for (value,) in events] == [12.5, None]
    assert audited == 2
