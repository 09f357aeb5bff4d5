"""`python -m bench.routing.database`: a leader with its database: 500 agents, 10,000 conversations that wait.

restored     everything read, the desk built, the first 500 offers written
decided      one event through one transaction: an agent has answered, or a customer comes; beside it the same statements without rules
"""

import asyncio
import random
import time
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from bench.ground import Ground, open_ground, quantile, say
from oase.channels import AccountBook
from oase.desk.hours import Timetables
from oase.desk.routing import repository
from oase.desk.routing.leader import Changed, Leader
from oase.kernel.ids import new_id
from oase.staff import found_workspace

AGENTS, WAITING, EVENTS = 500, 10_000, 1_000
CHANNELS: Final = ("whatsapp", "email", "webchat")
_AGENT: Final = (
    "INSERT INTO agent (workspace_id, id, name, email, state, language, created_at) SELECT %(workspace_id)s, n.id, 'Agent ' || n.number,"
    " n.number || '@lindgruen.example', 'active', 'de', %(now)s FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS n (id, number)"
)
_DUTY: Final = (
    "INSERT INTO agent_duty (workspace_id, id, state, since, seen_at, acted_at)"
    " SELECT workspace_id, id, 'online', %(now)s, %(now)s, %(now)s FROM agent WHERE workspace_id = %(workspace_id)s"
    " ON CONFLICT (workspace_id, id) DO UPDATE SET seen_at = excluded.seen_at"
)
_PERSON: Final = (
    "INSERT INTO person (workspace_id, id, created_at, updated_at) SELECT %(workspace_id)s, n, %(now)s, %(now)s"
    " FROM unnest(%(ids)b::uuid[]) AS n"
)
_CONVERSATION: Final = (
    "INSERT INTO conversation (workspace_id, id, number, person_id, channel, state, waiting_since, due_at, last_at, token, created_at)"
    " SELECT %(workspace_id)s, n.id, nextval('conversation_number'), n.person, n.channel, 'open', n.since, n.due, n.since, n.id::text,"
    " n.since FROM unnest(%(ids)b::uuid[], %(persons)b::uuid[], %(channels)b::text[], %(since)b::timestamptz[], %(due)b::timestamptz[])"
    " AS n (id, person, channel, since, due)"
)


async def come(ground: Ground, chance: random.Random, number: int) -> list[UUID]:
    """So many customers begin to wait."""
    async with ground.database.work(ground.workspace_id) as work:
        now, ids, persons = work.clock.now(), [new_id() for _ in range(number)], [new_id() for _ in range(number)]
        since = [now - timedelta(seconds=chance.uniform(0, 600)) for _ in ids]
        await work.run(_PERSON, {"ids": persons, "now": now})
        await work.run(
            _CONVERSATION,
            {
                "ids": ids,
                "persons": persons,
                "channels": [chance.choice(CHANNELS) for _ in ids],
                "since": since,
                "due": [one + timedelta(seconds=chance.uniform(900, 86_400)) for one in since],
            },
        )
    return ids


async def answered(ground: Ground) -> UUID:
    """Somebody who was asked has begun and answered, all at once."""
    async with ground.database.work(ground.workspace_id) as work:
        found: UUID = await work.value(
            "UPDATE offer SET state = 'working', begun_at = made_at, expires_at = NULL WHERE workspace_id = %(workspace_id)s AND id ="
            " (SELECT id FROM offer WHERE workspace_id = %(workspace_id)s AND state = 'made' LIMIT 1) RETURNING conversation_id"
        )
        await work.run(
            "UPDATE conversation SET waiting_since = NULL, due_at = NULL, state = 'waiting' WHERE workspace_id = %(workspace_id)s"
            " AND id = %(id)s",
            {"id": found},
        )
    return found


async def without_rules(ground: Ground, epoch: int, conversation_id: UUID) -> float:
    """The statements of one decision that brings nothing: milliseconds."""
    begin = time.perf_counter()
    async with ground.database.work(ground.workspace_id, planned_once=True) as work:
        await repository.hold_epoch(work, epoch, [conversation_id])
        await work.rows(
            "SELECT * FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": conversation_id}
        )
        work.emit("bench", conversation_id, {})
    return (time.perf_counter() - begin) * 1000


async def decide(leader: Leader, conversation_id: UUID) -> float:
    """One decision: milliseconds."""
    begin = time.perf_counter()
    await leader.step(Changed(conversations={conversation_id: None}))
    return (time.perf_counter() - begin) * 1000


async def main() -> None:
    """Prepares, restores, and lets a thousand things happen."""
    chance = random.Random(1)
    async with open_ground() as ground:
        async with ground.database.work(ground.workspace_id) as work:
            await found_workspace(work, name="Lindgrün", language="de", time_zone="Europe/Berlin")
            await work.run(_AGENT, {"ids": [new_id() for _ in range(AGENTS)], "now": work.clock.now()})
        await come(ground, chance, WAITING)
        async with ground.database.connection() as connection:
            await connection.execute(b"ANALYZE")
        async with ground.database.work(ground.workspace_id) as work:
            await work.run(_DUTY, {"now": work.clock.now() + timedelta(seconds=20)})
            epoch = await repository.next_epoch(work)
        book = AccountBook(ground.database, ground.safe, "https://support.example.com")
        leader = Leader(ground.database, book, Timetables(), ground.workspace_id, epoch)
        begin = time.perf_counter()
        await leader.restore()
        restored = time.perf_counter() - begin
        took: dict[str, list[float]] = {"answered": [], "came": [], "bare": []}
        for number in range(EVENTS):
            if number % 2:
                took["answered"].append(await decide(leader, await answered(ground)))
            else:
                took["came"].append(await decide(leader, (await come(ground, chance, 1))[0]))
            took["bare"].append(await without_rules(ground, epoch, new_id()))
        shown: dict[str, Any] = {f"{name} p50 ms": quantile(values, 0.5) for name, values in took.items()}
        shown |= {f"{name} p99 ms": quantile(values, 0.99) for name, values in took.items()}
        say("routing.database", **{"restored s": restored}, **shown, ratio=shown["bare p50 ms"] / shown["answered p50 ms"])


if __name__ == "__main__":
    asyncio.run(main())
