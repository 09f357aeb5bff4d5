"""A page takes the same few statements, however much there is: counted at the driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
import pytest
import structlog

from oase.kernel.ids import new_id

from .conftest import Desk

MANY = 160


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that read or write, in order; transactions' own words are left out."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def spy(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        in_a_request = "request_id" in structlog.contextvars.get_contextvars()  # what works in the background does not count
        if in_a_request and text.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(text)
        return await execute(self, query, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", spy)
        yield seen


async def page(desk: Desk, path: str) -> str:
    cookie = {"cookie": f"oase={desk.tokens['Änne']}"}
    async with aiohttp.ClientSession(headers=cookie) as session, session.get(desk.url + path) as response:
        assert response.status == 200
        return await response.text()


async def statements(desk: Desk, path: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements the page takes once names of staff and the session are known; those of the live log do not count.

    The fewest of four: what is known is known for seconds only, and a busy machine may take longer.
    """
    counts = []
    for _ in range(4):
        with counted(monkeypatch) as seen:
            await page(desk, path)
        counts.append(len([one for one in seen if "live_event" not in one and "pg_" not in one]))
    return min(counts)


async def many_more(desk: Desk, like: UUID) -> None:
    """A hundred times what one conversation is, for persons of their own."""
    columns = "identity_id, account_id, channel, state, due_at, last_at, last_in_at, first_line, created_at"
    async with desk.database.work(desk.workspace_id) as work:
        persons = [new_id() for _ in range(MANY)]
        await work.run(
            "INSERT INTO person (workspace_id, id, name, created_at, updated_at)"
            " SELECT %(workspace_id)s, id, 'Person ' || n, now(), now() FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS p (id, n)",
            {"ids": persons},
        )
        await work.run(
            f"INSERT INTO conversation (workspace_id, id, number, token, person_id, {columns})"
            f" SELECT %(workspace_id)s, p.id, nextval('conversation_number'), 'token' || n, p.id, {columns}"
            " FROM conversation c, unnest(%(ids)s::uuid[]) WITH ORDINALITY AS p (id, n) WHERE c.id = %(like)s",
            {"ids": persons, "like": like},
        )


async def test_the_inbox_takes_at_most_six_statements_whatever_is_in_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    few = await statements(desk, "/inbox/open", monkeypatch)
    await many_more(desk, await desk.value("SELECT id FROM conversation"))
    text = await page(desk, "/inbox/open")
    assert text.count('class="row ') + text.count('class="row"') == 50
    assert await statements(desk, "/inbox/open", monkeypatch) == few <= 7


async def test_a_conversation_takes_the_same_statements_short_or_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    one = await desk.value("SELECT id FROM conversation")
    few = await statements(desk, f"/conversations/{one}/pane", monkeypatch)
    for number in range(30):
        await desk.writes("Jörg Weißmüller", f"Nachricht {number}")
    assert await statements(desk, f"/conversations/{one}/pane", monkeypatch) == few <= 20


async def test_pages_of_the_list_follow_each_other_without_gap_or_repetition(desk: Desk) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    await many_more(desk, await desk.value("SELECT id FROM conversation"))
    seen: list[str] = []
    after = ""
    async with aiohttp.ClientSession(headers={"cookie": f"oase={desk.tokens['Änne']}"}) as session:
        while True:
            async with session.get(f"{desk.url}/inbox/open/rows", params={"after": after}) as response:
                text, after = await response.text(), response.headers["x-after"]
            seen += [part.split('"')[0] for part in text.split('id="row-')[1:]]
            if not after:
                break
    assert len(seen) == len(set(seen)) == MANY + 1
