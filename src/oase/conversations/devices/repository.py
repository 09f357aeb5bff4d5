"""All SQL of customers' devices."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations.devices.types import ApnsTarget, Device, FcmTarget, Target
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret
from oase.kernel.webpush import Subscription, fingerprint

_MOST: Final = 10
"""Devices of one customer; the one that was heard of longest ago makes room."""

FORGOTTEN_AFTER: Final = timedelta(days=270)  # Firebase itself takes a token for stale then


_TARGETS: Final[Mapping[str, type[Target]]] = {"webpush": Subscription, "fcm": FcmTarget, "apns": ApnsTarget}


class Kept(Struct, frozen=True, kw_only=True):
    """A device as it is kept."""

    id: UUID
    account_id: UUID
    language: str
    device: Device
    seen_at: datetime


class Unheard(Struct, frozen=True, kw_only=True):
    """An answer that reached our server, but no device of its customer yet."""

    message_id: UUID
    conversation_id: UUID
    text: str
    author: str


async def keep_device(work: UnitOfWork, safe: Safe, account_id: UUID, visitor: str, key: UUID, device: Device) -> UUID:
    """Registers a device for a customer; one that is known moves to this customer. Gives its id."""
    now = work.clock.now()
    row = await work.tuples(
        "INSERT INTO app_device (workspace_id, id, account_id, visitor, live_key, fingerprint, sealed, kind, language, created_at,"
        " seen_at) VALUES (%(workspace_id)s, %(id)s, %(account_id)s, %(visitor)s, %(key)s, %(fingerprint)s, %(sealed)s, %(kind)s,"
        " %(language)s, %(now)s, %(now)s) ON CONFLICT (workspace_id, account_id, fingerprint) DO UPDATE SET visitor ="
        " excluded.visitor, live_key = excluded.live_key, sealed = excluded.sealed, language = excluded.language, trouble = '',"
        " seen_at = excluded.seen_at RETURNING id",
        {
            "id": new_id(), "account_id": account_id, "visitor": visitor, "key": key, "kind": device.kind,
            "fingerprint": fingerprint(device.address), "sealed": _seal(safe, work.workspace_id, device),
            "language": device.language[:10], "now": now,
        },
    )  # fmt: skip
    await work.run(
        "DELETE FROM app_device WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM app_device"
        " WHERE workspace_id = %(workspace_id)s AND live_key = %(key)s ORDER BY seen_at DESC OFFSET %(most)s)",
        {"key": key, "most": _MOST},
    )
    found: UUID = row[0][0]
    return found


async def forget_device(work: UnitOfWork, device_id: UUID, key: UUID | None = None) -> bool:
    """Forgets a device, of this customer only where a key is given; whether there was one."""
    mine = " AND live_key = %(key)s" if key else ""
    done = await work.run(
        f"DELETE FROM app_device WHERE workspace_id = %(workspace_id)s AND id = %(id)s{mine}", {"id": device_id, "key": key}
    )
    return bool(done)


async def devices_of(work: UnitOfWork, safe: Safe, key: UUID) -> list[Kept]:
    """A customer's devices."""
    rows = await work.tuples(
        "SELECT id, account_id, language, sealed, seen_at FROM app_device WHERE workspace_id = %(workspace_id)s AND live_key = %(key)s",
        {"key": key},
    )
    return [
        Kept(id=id, account_id=account, language=language, device=_unseal(safe, work.workspace_id, sealed), seen_at=seen_at)
        for id, account, language, sealed, seen_at in rows
    ]


async def claim_unheard(work: UnitOfWork, message_id: UUID) -> Unheard | None:
    """The answer, if nobody has it yet and nobody was told of it: from now on somebody was."""
    row = await work.row(
        "UPDATE message m SET data = m.data || '{\"pushed\": true}' FROM delivery d WHERE m.workspace_id = %(workspace_id)s"
        " AND m.id = %(id)s AND m.direction = 'out' AND m.kind <> 'system' AND m.deleted_at IS NULL AND NOT m.data ? 'pushed'"
        " AND d.workspace_id = m.workspace_id AND d.message_id = m.id AND d.part = 0 AND d.state = 'sent'"
        " RETURNING m.id AS message_id, m.conversation_id, m.text, m.author_name AS author",
        {"id": message_id},
    )
    return msgspec.convert(row, Unheard) if row else None


async def is_unheard(work: UnitOfWork, message_id: UUID) -> bool:
    """Whether still nobody has the answer."""
    return bool(
        await work.value(
            "SELECT EXISTS (SELECT FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND part = 0"
            " AND state = 'sent')",
            {"id": message_id},
        )
    )


async def note_trouble(work: UnitOfWork, device_id: UUID, why: str) -> None:
    """Writes down why a device could not be told; empty: it was."""
    await work.run(
        "UPDATE app_device SET trouble = %(why)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND trouble <> %(why)s",
        {"id": device_id, "why": why[:300]},
    )


async def forget_stale_devices(work: UnitOfWork, now: datetime) -> None:
    """Forgets devices that were not heard of for long, in all workspaces."""
    await work.run("DELETE FROM app_device WHERE seen_at < %(before)s", {"before": now - FORGOTTEN_AFTER})


async def erase_devices(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """Forgets the devices of persons."""
    await work.run(
        "DELETE FROM app_device a USING identity i WHERE a.workspace_id = %(workspace_id)s AND i.workspace_id = a.workspace_id"
        " AND i.person_id = ANY(%(ids)s) AND i.kind = 'visitor' AND a.visitor = i.value",
        {"ids": list(person_ids)},
    )


def _seal(safe: Safe, workspace_id: UUID, device: Device) -> bytes:
    packed = msgspec.json.encode({"kind": device.kind, "target": device.target}).decode()
    return safe.seal(Secret(packed), purpose=f"device/{workspace_id}")


def _unseal(safe: Safe, workspace_id: UUID, sealed: bytes) -> Device:
    packed = msgspec.json.decode(safe.open(sealed, purpose=f"device/{workspace_id}").reveal())
    target: Target = msgspec.convert(packed["target"], _TARGETS[packed["kind"]])
    return Device(kind=packed["kind"], target=target)
