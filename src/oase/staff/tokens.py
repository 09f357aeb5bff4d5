"""Tokens: random texts that open something. Only their hash is stored.

    text = prefix + base64url(workspace id, row id, 32 random bytes)        stored: row id, BLAKE2b-256 of the random bytes

The text names its row, so that finding it is one look-up by primary key, and its workspace, so that the look-up is one tenant's.
The random part is 256 bits: nothing is gained by a slow hash.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.secrets import Secret

_RANDOM_BYTES: Final = 32
_LENGTH: Final = -(-(32 + _RANDOM_BYTES) * 4 // 3)  # 64 bytes in base64 without padding


class Parsed(Struct, frozen=True, kw_only=True):
    """A token taken apart; whether it is right only its row can say."""

    workspace_id: UUID
    id: UUID
    hash: bytes

    def fits(self, token_hash: bytes) -> bool:
        """Whether this is the token that was stored, compared in constant time."""
        return hmac.compare_digest(self.hash, token_hash)


def make(workspace_id: UUID, row_id: UUID, *, prefix: str = "") -> tuple[Secret, bytes]:
    """A new token for this row, and the hash to store."""
    random = secrets.token_bytes(_RANDOM_BYTES)
    text = base64.urlsafe_b64encode(workspace_id.bytes + row_id.bytes + random).rstrip(b"=").decode()
    return Secret(prefix + text), hash_of(random)


def parse(text: str, *, prefix: str = "") -> Parsed | None:
    """The parts of a token; None for anything that is none."""
    body = text.removeprefix(prefix)
    if not text.startswith(prefix) or len(body) != _LENGTH or not body.isascii():
        return None
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return Parsed(workspace_id=UUID(bytes=raw[:16]), id=UUID(bytes=raw[16:32]), hash=hash_of(raw[32:]))


def hash_of(random: bytes) -> bytes:
    """What is stored of random bytes."""
    return hashlib.blake2b(random, digest_size=32).digest()
