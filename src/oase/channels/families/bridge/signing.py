"""How both sides prove themselves: HMAC-SHA256 with the shared secret, hexadecimal, behind `v1=`.

    Oase to the connector:   over  METHOD + " " + path with query + "\\n" + body
    the connector to Oase:   over  timestamp + "." + body          timestamp: seconds since 1970, at most five minutes off

What Oase asks for carries no time: asked again, it has the same id and is the same thing.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from oase.channels.contract import Forged, Raw
from oase.kernel.secrets import Secret

SIGNATURE: Final = "x-oase-signature"
TIMESTAMP: Final = "x-oase-timestamp"
_SECONDS: Final = 300


def sign(secret: Secret, method: str, target: str, body: bytes) -> str:
    """The signature of a request of ours."""
    return _of(secret, f"{method} {target}\n".encode() + body)


def sign_delivery(secret: Secret, timestamp: str, body: bytes) -> str:
    """The signature of a delivery of the connector."""
    return _of(secret, timestamp.encode() + b"." + body)


def check_delivery(raw: Raw, secrets: Iterable[Secret]) -> None:
    """Raises Forged unless one of the secrets signed the delivery, now."""
    timestamp, given = raw.headers.get(TIMESTAMP, ""), raw.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Forged("The delivery carries no time (X-Oase-Timestamp, in seconds).")
    matches = False
    for secret in secrets:
        if secret:
            matches = hmac.compare_digest(sign_delivery(secret, timestamp, raw.body).encode(), given) or matches
    if not matches:
        raise Forged("The signature does not fit the shared secret of this account.")
    if abs(raw.received_at.timestamp() - int(timestamp)) > _SECONDS:
        raise Forged("The delivery was signed more than five minutes ago, or the connector's clock is wrong.")


def _of(secret: Secret, signed: bytes) -> str:
    return "v1=" + hmac.digest(secret.reveal().encode(), signed, hashlib.sha256).hex()
