"""The lists of teams and channels are read off an index in their order: what they cost does not follow what else lies there.

`OASE_TEST_PLANS` sets how many conversations the database has (20,000; 100,000 was tried as well).
"""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from tests.conftest import make_database

from oase.conversations import inbox_page, view_of
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.people import suggestions

from .past import fill

CONVERSATIONS = int(os.environ.get("OASE_TEST_PLANS", "20000"))
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("plans")]
Plan = dict[str, Any]


@dataclass
class Past:
    """A company's past, shared among ten teams."""

    database: Database
    workspace_id: UUID
    teams: list[UUID]


@pytest_asyncio.fixture(scope="module")
async def past(postgres: EmbeddedPostgres, template_database: str) -> AsyncIterator[Past]:
    """Written once for all of these tests, which only read."""
    found = Past(Database(await make_database(postgres, f"past_{new_id().hex}", template_database)), new_id(), [])
    await found.database.open()
    await fill(found.database, found.workspace_id, conversations=CONVERSATIONS, messages=CONVERSATIONS)
    found.teams += [new_id() for _ in range(10)]
    async with found.database.work(found.workspace_id) as work:
        await work.run(
            "UPDATE conversation SET team_id = (%(teams)s::uuid[])[1 + number %% 10] WHERE workspace_id = %(workspace_id)s",
            {"teams": found.teams},
        )
    async with found.database.connection() as connection:
        await connection.execute("VACUUM ANALYZE")
    yield found
    await found.database.close()


def scans(plan: Plan) -> Iterator[Plan]:
    """The nodes of a plan that read a table."""
    if "Relation Name" in plan:
        yield plan
    for part in plan.get("Plans", []):
        yield from scans(part)


async def explained(work: Any, call: Any, monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """What the one statement of this call reads, as PostgreSQL carried it out."""
    sent: list[tuple[Any, Any]] = []
    original = psycopg.AsyncCursor.execute

    async def execute(self: Any, query: Any, parameters: Any = None, **more: Any) -> Any:
        sent.append((query, parameters))
        return await original(self, query, parameters, **more)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", execute)
        await call
    (statement, parameters), *_ = sent
    plan = await work.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.decode()}", parameters)
    return list(scans(plan[0]["Plan"]))


@pytest.mark.parametrize(("name", "index"), [("team", "conversation_team"), ("channel", "conversation_channel")])
async def test_a_page_of_a_queue_reads_no_more_rows_than_it_shows(
    name: str, index: str, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = view_of({"team": f"team-{past.teams[3]}", "channel": "channel-email"}[name], new_id())
    assert view is not None
    async with past.database.work(past.workspace_id) as work:
        read = await explained(work, inbox_page(work, view, new_id()), monkeypatch)
    lists = [scan for scan in read if scan["Relation Name"] == "conversation"]
    assert [scan["Index Name"] for scan in lists] == [index]
    assert lists[0]["Actual Rows"] <= 51
    assert lists[0].get("Rows Removed by Filter", 0) == 0


async def test_who_may_be_the_same_person_is_found_by_indexes(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    async with past.database.work(past.workspace_id) as work:
        person = await work.value("SELECT id FROM person WHERE workspace_id = %(workspace_id)s ORDER BY id DESC LIMIT 1")
        read = await explained(work, suggestions(work, person, 2), monkeypatch)
    assert [scan for scan in read if scan["Node Type"] == "Seq Scan" and scan["Relation Name"] in ("person", "identity")] == []
