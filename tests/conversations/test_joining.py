"""Conversations become one, are taken apart again, and give messages to one of their own."""

from typing import Any
from uuid import UUID

import pytest

from oase.conversations import Author, merge, set_state, set_tags, split, unmerge
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid

from .conftest import TakeIn, delivery, text

ANNE = Author(name="Änne Köhler")


async def _two(work: UnitOfWork) -> tuple[UUID, UUID]:
    ids = await work.value("SELECT array_agg(id ORDER BY number) FROM conversation WHERE workspace_id = %(workspace_id)s")
    return ids[0], ids[1]


async def _as_it_stands(work: UnitOfWork) -> list[dict[str, Any]]:
    """Both conversations with their messages, without what only tells of acts."""
    return await work.rows(
        "SELECT c.id, c.state, c.due_at, c.waiting_since, c.tags, c.merged_into, c.message_count, c.first_line, c.last_in_at,"
        " (SELECT array_agg(m.text ORDER BY m.at, m.id) FROM message m WHERE m.workspace_id = c.workspace_id"
        " AND m.conversation_id = c.id AND m.direction = 'in') AS said FROM conversation c"
        " WHERE c.workspace_id = %(workspace_id)s ORDER BY c.number"
    )


@pytest.fixture
def two_customers() -> list[Any]:
    """Two customers write, one of them twice."""
    return [
        delivery(text(1, "Die Tür klemmt 🚪", sender="4915228817386"), name="Jörg Weißmüller"),
        delivery(text(2, "Where is my order?", sender="15550100"), name="Zoë O’Brien"),
        delivery(text(3, "Hallo?", sender="15550100"), name="Zoë O’Brien"),
    ]


async def test_taking_a_merge_apart_restores_both_conversations(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        kept, merged = await _two(work)
        await set_tags(work, ANNE, merged, ["Lieferung"])
        before = await _as_it_stands(work)
    async with database.work(workspace_id) as work:
        merge_id = await merge(work, ANNE, kept, merged)
        assert (await _as_it_stands(work))[0]["said"] == ["Die Tür klemmt 🚪", "Where is my order?", "Hallo?"]
    async with database.work(workspace_id) as work:
        assert await unmerge(work, ANNE, merge_id) == merged
        assert await _as_it_stands(work) == before


async def test_what_was_done_and_written_since_a_merge_stays_when_it_is_taken_apart(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        kept, merged = await _two(work)
        merge_id = await merge(work, ANNE, kept, merged)
    await take_in(whatsapp, delivery(text(4, "Noch etwas", sender="4915228817386"), name="Jörg Weißmüller"))
    async with database.work(workspace_id) as work:
        await set_state(work, ANNE, kept, "solved")
        await set_tags(work, ANNE, kept, ["Eilt"])
        await unmerge(work, ANNE, merge_id)
        first, second = await _as_it_stands(work)
    assert (first["state"], first["tags"], first["said"]) == ("solved", ["Eilt"], ["Die Tür klemmt 🚪", "Noch etwas"])
    assert (second["state"], second["said"]) == ("open", ["Where is my order?", "Hallo?"])


async def test_a_merge_is_taken_apart_once_only(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        merge_id = await merge(work, ANNE, *await _two(work))
        await unmerge(work, ANNE, merge_id)
        with pytest.raises(Invalid):
            await unmerge(work, ANNE, merge_id)


async def test_what_was_split_off_since_a_merge_stays_where_it_was_put(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        kept, merged = await _two(work)
        merge_id = await merge(work, ANNE, kept, merged)
        hello = await work.value("SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND text = 'Hallo?'")
        new = await split(work, ANNE, kept, [hello])
        await unmerge(work, ANNE, merge_id)
        said = {row["id"]: row["said"] for row in await _as_it_stands(work)}
    assert said == {kept: ["Die Tür klemmt 🚪"], merged: ["Where is my order?"], new: ["Hallo?"]}


async def test_the_list_shows_the_newest_line_that_is_left_after_a_split(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        _, second = await _two(work)
        hello = await work.value("SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND text = 'Hallo?'")
        await split(work, ANNE, second, [hello])
        lines = [row["first_line"] for row in await _as_it_stands(work)]
    assert lines == ["Die Tür klemmt 🚪", "Where is my order?", "Hallo?"]


async def test_an_answer_is_owed_where_the_customer_spoke_last_and_nowhere_else_after_a_split(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, two_customers: list[Any]
) -> None:
    await take_in(whatsapp, *two_customers)
    async with database.work(workspace_id) as work:
        _, second = await _two(work)
        await work.run(
            "UPDATE message SET direction = 'out' WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s"
            " AND text LIKE 'Where%%'",
            {"id": second},
        )
        hello = await work.value("SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND text = 'Hallo?'")
        new = await split(work, ANNE, second, [hello])
        owed = {row["id"]: row["due_at"] is not None for row in await _as_it_stands(work)}
    assert (owed[second], owed[new]) == (False, True)
