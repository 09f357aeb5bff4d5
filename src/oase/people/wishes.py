"""What people ask for by a word to a text message's sender: to be left alone (STOP), or to be written to again (START).

STOP   --hear_wishes--> what stands on the address ends · an objection stands (GDPR Art. 21)
START  --hear_wishes--> the objection ends · they agreed, in this word
either --to_confirm--> heard, and not said yet where the channel leaves that to us --confirmed--> said
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_HEARD: Final = Batch(id="uuid", identity_id="uuid", basis="text", source="text", wording="text", to_confirm="bool")
_BASES: Final = {"stop": "objection", "start": "consent"}


class Wished(Struct, frozen=True, kw_only=True):
    """What somebody asked for at an address, over which account, in which word. `confirm`: we are to say that we heard it."""

    what: Literal["stop", "start"]
    source: str
    words: str
    confirm: bool


class Unconfirmed(Struct, frozen=True, kw_only=True):
    """A wish that was heard, and that the person was not told of."""

    id: UUID
    identity_id: UUID
    person_id: UUID
    basis: Literal["consent", "objection"]
    given_at: datetime


async def hear_wishes(work: UnitOfWork, wishes: Mapping[UUID, Wished]) -> None:
    """Keeps what people asked for, by identity. What stands like that already changes nothing, and is not confirmed again."""
    if not wishes:
        return
    rows = [
        {"id": new_id(), "identity_id": one, "basis": _BASES[wish.what], "source": wish.source[:200], "wording": wish.words[:200],
         "to_confirm": wish.confirm}
        for one, wish in sorted(wishes.items())
    ]  # fmt: skip
    await work.run(
        "UPDATE consent k SET withdrawn_at = %(now)s, to_confirm = false FROM"
        f" {_HEARD.rows} WHERE k.workspace_id = %(workspace_id)s AND k.identity_id = n.identity_id AND k.withdrawn_at IS NULL"
        " AND (k.basis = 'objection') <> (n.basis = 'objection')",
        {**_HEARD.values(rows), "now": work.clock.now()},
    )
    fresh = await work.tuples(
        f"INSERT INTO consent (workspace_id, purpose, given_at, by_name, {_HEARD.names})"
        f" SELECT %(workspace_id)s, 'service', %(now)s, '', n.* FROM {_HEARD.rows}"
        " WHERE NOT EXISTS (SELECT FROM consent k WHERE k.workspace_id = %(workspace_id)s AND k.identity_id = n.identity_id"
        " AND k.purpose = 'service' AND k.basis = n.basis AND k.withdrawn_at IS NULL)"
        " RETURNING basis, (SELECT person_id FROM identity i WHERE i.workspace_id = %(workspace_id)s AND i.id = identity_id)",
        {**_HEARD.values(rows), "now": work.clock.now()},
    )
    for basis, person_id in fresh:
        act = "person.objected" if basis == "objection" else "person.consent_given"
        work.emit("person", person_id, {"what": "changed"})
        work.audit(act, subject="person", subject_id=person_id, purpose="service", basis=basis)


async def wishing_workspaces(work: UnitOfWork) -> list[UUID]:
    """Workspaces in which somebody is to be told that their wish was heard; over all of them."""
    return [one for (one,) in await work.tuples("SELECT DISTINCT workspace_id FROM consent WHERE to_confirm ORDER BY 1")]


async def to_confirm(work: UnitOfWork, limit: int) -> Sequence[Unconfirmed]:
    """Whom it is to be told, the first to ask first; nobody else is at it until the end of the transaction."""
    return await work.all(
        Unconfirmed,
        "SELECT k.id, k.identity_id, i.person_id, k.basis, k.given_at FROM consent k"
        " JOIN identity i ON i.workspace_id = k.workspace_id AND i.id = k.identity_id"
        " WHERE k.workspace_id = %(workspace_id)s AND k.to_confirm ORDER BY k.id LIMIT %(limit)s FOR UPDATE OF k SKIP LOCKED",
        {"limit": limit},
    )


async def confirmed(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """They were told, or cannot be."""
    await work.run(
        "UPDATE consent SET to_confirm = false WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)", {"ids": list(ids)}
    )
