"""Tells the devices of customers whose app is closed.

live log, topic "visitor": an answer is there --some seconds--> nobody has confirmed it? --claim, once--> a push to each device
    2xx: done · gone: the device is forgotten · later: again, twice · else: noted at the device

A push is a hint, not the message: whoever opens the app finds the answer in any case. So it is tried a few times and then left.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from oase.channels import AccountBook, StoredAccount
from oase.conversations.devices import fcm, repository
from oase.conversations.devices.repository import Kept, Unheard
from oase.conversations.devices.types import FcmTarget
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import OutgoingRequest, Outside
from oase.kernel.i18n import choose, message, translator
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.secrets import Safe, Secret
from oase.kernel.settings import Settings
from oase.kernel.webpush import Subscription, Vapid, push_request

LISTENING: Final = timedelta(seconds=4)
"""How long an app that is open has to confirm an answer."""

_ATTEMPTS: Final = 3
_PAUSE_SECONDS: Final = 5.0
_LASTS: Final = timedelta(days=1)
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
    ) -> None:
        self._database, self._book, self._hub, self._outside, self._safe = database, book, hub, outside, safe
        self._vapid = Vapid(safe, settings)
        self._listening = listening.total_seconds()
        self._access: dict[str, tuple[Secret, datetime]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._asking = asyncio.Lock()

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
        """One device; whether its service took the message."""
        status, body, why = 0, b"", ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_PAUSE_SECONDS * attempt)
            try:
                answer = await self._outside.send(await self._request(account, device, unheard))
                status, body, why = answer.status, answer.body, f"{answer.status} {answer.body[:200].decode(errors='replace')}"
            except OaseError as error:
                status, body, why = 0, b"", str(error)
            if status not in (0, 408, 425, 429) and status < 500:
                break
        arrived = 200 <= status < 300
        gone = status in (404, 410) if isinstance(device.device.target, Subscription) else fcm.is_gone(status, body)
        if status == 401:
            self._access.clear()  # the access token was taken back before its time
        async with self._database.work(account.workspace_id) as work:
            if gone:
                await repository.forget_device(work, device.id)
            else:
                await repository.note_trouble(work, device.id, "" if arrived else why.strip())
        return arrived

    async def _request(self, account: StoredAccount, device: Kept, unheard: Unheard) -> OutgoingRequest:
        now, target = self._database.clock.now(), device.device.target
        shown = words_of(account, unheard, device.language)
        if isinstance(target, FcmTarget):
            service = fcm.read_service_account(account.account.secret("fcm_service_account"))
            access = await self._token(service, now)
            base = str(account.account.settings.get("fcm_url") or "https://fcm.googleapis.com")
            return fcm.message_request(
                base, service, access, target.token, title=shown["title"], body=shown["body"], conversation=shown["conversation"]
            )
        payload = msgspec.json.encode(shown)
        topic = unheard.conversation_id
        return push_request(self._vapid, target, payload, now, lasts=_LASTS, urgency="high", topic=topic)

    async def _token(self, service: fcm.ServiceAccount, now: datetime) -> Secret:
        """An access token, kept for as long as it lasts; asked for once, however many pushes need it."""
        async with self._asking:
            return await self._access_token(service, now)

    async def _access_token(self, service: fcm.ServiceAccount, now: datetime) -> Secret:
        known = self._access.get(service.client_email)
        if known is not None and now < known[1]:
            return known[0]
        answer = await self._outside.send(fcm.token_request(service, now))
        try:
            given: dict[str, Any] = msgspec.json.decode(answer.body)
            access, lasts = Secret(str(given["access_token"])), timedelta(seconds=int(given.get("expires_in", 3600)))
        except (ValueError, LookupError, TypeError):
            raise OaseError(f"Google did not give an access token for Firebase (HTTP status {answer.status}).") from None
        self._access[service.client_email] = (access, now + lasts - timedelta(minutes=2))
        return access


def words_of(account: StoredAccount, unheard: Unheard, language: str) -> dict[str, str]:
    """What a device shows: that there is an answer; what it says only where the account allows it."""
    reader = translator(choose(language))
    title = str(account.account.settings.get("company") or account.name)
    body = reader.text(message("There is an answer for you."))
    if account.account.settings.get("push") == "text" and unheard.text.strip():
        words = " ".join(unheard.text.split())
        body = words if len(words) <= _WORDS else words[: _WORDS - 1].rstrip() + "…"
    return {"title": title, "body": body, "conversation": str(unheard.conversation_id)}
