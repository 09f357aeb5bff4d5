"""Delivers webhooks of one platform: in order per customer, the same bytes again until the endpoint takes them.

put ── lane (customer) ── POST ── taken? next of the lane
                             └── refused: the same bytes again, later and later
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import aiohttp
import msgspec

if TYPE_CHECKING:
    from oase.sandbox.places.platform import Platform

_KEEP_LOG: Final = 300
_KEEP_WAITING: Final = 100_000
_FIRST_SECONDS: Final = 0.25
_CAP_SECONDS: Final = 10.0
_TIMEOUT_SECONDS: Final = 10.0

Sign = Callable[[bytes, str], Mapping[str, str]]
"""The headers for a body; the second argument is another secret, for a forgery ("" = the right one)."""


class Hook(msgspec.Struct, kw_only=True):
    """One webhook: what is posted where. `taken` is called once, when it was answered with success; `heard` gets each such answer."""

    url: str
    body: bytes
    sign: Sign
    lane: str
    content_type: str = "application/json"
    method: str = "POST"
    taken: Callable[[], None] = lambda: None
    heard: Callable[[bytes], None] = lambda _: None


class Attempt(msgspec.Struct, kw_only=True, frozen=True):
    """One request to an endpoint, for the log. `status` 0: no answer; `note` names the fault that it carried."""

    url: str
    status: int
    time: str
    attempt: int
    note: str
    body: str


class Counts(msgspec.Struct, kw_only=True):
    """How many requests there were since the start."""

    accepted: int = 0
    requests: int = 0
    refused: int = 0
    dropped: int = 0


class Courier:
    """Keeps every webhook until its endpoint has taken it."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self.counts = Counts()
        self.log: deque[Attempt] = deque(maxlen=_KEEP_LOG)
        self._lanes: dict[str, deque[Hook]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def pending(self) -> int:
        """Webhooks that no endpoint has taken yet."""
        return sum(map(len, self._lanes.values()))

    async def start(self) -> None:
        """Starts; what was put before goes out now."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        for lane in list(self._lanes):
            self._run(lane)

    async def stop(self) -> None:
        """Stops; what still waits is forgotten."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    async def settled(self) -> None:
        """Waits until everything was taken."""
        await self._idle.wait()

    def put(self, hook: Hook) -> None:
        """Queues a webhook; without an address nobody is told."""
        if not hook.url:
            return
        if self.pending >= _KEEP_WAITING:
            self.counts.dropped += 1
            return
        lane = self._lanes.setdefault(hook.lane, deque())
        if self._platform.faults.strikes("reversed") and len(lane) > 1:
            lane.insert(1, hook)  # the first may be on its way
        else:
            lane.append(hook)
        self._idle.clear()
        if self._session:
            self._run(hook.lane)

    def _run(self, lane: str) -> None:
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._work(lane))

    async def _work(self, lane: str) -> None:
        waiting = self._lanes[lane]
        delay = self._platform.faults.strikes("delay")
        gather = self._platform.faults.holds("reversed")
        if delay or gather:
            await asyncio.sleep(delay.seconds if delay else 0.2)
        attempt = 0
        while waiting:
            attempt += 1
            hook = waiting[0]
            if await self._deliver(hook, attempt):
                waiting.popleft()
                self.counts.accepted += 1
                hook.taken()
                attempt = 0
            else:
                await asyncio.sleep(min(_CAP_SECONDS, _FIRST_SECONDS * 2 ** min(attempt - 1, 20)))
        del self._tasks[lane], self._lanes[lane]
        if not self._lanes:
            self._idle.set()

    async def _deliver(self, hook: Hook, attempt: int) -> bool:
        faults = self._platform.faults
        if faults.strikes("webhook_outage"):
            return False
        if faults.strikes("wrong_signature"):
            await self._post(hook, hook.body, attempt, "wrong signature", "somebody else's secret")
        if faults.strikes("truncated"):
            await self._post(hook, hook.body[: len(hook.body) * 2 // 3], attempt, "truncated")
        if not await self._post(hook, hook.body, attempt):
            return False
        duplicate = faults.strikes("duplicate")
        for _ in range(duplicate.times if duplicate else 0):
            await self._post(hook, hook.body, attempt, "duplicate")
        return True

    async def _post(self, hook: Hook, body: bytes, attempt: int, note: str = "", secret: str = "") -> bool:
        assert self._session  # noqa: S101 - the lanes run between start and stop
        status = 0
        headers = {"Content-Type": hook.content_type, **hook.sign(body, secret)}
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.request(hook.method, hook.url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
                said = await answer.read()
                if 200 <= status < 300 and not secret:
                    hook.heard(said)
        self.counts.requests += 1
        self.counts.refused += not 200 <= status < 300
        shown = body[:20_000].decode(errors="replace")
        time = self._platform.now().isoformat()
        self.log.append(Attempt(url=hook.url, status=status, time=time, attempt=attempt, note=note, body=shown))
        self._platform.hub.tell("network", {"type": "webhook", "status": status, "items": 1, "note": note})
        return 200 <= status < 300
