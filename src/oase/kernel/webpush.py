"""Web push: a short message to a browser that has no page of ours open, over the push service of its maker.

    payload --encrypt (RFC 8291: only this browser reads it)--> body --POST (RFC 8030), signed (RFC 8292)--> push service --> browser

Written on `cryptography` instead of taking pywebpush: that one brings an HTTP client of its own, past the guard of `kernel.http`,
and what is left of it is the hundred lines here. Pure: sending is a matter of who calls.
"""

import base64
import hashlib
import os
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.http import OutgoingRequest
from oase.kernel.i18n import message
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.kernel.webhooks.rules import check_url

LARGEST_PAYLOAD: Final = 3993  # bytes: one record of 4096 with its header, tag and delimiter (RFC 8291, section 4)
Urgency = Literal["low", "normal", "high"]
_RECORD_BYTES: Final = 4096
_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_VALID_FOR: Final = timedelta(hours=12)  # 24 at most (RFC 8292, section 2)
_TIMEOUT: Final = timedelta(seconds=15)
_ANSWER_BYTES: Final = 64_000


class Subscription(Struct, frozen=True, kw_only=True):
    """Where a browser can be reached (a secret address), and the keys by which only it reads what is sent."""

    endpoint: str
    p256dh: str
    auth: str


def check_subscription(given: Subscription) -> Subscription:
    """A subscription that can be written to; raises Invalid. Whether its address may be reached is decided when it is."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpack(given.p256dh))
        whole = len(unpack(given.auth)) == _AUTH_BYTES
    except ValueError:
        whole = False
    if not whole:
        raise Invalid(message("The browser gave keys that cannot be used."), field="keys")
    check_url(given.endpoint)
    return given


def encrypt(
    payload: bytes, to: Subscription, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of a push message: one record of aes128gcm (RFC 8188), under keys agreed with the browser (RFC 8291).

    `key` and `salt` are fresh for each message, but in a test that follows the example of RFC 8291.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise ValueError(f"A push message holds {LARGEST_PAYLOAD} bytes at most.")
    key, salt = key or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs, ours = unpack(to.p256dh), _point(key.public_key())
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    secret = _derive(unpack(to.auth), shared, b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD_BYTES.to_bytes(4) + bytes([_POINT_BYTES]) + ours
    return header + AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)  # 2: the last record


class Vapid:
    """Who we are to push services: one key pair of the installation, to which browsers bind their subscriptions (RFC 8292).

    The pair is derived from the installation's key: the same in every process and after a restore, and kept nowhere else.
    """

    def __init__(self, safe: Safe, settings: Settings) -> None:
        seed = safe.derive("web push") + safe.derive("web push, more")  # twice the size: no number is likelier than another
        self._key = ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())
        self._contact = settings.url if settings.url.startswith("https://") else f"mailto:oase@{urlsplit(settings.url).hostname}"
        self.public = pack(_point(self._key.public_key()))

    def sign(self, endpoint: str, now: datetime) -> str:
        """The Authorization header for a push service: a signed token that holds for its origin and half a day."""
        where = urlsplit(endpoint)
        claims = {
            "aud": f"{where.scheme}://{where.netloc}",
            "exp": int((now + _VALID_FOR).timestamp()),
            "sub": self._contact,
        }
        text = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"vapid t={text}.{pack(r.to_bytes(32) + s.to_bytes(32))}, k={self.public}"


def push_request(
    vapid: Vapid,
    to: Subscription,
    payload: bytes,
    now: datetime,
    *,
    lasts: timedelta,
    urgency: Urgency,
    topic: UUID | None = None,
) -> OutgoingRequest:
    """The request that gives a message to the push service: kept for `lasts`; a newer one of the same topic replaces it."""
    headers = {
        "authorization": vapid.sign(to.endpoint, now),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(int(lasts.total_seconds())),
        "urgency": urgency,
    }
    if topic is not None:
        headers["topic"] = pack(topic.bytes)
    return OutgoingRequest(
        method="POST", url=to.endpoint, headers=headers, body=encrypt(payload, to), timeout=_TIMEOUT, limit_bytes=_ANSWER_BYTES
    )


def fingerprint(endpoint: str) -> bytes:
    """By which a browser is recognised without keeping its address in the clear."""
    return hashlib.sha256(endpoint.encode()).digest()


def pack(content: bytes) -> str:
    """Base64 for addresses, without padding, as all of these RFCs write bytes."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """The bytes again; raises ValueError."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _part(value: object) -> str:
    return pack(msgspec.json.encode(value))


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
