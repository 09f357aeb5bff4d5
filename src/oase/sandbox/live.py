"""Tells open pages what happens, over server-sent events.

A page listens to one topic (a customer's phone, the mailbox, the network). There is no resume: after a gap
a page reads its state anew.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

_KEEP = 1_000
_PING_SECONDS = 15.0
_LONGEST_SECONDS = 600.0


class Hub:
    """Open pages by topic."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[bytes | None]]] = {}

    def tell(self, topic: str, event: dict[str, Any]) -> None:
        """Sends an event to all pages that listen to the topic; a page that does not keep up loses its stream."""
        listeners = self._listeners.get(topic)
        if not listeners:
            return
        line = b"data: " + msgspec.json.encode(event) + b"\n\n"
        for queue in tuple(listeners):
            if queue.full():
                listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(line)

    def close(self) -> None:
        """Ends all streams."""
        for listeners in self._listeners.values():
            for queue in listeners:
                if not queue.full():
                    queue.put_nowait(None)

    async def listen(self, topic: str) -> AsyncIterator[bytes]:
        """The stream for one page: events, a comment every 15 seconds, an end after 10 minutes."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_KEEP)
        listeners = self._listeners.setdefault(topic, set())
        listeners.add(queue)
        loop = asyncio.get_running_loop()
        ends = loop.time() + _LONGEST_SECONDS
        try:
            yield b"retry: 1000\n\n"
            while loop.time() < ends:
                try:
                    async with asyncio.timeout(_PING_SECONDS):
                        line = await queue.get()
                except TimeoutError:
                    line = b": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            listeners.discard(queue)
            if not listeners and self._listeners.get(topic) is listeners:
                del self._listeners[topic]
