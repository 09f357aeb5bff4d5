"""Tokens of signed-in users: a JWT (RFC 7519) made by the company's own server, HS256 only.

    {"sub": "4711", "exp": 1790000000, "name": "Jürgen Groß", "email": "j@example.com", "phone": "+49…", "plan": "gold"}

`sub` (the company's id of the user) and `exp` are required; other plain values become fields of the person.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from oase.channels.families.visitor import Who
from oase.kernel.errors import OaseError
from oase.kernel.secrets import Secret

_LEEWAY: Final = timedelta(seconds=60)
_OWN: Final = frozenset({"sub", "exp", "iat", "nbf", "iss", "aud", "jti", "name", "email", "phone"})
_LENGTH: Final = 8_000


class BadToken(OaseError):
    """The token cannot be used; the message tells the site's developer why."""


def read_user(token: str, keys: Iterable[Secret], now: datetime) -> tuple[Who, datetime]:
    """The user a token speaks of, and until when; raises BadToken."""
    claims = _claims(token, keys)
    subject = claims.get("sub")
    if not isinstance(subject, str | int) or isinstance(subject, bool) or not str(subject).strip():
        raise BadToken("The token has no user id (sub).")
    until = _moment(claims, "exp")
    if until is None:
        raise BadToken("The token has no expiry (exp).")
    if now > until + _LEEWAY:
        raise BadToken("The token has expired (exp).")
    begins = _moment(claims, "nbf")
    if begins is not None and now < begins - _LEEWAY:
        raise BadToken("The token is not valid yet (nbf).")
    fields = {
        str(name).replace("\0", "")[:100]: str(value).replace("\0", "")[:300]
        if not isinstance(value, bool)
        else str(value).lower()
        for name, value in claims.items()
        if name not in _OWN and isinstance(value, str | int | float)
    }
    who = Who(
        id=str(subject)[:200],
        name=_text(claims, "name"),
        email=_text(claims, "email"),
        phone=_text(claims, "phone"),
        fields=dict(list(fields.items())[:30]),
    )
    return who, until


def _claims(token: str, keys: Iterable[Secret]) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(token) > _LENGTH or len(parts) != 3:
        raise BadToken("This is no signed token (JWT).")
    try:
        header, claims, signature = (_bytes(part) for part in parts)
        head = msgspec.json.decode(header, type=dict[str, Any])
    except ValueError:
        raise BadToken("This is no signed token (JWT).") from None
    if head.get("alg") != "HS256" or "crit" in head:
        raise BadToken("The token must be signed with HS256.")
    signed = ".".join(parts[:2]).encode()
    given = [key.reveal().encode() for key in keys if key]
    if not any(hmac.compare_digest(signature, hmac.digest(key, signed, "sha256")) for key in given):
        raise BadToken("The token's signature does not belong to this account's secret.")
    try:
        return msgspec.json.decode(claims, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise BadToken("The token's content cannot be read.") from None


def _bytes(part: str) -> bytes:
    return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 253_402_300_000:
        return None
    return datetime.fromtimestamp(value, tz=UTC)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\0", "").strip()[:300] if isinstance(value, str) else ""
