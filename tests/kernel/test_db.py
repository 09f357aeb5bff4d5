"""The unit of work commits everything or nothing, in one workspace."""

from uuid import UUID

import pytest

from oase.kernel.db import Database
from oase.kernel.ids import new_id

PERSON = "INSERT INTO person (workspace_id, id, name, created_at, updated_at) VALUES (%(workspace_id)s, %(id)s, %(name)s, now(), now())"


async def test_a_unit_of_work_commits_its_rows_events_and_audit_entries_together(database: Database, workspace_id: UUID) -> None:
    person = new_id()
    async with database.work(workspace_id) as work:
        await work.run(PERSON, {"id": person, "name": "Jürgen Groß-Öztürk"})
        work.emit("person", person, {"what": "created"})
        work.audit("person.created", subject="person", subject_id=person)
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT name FROM person WHERE id = %(id)s", {"id": person}) == "Jürgen Groß-Öztürk"
        assert await work.value("SELECT payload FROM live_event WHERE workspace_id = %(workspace_id)s") == {"what": "created"}
        assert await work.value("SELECT act FROM audit_entry") == "person.created"


async def test_statements_are_planned_once_where_that_is_asked_for_and_nowhere_else(
    database: Database, workspace_id: UUID
) -> None:
    async with database.work(workspace_id, planned_once=True) as work:
        assert await work.value("SHOW plan_cache_mode") == "force_generic_plan"
        await work.run(PERSON, {"id": new_id(), "name": "Ours"})
    async with database.work(workspace_id) as work:
        assert await work.value("SHOW plan_cache_mode") == "auto"
        assert await work.value("SELECT name FROM person") == "Ours"


async def test_an_error_takes_everything_back(database: Database, workspace_id: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.work(workspace_id) as work:
            await work.run(PERSON, {"id": new_id(), "name": "Åsa"})
            work.emit("person", new_id())
            raise ZeroDivisionError
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM person") == 0


async def test_rows_of_another_workspace_are_neither_seen_nor_written(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        await work.run(PERSON, {"id": new_id(), "name": "Ours"})
    async with database.work(new_id()) as other:
        assert await other.value("SELECT count(*) FROM person") == 0
        with pytest.raises(Exception, match="row-level security"):
            await other.run(PERSON, {"id": new_id(), "name": "Foreign", "workspace_id": workspace_id})
            # the statement names another workspace than the transaction
