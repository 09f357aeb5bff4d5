"""That a delivery is Microsoft's: a signed token (JWT, RS256) of the Bot Framework, for our app, for this very service.

The keys are Microsoft's published ones; `renewing` fetches them together with our own token, several times a day.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot (read 2026-11)
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from oase.channels.contract import Account, Forged, Raw
from oase.channels.families.json_in_the_wild import Unreadable, mapping, objects, sound, text
from oase.kernel.secrets import Secret

_ISSUER: Final = "https://api.botframework.com"
_SKEW_SECONDS: Final = 300


def check_genuine(raw: Raw, account: Account) -> None:
    """Raises Forged unless Microsoft signed the token, for our app, and for the service that the delivery names."""
    scheme, _, token = raw.headers.get("authorization", "").partition(" ")
    parts = token.strip().split(".")
    if scheme.lower() != "bearer" or len(parts) != 3 or not token.isascii():
        raise Forged("The delivery carries no token of Microsoft's.")
    head, claims, signature = _object(parts[0]), _object(parts[1]), _bytes(parts[2])
    if text(head, "alg") != "RS256":
        raise Forged("The token is signed in a way that Microsoft does not use.")
    signed = f"{parts[0]}.{parts[1]}".encode()
    channel = text(_body(raw), "channelId")
    if not any(
        _signed_by(key, signed, signature) for key in _keys(account.secrets.get("signing_keys", ()), text(head, "kid"), channel)
    ):
        raise Forged("The token was not signed with one of Microsoft's keys.")
    _check_claims(claims, raw, account)


def _check_claims(claims: dict[str, Any], raw: Raw, account: Account) -> None:
    now = raw.received_at.timestamp()
    if text(claims, "iss") != _ISSUER or text(claims, "aud") != str(account.settings.get("app_id") or "-").strip():
        raise Forged("The token is meant for another app.")
    if _number(claims.get("exp")) < now - _SKEW_SECONDS:
        raise Forged("The token has ended.")
    if _number(claims.get("nbf", 0.0)) > now + _SKEW_SECONDS:
        raise Forged("The token does not count yet.")
    service = text(claims, "serviceurl") or text(claims, "serviceUrl")
    named = text(_body(raw), "serviceUrl").rstrip("/")  # without one, `parse` finds nothing to read
    if named and service.rstrip("/") != named:
        raise Forged("The token is meant for another service.")


def _number(value: Any) -> float:
    """A time in seconds; what is none, has ended long ago."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else 0.0


def _body(raw: Raw) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(sound(raw.body))
    except Unreadable:
        return {}
    return found if isinstance(found, dict) else {}


def _object(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(_bytes(part))
    except Unreadable:
        raise Forged("The token cannot be read.") from None
    if not isinstance(found, dict):
        raise Forged("The token cannot be read.")
    return found


def _bytes(part: str) -> bytes:
    """Base64 as JWT has it, in its one right form: other spellings of the same bytes are not accepted."""
    try:
        found = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Forged("The token cannot be read.") from None
    if urlsafe_b64encode(found).rstrip(b"=") != part.encode():
        raise Forged("The token cannot be read.")
    return found


def _keys(known: Sequence[Secret], kid: str, channel: str) -> Iterator[RSAPublicKey]:
    """Microsoft's keys of that name that may speak for this channel."""
    for one in known:
        try:
            found = msgspec.json.decode(one.reveal().encode())
        except Unreadable:
            continue
        for key in objects(mapping({"found": found}, "found"), "keys"):
            endorsed = key.get("endorsements")
            allowed = not isinstance(endorsed, list) or not channel or channel in endorsed
            if kid and text(key, "kid") == kid and allowed:
                try:
                    n, e = (int.from_bytes(_bytes(text(key, part)), "big") for part in ("n", "e"))
                    yield RSAPublicNumbers(e, n).public_key()
                except (Forged, ValueError):
                    continue


def _signed_by(key: RSAPublicKey, signed: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, signed, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
