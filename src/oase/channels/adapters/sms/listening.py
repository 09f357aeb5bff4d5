"""Holding the connection on which customers' messages and receipts arrive; it begins again when it breaks.

open -> bind -> [ units, as many as have come -> stored in one commit -> answered ] -> … ; back-off with the operator's words
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import structlog

from oase.channels.adapters.sms.configuration import Gate, gate
from oase.channels.adapters.sms.errors import Down, NotBound, NotSetUp
from oase.channels.adapters.sms.keeping import Keeper
from oase.channels.adapters.sms.session import Kind, Session
from oase.channels.contract import Account, Sink
from oase.channels.families.smpp import Pdu, meaning_of
from oase.kernel.clock import Clock
from oase.kernel.ids import new_id

_LONGEST_PAUSE: Final = 300.0
_SIGN_IN_PAUSES: Final = (60.0, 300.0, 1800.0)
_MOST_AT_ONCE: Final = 200

_Inbox = asyncio.Queue[tuple[Pdu, float]]  # with the moment of its arrival, by the loop's clock

_log = structlog.get_logger("oase.sms")


class Listener:
    """The incoming side of one account. `shares` is told of a session that may send as well, and of its end."""

    def __init__(
        self, account: Account, sink: Sink, clock: Clock, shares: Callable[[Session | None], None], first_pause: float
    ) -> None:
        self._account, self._sink, self._clock = account, sink, clock
        self._shares, self._first_pause = shares, first_pause
        self._failures = 0
        self._up = False

    async def run(self) -> None:
        """Until cancelled. What the sink raises goes through: without it nothing can be stored."""
        try:
            entrance = gate(self._account)
        except NotSetUp as error:
            await self._sink.state("needs_sign_in", error.words)
            raise
        while True:
            try:
                await self._session(entrance)
            except NotBound as error:
                known = meaning_of(error.status)
                refused = known is not None and known.fate == "sign_in"
                await self._fell("needs_sign_in" if refused else "down", error.words)
                await asyncio.sleep(self._long_pause() if refused else self._pause())
            except Down as error:
                await self._fell("down", error.words)
                await asyncio.sleep(self._pause())

    async def _session(self, entrance: Gate) -> None:
        inbox: _Inbox = asyncio.Queue()
        one = entrance.connections == "one"
        keeper = Keeper(await self._sink.cursor(), self._now(), new_id)
        clock = asyncio.get_running_loop().time
        kind: Kind = "transceiver" if one else "receiver"
        session = await Session.open(entrance, kind, lambda pdu: inbox.put_nowait((pdu, clock())))
        if one:
            self._shares(session)
        try:
            await self._is_up()
            await self._take(session, inbox, keeper, entrance)
        finally:
            self._shares(None)
            await session.close()

    async def _take(self, session: Session, inbox: _Inbox, keeper: Keeper, entrance: Gate) -> None:
        confirmed = 0
        while True:
            arrived = await self._next(session, inbox, self._patience(keeper, entrance))
            moment = asyncio.get_running_loop().time()
            raws = [raw for pdu, since in arrived for raw in keeper.take(pdu, self._now(), moment - since)]
            raws += keeper.due(self._now())
            changed = keeper.confirm(session.confirmed - confirmed)
            confirmed = session.confirmed
            if arrived or raws or changed:
                await self._sink.deliver(raws, cursor=keeper.state())
            for pdu, _ in arrived:
                session.answer(pdu)
            if session.ended.done():
                raise session.ended.result()

    async def _next(self, session: Session, inbox: _Inbox, seconds: float) -> list[tuple[Pdu, float]]:
        """What has come by now; empty after the given time, or when the session has ended."""
        arrived: list[tuple[Pdu, float]] = []
        if inbox.empty():
            getting = asyncio.ensure_future(inbox.get())
            waiting: set[asyncio.Future[Any]] = {getting, session.ended}
            try:
                await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not getting.done():
                    getting.cancel()
            if not getting.done() or getting.cancelled():
                return []
            arrived.append(getting.result())
        while len(arrived) < _MOST_AT_ONCE and not inbox.empty():
            arrived.append(inbox.get_nowait())
        return arrived

    def _patience(self, keeper: Keeper, entrance: Gate) -> float:
        due = keeper.next_due(self._now())
        beat = float(entrance.heartbeat_seconds)
        return beat if due is None else min(beat, due)

    async def _is_up(self) -> None:
        self._failures = 0
        if not self._up:
            self._up = True
            await self._sink.state("up")

    async def _fell(self, state: Literal["down", "needs_sign_in"], why: str) -> None:
        """Notes a failure. One break after a working connection is nothing to speak of: operators end long ones at will."""
        self._failures += 1
        _log.info("operator", account=self._account.id, state=state, why=why)
        if state == "down" and self._up and self._failures == 1:
            return
        self._up = False
        await self._sink.state(state, why)

    def _pause(self) -> float:
        """Twice as long each time, spread, so that many accounts of one operator do not come back at once."""
        longest = min(_LONGEST_PAUSE, self._first_pause * 2 ** min(self._failures - 1, 12))
        return random.uniform(longest / 2, longest)  # noqa: S311 (no secret)

    def _long_pause(self) -> float:
        """After a refused password: no operator shall lock us out for trying."""
        return self._first_pause * _SIGN_IN_PAUSES[min(self._failures, len(_SIGN_IN_PAUSES)) - 1]

    def _now(self) -> datetime:
        return self._clock.now()
