"""Why a person may be written to: what they agreed to on an address, and the reasons that agents give for a first word.

record_consent --> a row per address, purpose and ground, with when, where from and in which words      withdraw_consent --> it ends
allowed        --> whether a consent stands, and whether the person took one back

Rows are never changed but for their end: that somebody agreed stays proved after it was taken back (GDPR Art. 7).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from msgspec import Struct

from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

Purpose = Literal["service", "news"]
Ground = Literal["consent", "contract", "request", "interest"]
Basis = Ground | Literal["objection"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
BASES: Final[tuple[Ground, ...]] = get_args(Ground)
_WORDS: Final = 2_000
_ROWS: Final = Batch(id="uuid", identity_id="uuid", source="text", wording="text")


class Consent(Struct, frozen=True, kw_only=True):
    """Why a person may be written to at an address, or may not. `basis` consent: they agreed; contract, request, interest: reasons
    for one conversation; objection: they asked to be left alone."""

    id: UUID
    identity_id: UUID
    kind: str
    value: str
    purpose: Purpose
    basis: Basis
    source: str  # where they agreed, or who gave the reason
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None
    by_name: str


_WHOLE: Final = (
    "SELECT k.id, k.identity_id, i.kind, i.value, k.purpose, k.basis, k.source, k.wording, k.given_at, k.withdrawn_at, k.by_name"
    " FROM consent k JOIN identity i ON i.workspace_id = k.workspace_id AND i.id = k.identity_id"
    " WHERE k.workspace_id = %(workspace_id)s"
)


async def record_consent(
    work: UnitOfWork,
    identity_id: UUID,
    *,
    purpose: str,
    basis: str,
    source: str,
    wording: str = "",
    by_name: str = "",
    of: UUID | None = None,
) -> UUID:
    """Keeps why the person may be written to. The same that stands already is not kept twice.

    `of`: the person whose address it must be. Raises Invalid, NotFound.
    """
    if purpose not in PURPOSES:
        raise Invalid(message("There is no such purpose."), field="purpose")
    if basis not in BASES:
        raise Invalid(message("There is no such reason."), field="basis")
    if not source.strip():
        raise Invalid(message("Say where the person agreed."), field="source")
    if len(wording) > _WORDS:
        raise Invalid(message("The words are longer than %(n)s characters.", n=_WORDS), field="wording")
    person_id = await work.value(
        "SELECT person_id FROM identity WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": identity_id}
    )
    if person_id is None or of not in (None, person_id):
        raise NotFound(message("The person has no such address."))
    facts = {
        "identity": identity_id,
        "purpose": purpose,
        "basis": basis,
        "source": source.strip()[:200],
        "wording": wording.strip(),
    }
    standing = await work.value(
        "SELECT id FROM consent WHERE workspace_id = %(workspace_id)s AND identity_id = %(identity)s AND purpose = %(purpose)s"
        " AND basis = %(basis)s AND source = %(source)s AND wording = %(wording)s AND withdrawn_at IS NULL",
        facts,
    )
    if isinstance(standing, UUID):
        return standing
    consent_id = new_id()
    if basis == "consent":
        await work.run(
            "UPDATE consent SET withdrawn_at = %(now)s, to_confirm = false WHERE workspace_id = %(workspace_id)s"
            " AND identity_id = %(id)s AND basis = 'objection' AND withdrawn_at IS NULL",
            {"id": identity_id, "now": work.clock.now()},
        )
    await work.run(
        "INSERT INTO consent (workspace_id, id, identity_id, purpose, basis, source, wording, given_at, by_id, by_name) VALUES"
        " (%(workspace_id)s, %(id)s, %(identity)s, %(purpose)s, %(basis)s, %(source)s, %(wording)s, %(now)s, %(by)s, %(by_name)s)",
        {**facts, "id": consent_id, "now": work.clock.now(), "by": work.actor.id, "by_name": by_name},
    )
    _tell(work, person_id, "person.consent_given", purpose=purpose, basis=basis)
    return consent_id


async def withdraw_consent(work: UnitOfWork, consent_id: UUID) -> None:
    """The person takes it back. Raises NotFound, Conflict."""
    found = await work.row(
        "SELECT k.withdrawn_at, k.purpose, k.basis, i.person_id FROM consent k"
        " JOIN identity i ON i.workspace_id = k.workspace_id AND i.id = k.identity_id"
        " WHERE k.workspace_id = %(workspace_id)s AND k.id = %(id)s FOR UPDATE OF k",
        {"id": consent_id},
    )
    if found is None:
        raise NotFound(message("There is no such consent."))
    if found["withdrawn_at"] is not None:
        raise Conflict(message("This consent was withdrawn before."))
    await work.run(
        "UPDATE consent SET withdrawn_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": consent_id, "now": work.clock.now()},
    )
    _tell(work, found["person_id"], "person.consent_withdrawn", purpose=found["purpose"], basis=found["basis"])


async def keep_ticked(work: UnitOfWork, ticked: Mapping[UUID, tuple[str, str]]) -> None:
    """What people ticked when they wrote: (source, words) by identity. The same words are kept once. One statement."""
    await work.run(
        "INSERT INTO consent (workspace_id, id, identity_id, purpose, basis, source, wording, given_at, by_name)"
        f" SELECT %(workspace_id)s, n.id, n.identity_id, 'service', 'consent', n.source, n.wording, %(now)s, '' FROM {_ROWS.rows}"
        " WHERE NOT EXISTS (SELECT FROM consent k WHERE k.workspace_id = %(workspace_id)s AND k.identity_id = n.identity_id"
        " AND k.purpose = 'service' AND k.basis = 'consent' AND k.wording = n.wording AND k.withdrawn_at IS NULL)",
        {
            **_ROWS.values(
                {"id": new_id(), "identity_id": identity_id, "source": source, "wording": words[:_WORDS]}
                for identity_id, (source, words) in sorted(ticked.items())
            ),
            "now": work.clock.now(),
        },
    )


async def consents_of(work: UnitOfWork, person_ids: Sequence[UUID]) -> list[Consent]:
    """Everything that was kept of these persons, what was taken back too, the newest first."""
    return await work.all(Consent, f"{_WHOLE} AND i.person_id = ANY(%(ids)s) ORDER BY k.id DESC", {"ids": list(person_ids)})


async def find_consent(work: UnitOfWork, consent_id: UUID) -> Consent | None:
    """One of them."""
    return await work.one(Consent, f"{_WHOLE} AND k.id = %(id)s", {"id": consent_id})


def stands(consents: Sequence[Consent], kind: str, value: str, purpose: Purpose = "service") -> bool:
    """Whether the person agreed, on this address, to be written to for this purpose. Pure."""
    return any(
        (one.kind, one.value, one.purpose, one.basis) == (kind, value, purpose, "consent") and one.withdrawn_at is None
        for one in consents
    )


def taken_back(consents: Sequence[Consent], kind: str, value: str, purpose: Purpose = "service") -> bool:
    """Whether the person agreed on this address once, and does not any more, or asked to be left alone. Pure."""
    if any((one.kind, one.value, one.basis) == (kind, value, "objection") and one.withdrawn_at is None for one in consents):
        return True
    own = [one for one in consents if (one.kind, one.value, one.purpose, one.basis) == (kind, value, purpose, "consent")]
    return bool(own) and all(one.withdrawn_at is not None for one in own)


def _tell(work: UnitOfWork, person_id: UUID, act: str, **facts: Any) -> None:
    work.emit("person", person_id, {"what": "changed"})
    work.audit(act, subject="person", subject_id=person_id, **facts)
