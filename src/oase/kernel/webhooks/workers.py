"""Webhooks at work: events become deliveries, deliveries are sent.

live log --Follower, durable position--> publish (pure) --> webhook_delivery, unique per webhook and event
webhook_delivery due --lease--> signed POST through the guard --> delivered | again later | failed after three days

At least once: whoever dies between the POST and writing it down sends it again, under the same webhook-id. A webhook that
fails for five days, or answers 410, is switched off, and the administrator is told.
"""

from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

import structlog

from oase.kernel.courier import Courier
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.follow import Follower
from oase.kernel.http import NoAnswer, OutgoingRequest, Outside
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.kernel.webhooks import repository
from oase.kernel.webhooks.actions import body_of, open_keys
from oase.kernel.webhooks.rules import DISABLED_AFTER, event_id, headers, pause, valid_keys, wants, wished
from oase.kernel.webhooks.types import Due, Publish, Tried

_EACH: Final = 8  # of one webhook at a time: a slow one holds up nobody else
_TIMEOUT: Final = timedelta(seconds=15)
_LEASE: Final = timedelta(seconds=60)
_ANSWER_BYTES: Final = 64_000
log = structlog.get_logger()


class WebhookFeed:
    """Makes deliveries of what happens; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks, *, publish: Publish, topics: Sequence[str]) -> None:
        self._database = database
        self._publish = publish
        self._follower = Follower(database, hub, locks, "webhooks", topics)

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.begin)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests."""
        await self._follower.catch_up(self.handle, self.begin)

    async def begin(self) -> None:
        """Nothing is told of what happened before: the log does not hold it any more."""
        log.info("webhooks.begin")

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Queues these events for the webhooks that want them, once each."""
        async with self._database.everywhere() as work:
            webhooks = await repository.wanted_events(work, sorted({event.workspace_id for event in events}))
            if not webhooks:
                return
            deliveries = []
            for event in events:
                for place, published in enumerate(self._publish(event)):
                    body = body_of(published, event.at or work.clock.now())
                    deliveries += [
                        (workspace_id, webhook_id, event_id(event.position, place), published.type, body)
                        for workspace_id, webhook_id, wanted in webhooks
                        if workspace_id == event.workspace_id and wants(wanted, published.type)
                    ]
            if deliveries and await repository.enqueue(work, deliveries):
                for workspace_id, webhook_id in {(one[0], one[1]): None for one in deliveries}:
                    work.emit("webhook", webhook_id, {"what": "due"}, workspace_id=workspace_id)


class WebhookSender(Courier[Due]):
    """Sends what is due; any number of processes may."""

    def __init__(self, database: Database, outside: Outside, safe: Safe, hub: LiveHub) -> None:
        super().__init__(database, hub, "webhook")
        self._outside = outside
        self._safe = safe

    async def workspaces(self, work: UnitOfWork) -> list[UUID]:
        """Where a delivery is due."""
        return await repository.due_workspaces(work)

    async def lease(self, work: UnitOfWork, limit: int) -> list[Due]:
        """The oldest, a few of each webhook."""
        return await repository.lease(work, each=_EACH, limit=limit, until=work.clock.now() + _LEASE)

    async def bring(self, workspace_id: UUID, due: Due) -> None:
        """One attempt."""
        tried = await self._try(workspace_id, due)
        async with self.database.work(workspace_id) as work:
            await _settle(work, due, tried)

    async def _try(self, workspace_id: UUID, due: Due) -> Tried:
        now = self.database.clock.now()
        keys = valid_keys(open_keys(self._safe, workspace_id, due.webhook_id, due.secrets), due.rotated_at, now)
        request = OutgoingRequest(
            method="POST",
            url=due.url,
            headers=headers(keys, due.event_id, now, due.body),
            body=due.body,
            timeout=_TIMEOUT,
            limit_bytes=_ANSWER_BYTES,
        )
        began = perf_counter()
        try:
            answer = await self._outside.send(request)
        except NoAnswer as error:
            return Tried(delivered=False, status=error.status, why=str(error), milliseconds=_since(began))
        except OaseError as error:
            return Tried(delivered=False, why=str(error), milliseconds=_since(began))
        good = 200 <= answer.status < 300
        wish = answer.headers.get("retry-after", "")
        return Tried(
            delivered=good,
            status=answer.status,
            why="" if good else answer.body[:300].decode(errors="replace"),
            retry_after_seconds=int(wish) if wish.isdigit() else 0,
            milliseconds=_since(began),
        )


def _since(began: float) -> int:
    return round((perf_counter() - began) * 1000)


async def _settle(work: UnitOfWork, due: Due, tried: Tried) -> None:
    """Writes down what came of it, for the delivery and for the webhook."""
    again = None if tried.delivered else pause(due.attempts, due.id)
    if again is not None:
        again = max(again, wished(tried.retry_after_seconds))
    await repository.settle(work, due.id, tried, again)
    if tried.delivered:
        if due.failing_since is not None:
            await repository.note_success(work, due.webhook_id)
        return
    await repository.note_failure(work, due.webhook_id)
    why = ""
    if tried.gone:
        why = "It answered 410: it does not want to be told any more."
    elif due.failing_since is not None and work.clock.now() - due.failing_since > DISABLED_AFTER:
        why = "It has failed for five days."
    if why and await repository.disable(work, due.webhook_id, why):
        work.audit("webhook.disabled", subject="webhook", subject_id=due.webhook_id, why=why)
        work.emit("webhook", due.webhook_id, {"what": "disabled"})
        work.emit("notice", due.webhook_id, {"kind": "webhook", "text": f"A webhook was switched off. {why}", "serious": True})
