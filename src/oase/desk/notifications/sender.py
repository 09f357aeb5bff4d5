"""Web push at work: what is due goes to the push services of browsers' makers, and what became of it is written down.

push_delivery due --lease--> in words, if its agent may still read it and has not seen it --encrypted POST through the guard-->
    2xx: done · 404, 410: the browser is gone and forgotten · 429, 5xx, no answer: again with back-off · else: dropped, noted
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.desk.notifications import repository
from oase.desk.notifications.colleagues import colleagues_of
from oase.desk.notifications.rules import lasts, pause
from oase.desk.notifications.types import Kind, Shown
from oase.desk.notifications.wording import in_words
from oase.kernel.courier import Courier
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.http import OutgoingRequest, Outside
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe, Secret
from oase.kernel.settings import Settings
from oase.kernel.webpush import Subscription, Urgency, Vapid, push_request

_LEASE: Final = timedelta(seconds=60)
_URGENCY: Final[Mapping[Kind, Urgency]] = {"unassigned": "normal", "assigned": "normal"}


class Parcel(Struct, frozen=True, kw_only=True):
    """A push that is ready to go."""

    id: UUID
    notification_id: UUID
    subscription_id: UUID
    to: Subscription
    shown: Shown
    kind: Kind
    at: datetime
    attempts: int


class Sent(Struct, frozen=True, kw_only=True):
    """What the push service answered; status 0: nothing."""

    status: int
    why: str = ""
    retry_after_seconds: int = 0

    @property
    def arrived(self) -> bool:
        """Whether the push service has it."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the browser does not exist any more (RFC 8030, section 7.3)."""
        return self.status in (404, 410)

    @property
    def later(self) -> bool:
        """Whether another attempt may succeed."""
        return self.status in (0, 408, 425, 429) or self.status >= 500


class PushSender(Courier[Parcel]):
    """Sends what is due; any number of processes may."""

    def __init__(self, database: Database, outside: Outside, safe: Safe, settings: Settings, hub: LiveHub) -> None:
        super().__init__(database, hub, "push")
        self._outside = outside
        self._safe = safe
        self._vapid = Vapid(safe, settings)

    async def workspaces(self, work: UnitOfWork) -> list[UUID]:
        """Where a push is due."""
        return await repository.due_workspaces(work)

    async def lease(self, work: UnitOfWork, limit: int) -> list[Parcel]:
        """The oldest, in words; what is of no concern any more is dropped. Ten statements at most, however many are due."""
        leased = await repository.lease(work, limit, work.clock.now() + _LEASE)
        found = {one.id: one for one in await repository.find(work, [one.notification for one in leased])}
        shown = {one.id: one for one in await in_words(work, list(found.values()), await colleagues_of(work))}
        moot = [(one.id, one.notification) for one in leased if one.notification not in shown]
        if moot:
            await repository.drop_pushes(work, moot)
        return [
            Parcel(
                id=one.id,
                notification_id=one.notification,
                subscription_id=one.subscription_id,
                to=unseal(self._safe, work.workspace_id, one.sealed),
                shown=shown[one.notification],
                kind=found[one.notification].kind,
                at=found[one.notification].at,
                attempts=one.attempts,
            )
            for one in leased
            if one.notification in shown
        ]

    async def bring(self, workspace_id: UUID, due: Parcel) -> None:
        """One attempt."""
        now = self.database.clock.now()
        left = max(lasts(due.kind) - (now - due.at), timedelta(0))
        payload = payload_of(due.shown)
        urgency = _URGENCY.get(due.kind, "high")
        topic = due.shown.conversation
        sent = await post(
            self._outside, push_request(self._vapid, due.to, payload, now, lasts=left, urgency=urgency, topic=topic)
        )
        async with self.database.work(workspace_id) as work:
            await _settle(work, due, sent)


async def _settle(work: UnitOfWork, due: Parcel, sent: Sent) -> None:
    if await settle_browser(work, due.subscription_id, sent):
        return  # what is on its way to it went with it
    wait = pause(due.attempts, sent.retry_after_seconds, work.clock.now() - due.at, lasts(due.kind)) if sent.later else None
    if wait is None:
        await repository.drop_pushes(work, [(due.id, due.notification_id)])
    else:
        await repository.try_again(work, due.id, due.notification_id, wait)


async def settle_browser(work: UnitOfWork, subscription_id: UUID, sent: Sent) -> bool:
    """Writes down at the browser what the push service said of it. True if the browser is gone and was forgotten."""
    if sent.gone:
        return await repository.delete_subscription(work, subscription_id)
    await repository.note_trouble(work, subscription_id, "" if sent.arrived else sent.why or str(sent.status))
    return False


async def post(outside: Outside, request: OutgoingRequest) -> Sent:
    """Gives a message to a push service."""
    try:
        answer = await outside.send(request)
    except OaseError as error:
        return Sent(status=0, why=str(error))
    wish = answer.headers.get("retry-after", "")
    why = f"{answer.status} {answer.body[:200].decode(errors='replace')}".strip()
    return Sent(status=answer.status, why=why, retry_after_seconds=int(wish) if wish.isdigit() else 0)


def payload_of(shown: Shown) -> bytes:
    """What the service worker gets: words that are short enough for any push service."""
    return msgspec.json.encode(shown)


def seal(safe: Safe, workspace_id: UUID, given: Subscription) -> bytes:
    """Address and keys of a browser, as they are kept."""
    return safe.seal(Secret(msgspec.json.encode(given).decode()), purpose=f"push/{workspace_id}")


def unseal(safe: Safe, workspace_id: UUID, sealed: bytes) -> Subscription:
    """Address and keys again."""
    return msgspec.json.decode(safe.open(sealed, purpose=f"push/{workspace_id}").reveal(), type=Subscription)
