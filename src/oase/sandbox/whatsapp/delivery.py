"""Delivers webhooks: in order per customer, again and again until the endpoint says 200.

    event -> lane (endpoint, customer) -> parcel (one signed POST, perhaps of several lanes) -> 200 -> next of the lanes
                                             \\- anything else: the same bytes again, later and later

Source: page "Webhooks": Meta repeats what is not answered with 200 "immediately, then with decreasing frequency" for up to
seven days; several updates may share a request. Here a parcel is repeated until it is taken or the sandbox stops.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import aiohttp
import msgspec

from oase.kernel.clock import Clock
from oase.sandbox.faults import Faults
from oase.sandbox.live import Hub
from oase.sandbox.whatsapp.payloads import Event, body, signature
from oase.sandbox.whatsapp.types import Number, WhatsAppSettings

_KEEP_LOG = 500
_KEEP_WAITING = 100_000
_MAX_GATHER = 100


class Attempt(msgspec.Struct, kw_only=True, frozen=True):
    """One POST to an endpoint, for the log. `note` says which fault it carried; `status` 0: no answer."""

    parcel: str
    url: str
    status: int
    time: str
    attempt: int
    items: int
    note: str
    milliseconds: float
    body: bytes


class Counts(msgspec.Struct, kw_only=True):
    """How many events and requests there were since the start."""

    events: int = 0
    accepted: int = 0
    requests: int = 0
    refused: int = 0
    dropped: int = 0
    unsubscribed: int = 0


class _Lane(msgspec.Struct, kw_only=True):
    url: str
    events: deque[Event] = msgspec.field(default_factory=deque)
    state: str = "idle"  # idle | waiting | ready | busy


class _Parcel(msgspec.Struct, kw_only=True):
    id: str
    url: str
    raw: bytes
    events: list[Event]
    lanes: list[tuple[str, str]]
    attempt: int = 0


class Delivery:
    """Keeps every event until its endpoint has taken it."""

    def __init__(self, settings: WhatsAppSettings, clock: Clock, faults: Faults, numbers: dict[str, Number], hub: Hub) -> None:
        self._settings, self._clock, self._faults, self._numbers, self._hub = settings, clock, faults, numbers, hub
        self.counts = Counts()
        self.log: deque[Attempt] = deque(maxlen=_KEEP_LOG)
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._ready: deque[tuple[str, str]] = deque()
        self._again: deque[_Parcel] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._pending = 0
        self._workers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> int:
        """Events that no endpoint has taken yet."""
        return self._pending

    async def start(self) -> None:
        """Starts the workers; events put before are sent now."""
        timeout = aiohttp.ClientTimeout(total=self._settings.webhook_timeout_seconds)
        connector = aiohttp.TCPConnector(limit=self._settings.webhook_connections)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._settings.webhook_connections)]

    async def stop(self) -> None:
        """Stops; what is still waiting is forgotten."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers = []
        if self._session:
            await self._session.close()
            self._session = None

    async def settled(self) -> None:
        """Waits until everything is taken by its endpoint."""
        await self._idle.wait()

    def put(self, event: Event, *, after_seconds: float = 0.0) -> asyncio.Future[None] | None:
        """Queues an event for its number's endpoint; the future is done when it is taken. None: nobody listens."""
        number = self._numbers[event.number_id]
        self.counts.events += 1
        if not number.webhook_url or not number.subscribed:
            self.counts.unsubscribed += 1
            return None
        if self._pending >= _KEEP_WAITING:
            self.counts.dropped += 1
            return None
        delay = self._faults.strikes("delay", number.id)
        gather = self._faults.strikes("reversed", number.id)
        later = after_seconds + (delay.seconds if delay else 0.0) + (gather.seconds if gather else 0.0)
        loop = asyncio.get_running_loop()
        event.not_before = loop.time() + later if later else 0.0
        key = (number.webhook_url, event.lane)
        lane = self._lanes.setdefault(key, _Lane(url=number.webhook_url))
        if gather and lane.events:
            event.not_before = lane.events[0].not_before
            lane.events.appendleft(event)
        else:
            lane.events.append(event)
        self._pending += 1
        self._idle.clear()
        taken: asyncio.Future[None] = loop.create_future()
        self._waiting[id(event)] = taken
        if lane.state == "idle":
            self._schedule(key, lane)
        return taken

    def _schedule(self, key: tuple[str, str], lane: _Lane) -> None:
        if not lane.events:
            self._lanes.pop(key, None)
            return
        loop = asyncio.get_running_loop()
        wait = lane.events[0].not_before - loop.time()
        if wait > 0:
            lane.state = "waiting"
            loop.call_later(wait, self._make_ready, key, lane)
        else:
            self._make_ready(key, lane)

    def _make_ready(self, key: tuple[str, str], lane: _Lane) -> None:
        lane.state = "ready"
        self._ready.append(key)
        self._wake.set()

    async def _work(self) -> None:
        while True:
            parcel = self._next_parcel()
            if parcel is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            if await self._deliver(parcel):
                self._release(parcel)
            else:
                self._later(parcel)

    def _next_parcel(self) -> _Parcel | None:
        if self._again:
            return self._again.popleft()
        if not self._ready:
            return None
        first = self._ready.popleft()
        lane = self._lanes[first]
        batch = self._faults.strikes("batch", lane.events[0].number_id)
        size = min(batch.size, _MAX_GATHER) if batch else 1
        keys, events = [first], self._take(lane, size)
        skipped = []
        while len(events) < size and self._ready:
            key = self._ready.popleft()
            if key[0] != first[0]:
                skipped.append(key)
                continue
            keys.append(key)
            events += self._take(self._lanes[key], size - len(events))
        self._ready.extendleft(reversed(skipped))
        raw = body(events, self._numbers)
        return _Parcel(id=secrets.token_hex(6), url=first[0], raw=raw, events=events, lanes=keys)

    def _take(self, lane: _Lane, most: int) -> list[Event]:
        lane.state = "busy"
        now = asyncio.get_running_loop().time()
        taken = [lane.events.popleft()]  # the lane is ready: its first is due, even if the loop's clock is a tick behind
        while lane.events and len(taken) < most and lane.events[0].not_before <= now:
            taken.append(lane.events.popleft())
        return taken

    async def _deliver(self, parcel: _Parcel) -> bool:
        """Posts a parcel, with the copies that faults ask for. True when the endpoint took it."""
        number_id = parcel.events[0].number_id
        if self._faults.holds("webhook_outage") and self._faults.strikes("webhook_outage", number_id):
            return False
        parcel.attempt += 1
        right = signature(parcel.raw, self._settings.app_secret)
        if self._faults.strikes("wrong_signature", number_id):
            await self._post(parcel, parcel.raw, signature(parcel.raw, "somebody else's secret"), "wrong signature")
        if self._faults.strikes("truncated", number_id):
            part = parcel.raw[: len(parcel.raw) * 2 // 3]
            await self._post(parcel, part, signature(part, self._settings.app_secret), "truncated")
        if await self._post(parcel, parcel.raw, right, "") != 200:
            return False
        duplicate = self._faults.strikes("duplicate", number_id)
        for _ in range(duplicate.times if duplicate else 0):
            await self._post(parcel, parcel.raw, right, "duplicate")
        return True

    async def _post(self, parcel: _Parcel, raw: bytes, signed: str, note: str) -> int:
        assert self._session  # noqa: S101 - the workers run between start and stop
        loop = asyncio.get_running_loop()
        began, status = loop.time(), 0
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signed,
        }
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(parcel.url, data=raw, headers=headers, allow_redirects=False) as answer:
                status = answer.status
                await answer.read()
        self.counts.requests += 1
        self.counts.refused += status != 200
        attempt = Attempt(
            parcel=parcel.id,
            url=parcel.url,
            status=status,
            time=self._clock.now().isoformat(),
            attempt=parcel.attempt,
            items=len(parcel.events),
            note=note,
            milliseconds=round((loop.time() - began) * 1000, 1),
            body=raw[:20_000],
        )
        self.log.append(attempt)
        self._hub.tell("network", {"type": "webhook", "status": status, "items": attempt.items, "note": note})
        return status

    def _later(self, parcel: _Parcel) -> None:
        wait = min(self._settings.retry_cap_seconds, self._settings.retry_first_seconds * 2 ** min(parcel.attempt, 20))

        def again() -> None:
            self._again.append(parcel)
            self._wake.set()

        asyncio.get_running_loop().call_later(wait, again)

    def _release(self, parcel: _Parcel) -> None:
        self.counts.accepted += len(parcel.events)
        self._pending -= len(parcel.events)
        for event in parcel.events:
            taken = self._waiting.pop(id(event), None)
            if taken and not taken.done():
                taken.set_result(None)
        for key in parcel.lanes:
            lane = self._lanes[key]
            lane.state = "idle"
            self._schedule(key, lane)
        if self._pending == 0:
            self._idle.set()


def log_of(delivery: Delivery, keep: Callable[[Attempt], bool] = lambda _: True) -> list[Attempt]:
    """The newest attempts first, those that `keep` wants."""
    return [attempt for attempt in reversed(delivery.log) if keep(attempt)]
