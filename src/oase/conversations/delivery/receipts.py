"""Receipts: what providers tell about what we sent. States move forward only; a receipt that is early is parked.

receipt --its delivery is known--> state moves on        (several in one batch: one statement)
        --not yet--> parked, until the send's own answer brings the id
"everything until now" --sent--> state moves on
                       --being sent--> parked, until it is known to have gone
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.channels import StoredAccount
from oase.channels.contract import Receipt, SaidElsewhere
from oase.conversations.delivery.news import tell
from oase.conversations.delivery.types import IN_COPY, DeliveryKind
from oase.conversations.rules import moves_forward
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id


class _Known(Struct, kw_only=True):
    """A delivery as receipts see it; `state` and times change in memory until they are written."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    kind: DeliveryKind
    external_id: str | None
    recipient: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    code: str
    why: str
    before: str = ""  # the state from which receipts moved it


class _UnderWay(Struct, frozen=True):
    """A message of ours of which we do not know yet, or cannot tell, whether the provider has taken it."""

    id: UUID
    recipient: str
    thread: str
    text: str
    files: int
    created_at: datetime

    def is_copied_by(self, said: SaidElsewhere) -> bool:
        """Whether the provider's copy says the same, at the same place, not before it."""
        place = said.thread.external_id == self.thread if said.thread is not None else _value(said) == self.recipient
        same = said.content.text.split() == self.text.split() and (not self.files or bool(said.content.media))
        return place and same and bool(self.text or self.files) and said.at > self.created_at - _CLOCKS_DIFFER


def _value(said: SaidElsewhere) -> str:
    return said.to.value if said.to is not None else ""


_CLOCKS_DIFFER = timedelta(minutes=2)
_GONE = ("sent", "delivered", "read")
_TIMES = "created_at, sent_at, delivered_at, read_at, failed_at"
_COLUMNS = f"id, message_id, conversation_id, kind, external_id, recipient, state, {_TIMES}, code, why"


async def apply_receipts(work: UnitOfWork, account: StoredAccount, receipts: Sequence[Receipt]) -> None:
    """Moves deliveries on by what came in; parks what has no delivery yet."""
    direct = [one for one in receipts if not one.up_to]
    known = await _find_or_hold(work, account.id, direct)
    changed: dict[UUID, _Known] = {}
    early: list[Receipt] = []
    for receipt in direct:
        delivery = known.get(receipt.external_id) or known.get(receipt.our_id)
        if delivery is None:
            early.append(receipt)
        elif _move(delivery, receipt):
            changed[delivery.id] = delivery
    for receipt in receipts:
        if receipt.up_to and receipt.sender is not None:
            for delivery in await _earlier(work, account.id, receipt.sender.value, receipt.at):
                if delivery.state == "sending":
                    early.append(msgspec.structs.replace(receipt, external_id="", our_id=str(delivery.id)))
                elif _move(delivery, receipt):
                    changed[delivery.id] = delivery
    await _park(work, account.id, early)
    await _write(work, list(changed.values()))


async def receipts_in_disguise(work: UnitOfWork, account: StoredAccount, said: Sequence[SaidElsewhere]) -> Mapping[str, Receipt]:
    """Which of these, by external id, we have sent ourselves: as receipts, so that nothing is shown twice.

    Known by an id, or, where the provider's copy overtakes its answer to the send, by saying the same at the same place.
    """
    if not said:
        return {}
    receipts = {one.external_id: Receipt(external_id=one.external_id, our_id=one.our_id, state="sent", at=one.at) for one in said}
    known = await _find(work, account.id, list(receipts.values()))
    own = {key: one for key, one in receipts.items() if one.external_id in known or one.our_id in known}
    strange = [one for one in said if one.external_id not in own]
    if strange:
        under_way = await _under_way(work, account.id)
        for one in strange:
            found = next((each for each in under_way if each.is_copied_by(one)), None)
            if found is not None:
                under_way.remove(found)
                own[one.external_id] = msgspec.structs.replace(receipts[one.external_id], our_id=str(found.id))
    return own


async def apply_parked(work: UnitOfWork, account_id: UUID, names: Sequence[str]) -> None:
    """Applies receipts that came before the answer to the send did. `names`: the provider's ids and ours of what was tried.

    What waited under our own id counts if the message has gone; if not, it spoke of others.
    """
    rows = await work.tuples(
        "DELETE FROM parked_receipt WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND external_id = ANY(%(names)b::text[]) AND coalesce(receipt->>'type', 'receipt') = 'receipt' RETURNING receipt",
        {"account_id": account_id, "names": list(names)},
    )
    if not rows:
        return
    receipts = [msgspec.convert(row[0], Receipt) for row in rows]
    known = await _find(work, account_id, receipts)
    changed = {}
    for receipt in sorted(receipts, key=lambda one: one.at):
        delivery = known.get(receipt.external_id or receipt.our_id)
        if delivery is None or (not receipt.external_id and delivery.state not in _GONE):
            continue
        if _move(delivery, receipt):
            changed[delivery.id] = delivery
    await _write(work, list(changed.values()))


def _move(delivery: _Known, receipt: Receipt) -> bool:
    if receipt.external_id and not delivery.external_id:
        delivery.external_id = receipt.external_id
    in_copy = receipt.sender is not None and not receipt.up_to and receipt.sender.value != delivery.recipient
    if receipt.state == "failed" and in_copy:
        return _not_to(delivery, receipt)
    if receipt.state == "failed" and not receipt.final:  # still being tried
        if delivery.code != IN_COPY:
            delivery.why = receipt.why[:500]
        return True
    if not moves_forward(delivery.state, receipt.state):
        return False
    delivery.before, delivery.state = delivery.before or delivery.state, receipt.state
    if receipt.state == "sent":
        delivery.sent_at = delivery.sent_at or receipt.at
    elif receipt.state == "delivered":
        delivery.delivered_at = delivery.delivered_at or receipt.at
    elif receipt.state == "read":
        delivery.read_at = delivery.read_at or receipt.at
    else:
        delivery.failed_at = delivery.failed_at or receipt.at
    if delivery.code != IN_COPY or receipt.state == "failed":  # that somebody in copy got nothing stays true
        delivery.code, delivery.why = receipt.code[:100], receipt.why[:500]
    return True


def _not_to(delivery: _Known, receipt: Receipt) -> bool:
    """Notes that somebody in copy got nothing; the message itself went. Whether anything new was learnt."""
    if not receipt.final or delivery.state in ("failed", "unknown", "cancelled"):
        return False
    before = delivery.why if delivery.code == IN_COPY else ""
    if receipt.why and receipt.why in before:  # the same bounce, once more
        return False
    delivery.code, delivery.why = IN_COPY, "; ".join(filter(None, (before, receipt.why)))[:500]
    return True


async def _find(work: UnitOfWork, account_id: UUID, receipts: Sequence[Receipt]) -> dict[str, _Known]:
    """Deliveries by the provider's id and by ours."""
    ids = sorted({one.external_id for one in receipts if one.external_id})
    ours = sorted({one.our_id for one in receipts if _is_uuid(one.our_id)})
    found = await work.all(
        _Known,
        f"SELECT {_COLUMNS} FROM delivery WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND (external_id = ANY(%(ids)b::text[]) OR id = ANY(%(ours)b::uuid[])) ORDER BY id FOR UPDATE",
        {"account_id": account_id, "ids": ids, "ours": ours},
    )
    by_id = {str(one.id): one for one in found}
    return {**by_id, **{one.external_id: one for one in found if one.external_id}}


async def _find_or_hold(work: UnitOfWork, account_id: UUID, receipts: Sequence[Receipt]) -> dict[str, _Known]:
    """The same, where a message may be getting its id in this very moment.

    Either its fate has been written when we look again, or it is written after us and finds what we park.
    """
    known = await _find(work, account_id, receipts)
    if all(one.external_id in known or one.our_id in known for one in receipts):
        return known
    await work.run(
        "SELECT FROM delivery WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND state = 'sending'"
        " ORDER BY id FOR UPDATE",
        {"account_id": account_id},
    )
    return await _find(work, account_id, receipts)


def _is_uuid(text: str) -> bool:
    try:
        return bool(text) and str(UUID(text)) == text
    except ValueError:
        return False


async def _under_way(work: UnitOfWork, account_id: UUID) -> list[_UnderWay]:
    """Messages of the last day that are being sent, or may have been."""
    return await work.all(
        _UnderWay,
        "SELECT id, recipient, coalesce(outbound->'outbound'->'envelope'->>'thread', '') AS thread,"
        " coalesce(outbound->'outbound'->>'text', '') AS text,"
        " jsonb_array_length(coalesce(outbound->'attachment_ids', '[]')) AS files, created_at"
        " FROM delivery WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND kind = 'message'"
        " AND state IN ('sending', 'unknown') AND created_at > %(now)s - interval '1 day' ORDER BY id LIMIT 200",
        {"account_id": account_id, "now": work.clock.now()},
    )


async def _earlier(work: UnitOfWork, account_id: UUID, recipient: str, at: datetime) -> list[_Known]:
    """What went or goes to a person until a moment and is not read yet. Nobody knows of what is *unknown*: it may never have gone."""
    return await work.all(
        _Known,
        f"SELECT {_COLUMNS} FROM delivery WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND recipient = %(recipient)s AND state IN ('sending', 'sent', 'delivered') AND created_at <= %(at)s"
        " AND created_at > %(at)s - interval '30 days' ORDER BY id LIMIT 200 FOR UPDATE",
        {"account_id": account_id, "recipient": recipient, "at": at},
    )


async def _park(work: UnitOfWork, account_id: UUID, early: Sequence[Receipt]) -> None:
    if early:
        await work.run(
            "INSERT INTO parked_receipt (workspace_id, id, account_id, external_id, receipt, created_at)"
            " SELECT %(workspace_id)s, r.id, %(account_id)s, r.external_id, r.receipt, %(now)s"
            " FROM unnest(%(ids)b::uuid[], %(externals)b::text[], %(receipts)b::jsonb[]) AS r (id, external_id, receipt)",
            {
                "account_id": account_id,
                "ids": [new_id() for _ in early],
                "externals": [one.external_id or one.our_id for one in early],
                "receipts": [msgspec.json.encode(one).decode() for one in early],
                "now": work.clock.now(),
            },
        )


async def _write(work: UnitOfWork, changed: Sequence[_Known]) -> None:
    if not changed:
        return
    ordered = sorted(changed, key=lambda one: one.id)
    names = ("id", "state", "external_id", "sent_at", "delivered_at", "read_at", "failed_at", "code", "why")
    values: dict[str, list[Any]] = {name: [getattr(one, name) for one in ordered] for name in names}
    await work.run(
        "UPDATE delivery d SET state = n.state, external_id = n.external_id, sent_at = n.sent_at, delivered_at = n.delivered_at,"
        " read_at = n.read_at, failed_at = n.failed_at, code = n.code, why = n.why FROM unnest(%(id)b::uuid[], %(state)b::text[],"
        " %(external_id)b::text[], %(sent_at)b::timestamptz[], %(delivered_at)b::timestamptz[], %(read_at)b::timestamptz[],"
        " %(failed_at)b::timestamptz[], %(code)b::text[], %(why)b::text[])"
        " AS n (id, state, external_id, sent_at, delivered_at, read_at, failed_at, code, why)"
        " WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id",
        values,
    )
    for one in ordered:
        tell(work, one.conversation_id, one.kind, one.message_id, one.state, one.before)
