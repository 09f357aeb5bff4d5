"""What happens because time passes, in one process at a time: turn 0, turn 1, turn 2 …, each after a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog

from oase.kernel.errors import OaseError
from oase.kernel.locks import Locks, lock_key

log = structlog.get_logger()


async def keep_ticking(locks: Locks, name: str, every: timedelta, turn: Callable[[int], Awaitable[None]]) -> None:
    """Calls `turn` with its number until cancelled, in the process that holds the lock of this name. A turn that fails comes again."""
    key = lock_key(name, UUID(int=0))
    generation: int | None = None
    number = 0
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            if generation is None or not locks.holds(generation):
                generation = await locks.take(key)
            if generation is not None:
                await turn(number)
                number += 1
        except (OaseError, psycopg.Error, OSError) as error:
            log.warning("ticks.interrupted", name=name, error=str(error))
