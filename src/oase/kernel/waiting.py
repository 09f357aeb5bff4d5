"""Waiting that ends in time, and ends when it is cancelled.

`asyncio.wait_for` of Python 3.11 loses a cancellation that comes just as what it waits for is there (python/cpython#86296,
mended in 3.12): a worker that waits with it may never end. `asyncio.timeout` does not; a rule of the house keeps it so.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_AFTER: Final = 15.0  # seconds: whoever has last words (a lane writes fates) gets this long for them


async def awakened(event: asyncio.Event, seconds: float) -> bool:
    """Waits until the event is set, for so long at most; whether it was."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def raise_if_cancelled() -> None:
    """Raises CancelledError where the running task was told to end, and an error took the place of that: what was cancelled says
    good-bye to a database, and that fails when the database is gone. For whoever catches such errors and goes on."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def end(tasks: Iterable["asyncio.Task[Any]"], again_after: float = _AGAIN_AFTER) -> None:
    """Cancels tasks and waits until they have ended, whatever became of them; they are told again after a while (seconds), as
    other people's code may lose it."""
    every = left = list(tasks)
    while left:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=again_after)
        left = [task for task in left if not task.done()]
    await asyncio.gather(*every, return_exceptions=True)
