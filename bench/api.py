"""New conversations over the API: `python -m bench.api`. One server process, 16 clients, one token.

Each request brings a person (every other one is known already), a conversation and a message, and is durable when it is answered.
The limit of the same run: the same rows by one statement per conversation, straight from 16 connections to the database.
"""

import asyncio
import json
import os
import time
from uuid import UUID

import psycopg
import uvloop

from bench.accept import Client
from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import add_agent, create_api_token, found_workspace

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "8000"))
CLIENTS = 16
PORT = 18660
REACH = 800.0
_LIMIT = (
    b"WITH p AS (INSERT INTO person (workspace_id, id, name, created_at, updated_at) VALUES (%(w)s, %(p)s, 'Anna', now(), now())),"
    b" i AS (INSERT INTO identity (workspace_id, id, person_id, kind, value, created_at, last_seen_at)"
    b" VALUES (%(w)s, %(i)s, %(p)s, 'phone', %(v)s, now(), now())), c AS (INSERT INTO conversation (workspace_id, id, number, person_id,"
    b" identity_id, account_id, channel, state, token, last_at, created_at) VALUES (%(w)s, %(c)s, nextval('conversation_number'),"
    b" %(p)s, %(i)s, %(a)s, 'whatsapp', 'open', %(t)s, now(), now())) INSERT INTO message (workspace_id, id, conversation_id, direction,"
    b" kind, channel, text, at, created_at) VALUES (%(w)s, %(m)s, %(c)s, 'in', 'text', 'whatsapp', %(x)s, now(), now())"
)
_TEXT = "Guten Tag, meine Lieferung K-104233 kam zerdrückt an. Können Sie mir bitte Ersatz schicken? 😕"


def request(number: int, account: UUID, token: str) -> bytes:
    """A request that starts a conversation; the person of every second one is known."""
    body = json.dumps(
        {
            "account_id": str(account),
            "address": f"+4915228{number // 2:06}",
            "name": "Jürgen Groß",
            "message": {"text": f"{_TEXT} ({number})"},
            "tags": [],
        }
    ).encode()
    head = (
        f"POST /api/v1/conversations HTTP/1.1\r\nhost: desk.example\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Poster(Client):
    """As the client of `bench.accept`, for answers of 201."""

    def data_received(self, data: bytes) -> None:
        """Takes the answer for what it is, or ends the bench with it."""
        super().data_received(data.replace(b"HTTP/1.1 201", b"HTTP/1.1 200", 1))


async def drive(account: UUID, token: str, first: int, count: int) -> tuple[float, list[float]]:
    """Sends so many requests over 16 connections; gives the rate per second and each one's seconds."""
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes] = asyncio.Queue()
    for number in range(first, first + count):
        requests.put_nowait(request(number, account, token))
    times: list[float] = []
    ends = [loop.create_future() for _ in range(CLIENTS)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Poster(requests, times, end), "127.0.0.1", PORT)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return count / (time.perf_counter() - began), times


async def limit(ground: Ground, account: UUID) -> float:
    """Conversations per second by one statement each, from 16 connections."""
    workspace_id, each = new_id(), REQUESTS // CLIENTS

    async def client(number: int) -> None:
        async with await psycopg.AsyncConnection.connect(ground.dsn, autocommit=True, prepare_threshold=1) as connection:
            await connection.execute(f"SET oase.workspace = '{workspace_id}'".encode())
            for turn in range(each):
                facts = {"w": workspace_id, "a": account, "v": f"+49{number}{turn:06}", "t": new_id().hex, "x": _TEXT}
                await connection.execute(_LIMIT, {**facts, **{key: new_id() for key in "picm"}})

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return each * CLIENTS / (time.perf_counter() - began)


async def token_of(ground: Ground) -> str:
    """A token that may answer."""
    agent_id = new_id()
    async with ground.database.work(ground.workspace_id) as work:
        await found_workspace(work, name="Muster GmbH")
        await add_agent(work, agent_id, name="Änne", email="aenne@example.com", password_hash="", roles=("administrator",))
        secret, _ = await create_api_token(
            work, name="Bench", permissions=[Permission.CONVERSATION_REPLY], created_by=agent_id, held=frozenset(Permission)
        )
    return secret.reveal()


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        account, token = await ground.whatsapp(), await token_of(ground)
        most = await limit(ground, account)
        async with process([str(BIN / "oase"), "serve"], ground.environment(PORT)):
            await listens(PORT)
            await drive(account, token, 0, 500)
            rate, times = await drive(account, token, 1000, REQUESTS)
        async with ground.database.work(ground.workspace_id) as work:
            stored = await work.value("SELECT count(*) FROM message WHERE workspace_id = %(workspace_id)s")
        assert stored == REQUESTS + 500, f"{stored} of {REQUESTS + 500} messages are there"
        say(
            "api",
            conversations_per_second=rate,
            reach=REACH,
            p50_ms=quantile(times, 0.5) * 1e3,
            p99_ms=quantile(times, 0.99) * 1e3,
            limit_per_second=most,
            ratio=rate / most,
        )


if __name__ == "__main__":
    uvloop.run(main())
