"""Requests that may come again: the answer is kept with the act itself, and a repetition gets it instead of a second act.

    claim --new--> act --> keep      (one transaction: if the act fails, nothing was asked)
          --known--> the kept answer (a repetition that comes while the first is under way waits for it)

A key belongs to whoever sent it. The same key with another request is a mistake and refused.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

KEPT: Final = timedelta(hours=24)


class Once(Struct, frozen=True):
    """A request that is to be carried out once."""

    id: UUID
    request_hash: bytes


def once(holder: UUID, key: str, request: bytes) -> Once:
    """What stands for the request `request` that `holder` sent under `key`."""
    place = hashlib.blake2b(key.encode(), key=holder.bytes, digest_size=16).digest()
    secret = hashlib.blake2b(key.encode(), digest_size=32).digest()  # the key is not kept: nobody guesses what was asked
    return Once(UUID(bytes=place), hashlib.blake2b(request, key=secret, digest_size=16).digest())


async def claim(work: UnitOfWork, requests: Mapping[UUID, Once]) -> dict[UUID, bytes]:
    """Claims new requests and gives the kept answers of known ones, by id; raises Invalid for a key that meant something else."""
    ordered = sorted(requests.values(), key=lambda one: one.id)
    now = work.clock.now()
    fresh = await work.tuples(
        "INSERT INTO idempotency_key (workspace_id, id, request_hash, at) SELECT %(workspace_id)s, r.id, r.hash, %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(hashes)b::bytea[]) AS r (id, hash) ON CONFLICT (workspace_id, id) DO UPDATE"
        " SET request_hash = excluded.request_hash, response = NULL, at = excluded.at WHERE idempotency_key.at < %(old)s RETURNING id",
        {"ids": [one.id for one in ordered], "hashes": [one.request_hash for one in ordered], "now": now, "old": now - KEPT},
    )
    known = [one.id for one in ordered if one.id not in {row[0] for row in fresh}]
    if not known:
        return {}
    rows = await work.tuples(
        "SELECT id, request_hash, response FROM idempotency_key WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)b::uuid[])",
        {"ids": known},
    )
    for request_id, request_hash, _ in rows:
        if bytes(request_hash) != requests[request_id].request_hash:
            raise Invalid(message("This idempotency key was used for another request."), field="Idempotency-Key")
    return {request_id: bytes(response or b"") for request_id, _, response in rows}


async def keep(work: UnitOfWork, answers: Mapping[UUID, bytes]) -> None:
    """Keeps the answers to claimed requests for a day."""
    ordered = sorted(answers)
    await work.run(
        "UPDATE idempotency_key k SET response = a.response FROM unnest(%(ids)b::uuid[], %(responses)b::bytea[]) AS a (id, response)"
        " WHERE k.workspace_id = %(workspace_id)s AND k.id = a.id",
        {"ids": ordered, "responses": [answers[one] for one in ordered]},
    )


async def forget_old(work: UnitOfWork) -> int:
    """Deletes what is kept for longer than a day; over all workspaces when the unit of work is."""
    return await work.run("DELETE FROM idempotency_key WHERE at < %(before)s", {"before": work.clock.now() - KEPT})
