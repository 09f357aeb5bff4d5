"""One account's lane: takes the oldest deliveries, sends several persons' at once, one person's in order.

    loop:  one transaction { fates of what ended · claim what may go }  -->  send them side by side  -->  wait for one to end

Turns keep a small distance, so that under load several fates and several claims share a transaction.

A delivery is *sending* in the database before a byte leaves. If the process dies, whoever takes the lane next finds it so and
says honestly that it is unknown (or repeats it, where the provider recognises repeats).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import msgspec
import psycopg
import structlog

from oase.channels import StoredAccount, note_sent, set_account_state, set_needs_sign_in, visitor_key
from oase.channels.contract import Accepted, Again, File, Moderate, Outbound, Outcome, Refused, Say, Unclear
from oase.conversations.changes import mark_act
from oase.conversations.delivery import repository
from oase.conversations.delivery.news import tell
from oase.conversations.delivery.receipts import apply_parked
from oase.conversations.delivery.rules import Paces, fate_of
from oase.conversations.delivery.types import Delivery
from oase.conversations.delivery.wire import deliver
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.i18n import message
from oase.kernel.waiting import awakened

_AT_ONCE: Final = 16
_LONGEST_WAIT: Final = timedelta(seconds=30)
_BETWEEN_TURNS: Final = 0.08  # seconds; nobody sees them, and a lane at its limit needs a sixth of the transactions
log = structlog.get_logger()


class Lane:
    """The lane of one account, as long as `may_go_on` says that it is still ours."""

    def __init__(
        self,
        database: Database,
        read_blob: Callable[[str], Awaitable[bytes]],
        outside: Outside,
        account: StoredAccount,
        paces: Paces | None = None,
    ) -> None:
        self._database = database
        self._read_blob = read_blob
        self._outside = outside
        self.account = account
        self._paces = paces or Paces(account.manifest)
        self._under_way: dict[asyncio.Task[Outcome], Delivery] = {}
        self._ended: list[tuple[Delivery, Outcome]] = []
        self.kick = asyncio.Event()
        self._stopped = False
        self._last_turn = 0.0

    async def recover(self) -> None:
        """What a dead process left behind gets its honest state. Called when the lane has been taken over."""
        async with self._database.work(self.account.workspace_id) as work:
            repeat = self.account.manifest.safe_to_repeat or self.account.manifest.wire == "local"
            for conversation_id, kind, message_id, state in await repository.orphans(work, self.account.id, repeat=repeat):
                tell(work, conversation_id, kind, message_id, state)

    async def run(self, may_go_on: Callable[[], bool]) -> None:
        """Sends until nothing is due for a while, the lane is lost, or the account refuses us."""
        try:
            while may_go_on():
                await asyncio.sleep(self._last_turn + _BETWEEN_TURNS - time.monotonic())
                self.kick.clear()
                await self._turn()
                if self._under_way:
                    await self._wait_for_end()
                elif self._stopped or not await self._wait_for_due():
                    return
        finally:
            await self._last_words()

    async def _turn(self) -> None:
        self._last_turn = time.monotonic()
        self._collect()
        ended, self._ended = self._ended, []
        try:
            async with self._database.work(self.account.workspace_id) as work:
                if ended:
                    await self._settle(work, ended)
                claimed = [] if self._stopped else await self._claim(work)
        except (OaseError, psycopg.Error):
            self._ended = ended + self._ended  # the fates are known; they must not be lost with the transaction
            raise
        for delivery in claimed:
            self._paces.take(delivery, time.monotonic())
            self._under_way[asyncio.create_task(self._send(delivery))] = delivery

    async def _claim(self, work: UnitOfWork) -> list[Delivery]:
        """What each side's limits let go now; neither takes the other's place."""
        claimed: list[Delivery] = []
        for side, pace in self._paces.sides.items():
            now = time.monotonic()
            under_way = sum(1 for one in self._under_way.values() if self._paces.side_of(one) == side)
            if (room := pace.room(now, _AT_ONCE - under_way)) > 0:
                claimed += await repository.claim(work, self.account.id, room, pace.held(now), side)
        return claimed

    async def _send(self, delivery: Delivery) -> Outcome:
        try:
            return await deliver(self._outside, self.account, await self._outbound(delivery))
        except asyncio.CancelledError:
            return Unclear(why=message("The program stopped while this was being sent."))
        except Exception as error:  # a fault of ours or of the adapter must not stop the lane
            log.exception("delivery.adapter_failed", delivery_id=str(delivery.id), channel=self.account.channel)
            return Refused(why=message("Oase could not prepare it: %(why)s", why=f"{type(error).__name__}: {error}"))

    async def _outbound(self, delivery: Delivery) -> Outbound:
        outbound = delivery.planned.outbound
        if not delivery.planned.attachment_ids or not isinstance(outbound, Say):
            return outbound
        async with self._database.work(self.account.workspace_id) as work:
            known = await repository.files(work, delivery.planned.attachment_ids)
        files = []
        for place, attachment_id in enumerate(delivery.planned.attachment_ids):
            name, kind, blob_key, inline, content_id = known[attachment_id]
            content = await self._read_blob(blob_key)
            link = delivery.planned.links[place] if delivery.planned.links else ""
            files.append(File(name=name, type=kind, content=content, inline=inline, content_id=content_id, link=link))
        return msgspec.structs.replace(outbound, files=tuple(files))

    async def _settle(self, work: UnitOfWork, ended: Sequence[tuple[Delivery, Outcome]]) -> None:
        now = work.clock.now()
        fates = [fate_of(delivery, outcome, now) for delivery, outcome in ended]
        changed = await repository.write_fates(work, fates)
        names = [name for fate in fates for name in (fate.external_id, str(fate.delivery_id)) if name]
        await apply_parked(work, self.account.id, names)
        for fate, (delivery, _) in zip(fates, ended, strict=True):
            outbound = delivery.planned.outbound
            if isinstance(outbound, Moderate) and fate.state in ("sent", "delivered"):
                await mark_act(work, fate.message_id, outbound.act, outbound.envelope.from_name, now)
        for fate in fates:
            if fate.delivery_id in changed:
                tell(work, fate.conversation_id, fate.kind, fate.message_id, fate.state)
        if self.account.manifest.wire == "local":
            for delivery, _ in ended:  # our own pages hear of it over the live log
                key = visitor_key(str(self.account.id), delivery.recipient)
                work.emit("visitor", key, {"message": str(delivery.message_id)})
        await self._account_state(work, [outcome for _, outcome in ended])

    async def _account_state(self, work: UnitOfWork, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Refused) and outcome.sign_in:
                self._stopped = True
                await set_needs_sign_in(work, self.account, outcome.why)
                return
            if isinstance(outcome, Again) and outcome.account:
                self._paces.pause(time.monotonic() + max(outcome.after.total_seconds(), 1.0))
        if not any(isinstance(outcome, Accepted) for outcome in outcomes):
            return
        await note_sent(work, self.account.id)
        if self.account.state != "up":
            await set_account_state(work, self.account.id, "up")
            self.account = msgspec.structs.replace(self.account, state="up", state_why="")

    async def _wait_for_end(self) -> None:
        """Until something ends, something new is said, or a limit lets the next one go."""
        kick = asyncio.create_task(self.kick.wait())
        seconds = self._paces.wait(time.monotonic()) or None
        await asyncio.wait([*self._under_way, kick], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        kick.cancel()

    def _collect(self) -> None:
        """What ended meanwhile."""
        for task in [task for task in self._under_way if task.done()]:
            self._ended.append((self._under_way.pop(task), task.result()))

    async def _wait_for_due(self) -> bool:
        """Waits for the next due delivery, or for a limit that holds one; False when there is none soon."""
        clock, longest, waits = time.monotonic(), _LONGEST_WAIT.total_seconds(), []
        async with self._database.work(self.account.workspace_id) as work:
            for side, pace in self._paces.sides.items():
                held = pace.held(clock)
                due = await repository.next_due(work, self.account.id, held, side)
                moments = [(due - work.clock.now()).total_seconds()] if due else []
                moments += [pace.wait_for_held(clock)] if held else []
                if moments and min(moments) <= longest:
                    waits.append(max(min(moments), pace.wait(clock)))
        if waits:
            await awakened(self.kick, min(max(min(waits), 0.002), longest))
        return bool(waits)

    async def _last_words(self) -> None:
        """At the end of the process: what is under way gets a moment to end, and its fate is written."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=3)
            self._collect()
            for task in self._under_way:
                task.cancel()
        if self._ended:
            async with self._database.work(self.account.workspace_id) as work:
                await self._settle(work, self._ended)
            self._ended = []
