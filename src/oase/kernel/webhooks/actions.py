"""What happens to webhooks: made, changed, given a new secret, tested, sent again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret
from oase.kernel.webhooks import repository
from oase.kernel.webhooks.rules import check_events, check_url, new_secret
from oase.kernel.webhooks.types import Published, Webhook

TEST: Final = "webhook.test"
_KEPT_SECRETS: Final = 2


def _purpose(workspace_id: UUID, webhook_id: UUID) -> str:
    return f"webhook/{workspace_id}/{webhook_id}"


def seal_keys(safe: Safe, workspace_id: UUID, webhook_id: UUID, keys: Sequence[Secret]) -> bytes:
    """The secrets of a webhook, the newest first, in one sealed value."""
    text = msgspec.json.encode([key.reveal() for key in keys]).decode()
    return safe.seal(Secret(text), purpose=_purpose(workspace_id, webhook_id))


def open_keys(safe: Safe, workspace_id: UUID, webhook_id: UUID, sealed: bytes) -> list[Secret]:
    """The secrets of a webhook, the newest first."""
    text = safe.open(sealed, purpose=_purpose(workspace_id, webhook_id)).reveal()
    return [Secret(one) for one in msgspec.json.decode(text, type=list[str])]


async def create_webhook(
    work: UnitOfWork, safe: Safe, *, url: str, events: Collection[str], known: Collection[str], description: str = ""
) -> tuple[Webhook, Secret]:
    """A new webhook and its secret, which is shown once. `known`: the types there are. Raises Invalid."""
    webhook_id, secret = new_id(), new_secret()
    sealed = seal_keys(safe, work.workspace_id, webhook_id, [secret])
    wanted = check_events(events, known)
    await repository.insert(work, webhook_id, url=check_url(url), description=description[:500], events=wanted, secrets=sealed)
    work.audit("webhook.created", subject="webhook", subject_id=webhook_id, name=url, events=wanted)
    work.emit("webhook", webhook_id, {"what": "created"})
    return await find_webhook(work, webhook_id), secret


async def find_webhook(work: UnitOfWork, webhook_id: UUID) -> Webhook:
    """One webhook; raises NotFound."""
    found = await repository.find(work, webhook_id)
    if found is None:
        raise NotFound(message("This webhook does not exist."))
    return found


async def change_webhook(work: UnitOfWork, webhook_id: UUID, changes: Mapping[str, Any], *, known: Collection[str]) -> Webhook:
    """Changes url, events, description or enabled. Switching it on again forgets that it failed. Raises NotFound, Invalid."""
    before = await find_webhook(work, webhook_id)
    new = dict(changes)
    if "url" in new:
        new["url"] = check_url(new["url"])
    if "events" in new:
        new["events"] = check_events(new["events"], known)
    if new.get("enabled"):
        new |= {"failing_since": None, "disabled_why": ""}
    if new:
        await repository.update(work, webhook_id, new)
        work.audit("webhook.changed", subject="webhook", subject_id=webhook_id, name=before.url, changed=sorted(changes))
        work.emit("webhook", webhook_id, {"what": "changed"})
    return await find_webhook(work, webhook_id)


async def delete_webhook(work: UnitOfWork, webhook_id: UUID) -> None:
    """Removes a webhook; what still waits for it is not sent. Raises NotFound."""
    before = await find_webhook(work, webhook_id)
    await repository.delete(work, webhook_id)
    work.audit("webhook.deleted", subject="webhook", subject_id=webhook_id, name=before.url)
    work.emit("webhook", webhook_id, {"what": "deleted"})


async def rotate_secret(work: UnitOfWork, safe: Safe, webhook_id: UUID) -> Secret:
    """A new secret; for a day deliveries carry the signatures of both. Raises NotFound."""
    sealed = await repository.secrets_of(work, webhook_id)
    if sealed is None:
        raise NotFound(message("This webhook does not exist."))
    keys = [new_secret(), *open_keys(safe, work.workspace_id, webhook_id, sealed)][:_KEPT_SECRETS]
    sealed = seal_keys(safe, work.workspace_id, webhook_id, keys)
    await repository.update(work, webhook_id, {"secrets": sealed, "rotated_at": work.clock.now()})
    work.audit("webhook.secret_rotated", subject="webhook", subject_id=webhook_id)
    return keys[0]


async def tell_webhooks(work: UnitOfWork, told: Sequence[tuple[UUID, str, Published]]) -> None:
    """Tells webhooks something beside what they asked for: (webhook, the event's id, what). The same id is told once."""
    if told:
        now = work.clock.now()
        rows = [(work.workspace_id, webhook, event_id, what.type, body_of(what, now)) for webhook, event_id, what in told]
        await repository.enqueue(work, rows)
        for webhook_id in dict.fromkeys(one[0] for one in told):
            work.emit("webhook", webhook_id, {"what": "due"})


async def send_test(work: UnitOfWork, webhook_id: UUID) -> str:
    """Sends an event that means nothing, and gives its id. Raises NotFound."""
    found = await find_webhook(work, webhook_id)
    event_id = f"evt_test_{new_id().hex}"
    body = body_of(Published(type=TEST, data={"webhook_id": str(webhook_id)}), work.clock.now())
    await repository.enqueue(work, [(work.workspace_id, webhook_id, event_id, TEST, body)])
    work.audit("webhook.tested", subject="webhook", subject_id=webhook_id, name=found.url)
    work.emit("webhook", webhook_id, {"what": "due"})
    return event_id


async def replay_delivery(work: UnitOfWork, webhook_id: UUID, delivery_id: UUID) -> None:
    """Sends an event once more, under the same id. Raises NotFound."""
    if not await repository.send_again(work, webhook_id, delivery_id):
        raise NotFound(message("This delivery does not exist."))
    work.audit("webhook.replayed", subject="webhook", subject_id=webhook_id, delivery=str(delivery_id))
    work.emit("webhook", webhook_id, {"what": "due"})


def body_of(published: Published, at: datetime) -> bytes:
    """What is sent: type, timestamp, data."""
    return msgspec.json.encode({"type": published.type, "timestamp": at, "data": published.data})
