"""Tells the devices of customers whose app is closed.

live log, topic "visitor": an answer is there --some seconds--> nobody has confirmed it? --claim, once--> a push to each device
    arrived · gone: the device is forgotten · later: again, twice, if still nobody has it · refused: noted at the device

A push is a hint, not the message: whoever opens the app finds the answer in any case. So it is tried a few times and then left.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oase.channels import AccountBook, StoredAccount
from oase.conversations.devices import repository
from oase.conversations.devices.repository import Kept, Unheard
from oase.conversations.devices.services import Services
from oase.conversations.devices.types import Notice
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.i18n import choose, message, translator
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.kernel.webpush import Vapid

LISTENING: Final = timedelta(seconds=4)
"""How long an app that is open has to confirm an answer."""

_ATTEMPTS: Final = 3
_LONGEST_SECONDS: Final = 300.0
"""A service that asks us to wait longer is not waited for."""

_WORDS: Final = 140
_AT_ONCE: Final = 200
log = structlog.get_logger()


class DevicePush:
    """The part of a worker process that pushes; any number may run: each answer is claimed once."""

    def __init__(
        self,
        database: Database,
        book: AccountBook,
        hub: LiveHub,
        outside: Outside,
        safe: Safe,
        settings: Settings,
        *,
        listening: timedelta = LISTENING,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database, self._book, self._hub, self._safe = database, book, hub, safe
        self._services = Services(outside, Vapid(safe, settings), database.clock)
        self._listening, self._sleep = listening.total_seconds(), sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                async with self._hub.subscribe(None, ["visitor"]) as subscription:
                    async for event in subscription.events():
                        self._heard(event)
                    if not subscription.lagged:
                        return
        finally:
            for task in self._tasks:
                task.cancel()

    def _heard(self, event: LiveEvent) -> None:
        if isinstance(event.payload.get("message"), str):
            task = asyncio.create_task(self._later(event.workspace_id, event.key, UUID(event.payload["message"])))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _later(self, workspace_id: UUID, key: UUID, message_id: UUID) -> None:
        async with self._slots:
            await asyncio.sleep(self._listening)
            try:
                await self.tell(workspace_id, key, message_id)
            except OaseError as error:
                log.warning("devices.not_told", message_id=str(message_id), error=str(error))
            except Exception:
                log.exception("devices.push_failed", message_id=str(message_id))

    async def tell(self, workspace_id: UUID, key: UUID, message_id: UUID) -> int:
        """Pushes an answer that nobody has confirmed; gives the number of devices that were told."""
        async with self._database.work(workspace_id) as work:
            devices = await repository.devices_of(work, self._safe, key)
            account = await self._book.get(devices[0].account_id) if devices else None
            if account is None or account.account.settings.get("push") == "off":
                return 0
            unheard = await repository.claim_unheard(work, message_id)
        if unheard is None:
            return 0
        told = await asyncio.gather(*(self._push(account, device, unheard) for device in devices))
        return sum(told)

    async def _push(self, account: StoredAccount, device: Kept, unheard: Unheard) -> bool:
        """One device; whether its service took the notice."""
        notice = notice_of(account, unheard, device.language)
        verdict = await self._services.push(account, device, unheard, notice)
        for attempt in range(1, _ATTEMPTS):
            if verdict.fate != "later" or verdict.after > _LONGEST_SECONDS:
                break
            await self._sleep(verdict.after * 2 ** (attempt - 1))
            async with self._database.work(account.workspace_id) as work:
                if not await repository.is_unheard(work, unheard.message_id):
                    return False  # meanwhile somebody opened the app
            verdict = await self._services.push(account, device, unheard, notice)
        async with self._database.work(account.workspace_id) as work:
            if verdict.fate == "gone":
                await repository.forget_device(work, device.id)
            else:
                await repository.note_trouble(work, device.id, verdict.why)
        return verdict.fate == "arrived"


def notice_of(account: StoredAccount, unheard: Unheard, language: str) -> Notice:
    """What a device shows: that there is an answer; what it says only where the account allows it."""
    reader = translator(choose(language))
    title = str(account.account.settings.get("company") or account.name)
    body = reader.text(message("There is an answer for you."))
    if account.account.settings.get("push") == "text" and unheard.text.strip():
        words = " ".join(unheard.text.split())
        body = words if len(words) <= _WORDS else words[: _WORDS - 1].rstrip() + "…"
    return Notice(title=title[:_WORDS], body=body, conversation=str(unheard.conversation_id))
