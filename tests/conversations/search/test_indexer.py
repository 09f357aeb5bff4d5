"""The indexer: nothing stays unindexed, whatever happened while it was away."""

from uuid import UUID

import psycopg
import pytest
from tests.conversations.search.conftest import Say

from oase.conversations.search import Indexer, parse_query, search
from oase.kernel.db import Database
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks


async def count(database: Database, workspace_id: UUID) -> int:
    async with database.work(workspace_id) as work:
        found: int = await work.value("SELECT count(*) FROM search_entry WHERE workspace_id = %(workspace_id)s")
        return found


def another(database: Database) -> Indexer:
    return Indexer(database, LiveHub(database), Locks(database.dsn))


async def test_a_successor_goes_on_where_the_former_stopped(database: Database, workspace_id: UUID, say: Say) -> None:
    await say("Eins")
    await another(database).catch_up()
    await say("Zwei")
    await another(database).catch_up()
    assert await count(database, workspace_id) == 2


async def test_handling_events_twice_does_no_harm(database: Database, workspace_id: UUID, say: Say, indexer: Indexer) -> None:
    await say("Eins")
    await indexer.catch_up()
    async with database.everywhere() as work:
        await work.run("UPDATE follower_position SET xid = 0, event_id = 0, at = now() WHERE name = 'search'")
    await indexer.catch_up()
    assert await count(database, workspace_id) == 1


async def test_a_lost_position_leads_to_a_sweep(database: Database, workspace_id: UUID, say: Say, indexer: Indexer) -> None:
    await indexer.catch_up()
    await say("Eins")
    async with database.everywhere() as work:
        await work.run("DELETE FROM follower_position WHERE name = 'search'")
        await work.run("DELETE FROM live_event WHERE workspace_id = %(id)s", {"id": workspace_id})
    await indexer.catch_up()
    assert await count(database, workspace_id) == 1


async def test_a_process_that_dies_between_writing_and_noting_loses_nothing(
    database: Database, workspace_id: UUID, say: Say, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await indexer.catch_up()
    await say("Eins")
    real = indexer.handle

    async def dies(events: object) -> None:
        await real(events)  # type: ignore[arg-type]
        raise psycopg.OperationalError("killed")

    monkeypatch.setattr(indexer, "handle", dies)
    with pytest.raises(psycopg.OperationalError):
        await indexer.catch_up()
    await say("Zwei")
    await another(database).catch_up()
    assert await count(database, workspace_id) == 2


async def test_a_message_taken_back_is_not_found_any_more(
    database: Database, workspace_id: UUID, say: Say, indexer: Indexer
) -> None:
    started = await say("Vertrauliches Angebot")
    await indexer.catch_up()
    async with database.work(workspace_id) as work:
        await work.run(
            "UPDATE message SET deleted_at = now() WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": started.message_id},
        )
        work.emit("conversation", started.conversation_id, {"what": "changed"})
    await indexer.catch_up()
    async with database.work(workspace_id) as work:
        assert (await search(work, parse_query("angebot"))).conversations == ()


async def test_an_erased_person_leaves_no_words_behind(
    database: Database, workspace_id: UUID, say: Say, indexer: Indexer
) -> None:
    started = await say("Hallo", name="Änne Köhler")
    await indexer.catch_up()
    async with database.work(workspace_id) as work:
        await work.run("DELETE FROM person WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": started.person_id})
        left = await work.value("SELECT count(*) FROM person_entry WHERE workspace_id = %(workspace_id)s")
    assert (left, await count(database, workspace_id)) == (0, 0)
