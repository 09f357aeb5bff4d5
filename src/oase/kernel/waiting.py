"""Waiting that ends in time, and ends when it is cancelled.

`asyncio.wait_for` of Python 3.11 loses a cancellation that comes just as what it waits for is there (python/cpython#86296,
mended in 3.12): a worker that waits with it may never end. `asyncio.timeout` does not; a rule of the house keeps it so.
"""

import asyncio


async def awakened(event: asyncio.Event, seconds: float) -> bool:
    """Waits until the event is set, for so long at most; whether it was."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
