"""Tickets between the two steps of a sign-in: signed, short-lived, stored nowhere.

base64url( JSON {workspace, agent, password stamp, expiry} + BLAKE2b-256 keyed with a key of this installation )
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.kernel.secrets import Safe, Secret

_SIGNATURE_BYTES: Final = 32


class Ticket(Struct, frozen=True, kw_only=True):
    """That somebody knew this agent's password, until then. A changed password makes it worthless."""

    workspace_id: UUID
    agent_id: UUID
    stamp: str
    expires_at: datetime


def stamp_of(password_hash: str) -> str:
    """A mark of the present password."""
    return hashlib.blake2b(password_hash.encode(), digest_size=12).hexdigest()


def write(safe: Safe, ticket: Ticket) -> Secret:
    """The ticket as text."""
    body = msgspec.json.encode(ticket)
    return Secret(base64.urlsafe_b64encode(body + _signature(safe, body)).decode())


def read(safe: Safe, text: Secret, now: datetime) -> Ticket | None:
    """The ticket behind a text; None if it is not ours or too old."""
    try:
        raw = base64.b64decode(text.reveal(), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(safe, body)):
        return None
    ticket = msgspec.json.decode(body, type=Ticket)
    return ticket if ticket.expires_at > now else None


def _signature(safe: Safe, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=safe.derive("sign-in ticket"), digest_size=_SIGNATURE_BYTES).digest()
