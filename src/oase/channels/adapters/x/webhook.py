"""Webhooks of X: the challenge by which it finds out that we know the secret, and the signature of each delivery.

https://docs.x.com/x-api/webhooks/introduction (read 2026-08)
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from oase.channels.contract import Answer, Forged, Raw
from oase.kernel.secrets import Secret

_HEADER = "x-twitter-webhooks-signature"


def answer_challenge(raw: Raw, secrets: Sequence[Secret]) -> Answer | None:
    """The answer to a challenge-response check (CRC); None for ordinary deliveries."""
    token = raw.query.get("crc_token", "")
    if raw.method != "GET" or not token:
        return None
    secret = next((one for one in secrets if one), None)
    if secret is None:
        return Answer(status=403)
    body = msgspec.json.encode({"response_token": _signed(secret, token.encode("utf-8", "surrogatepass"))})
    return Answer(status=200, body=body, type="application/json")


def check_signature(raw: Raw, secrets: Sequence[Secret]) -> None:
    """Raises Forged unless one of the application's API secrets signed the body."""
    given = raw.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
    if not given:
        raise Forged("The delivery carries no signature of X.")
    if not any(one and hmac.compare_digest(_signed(one, raw.body).encode(), given) for one in secrets):
        raise Forged("The signature of X does not fit the delivery.")


def _signed(secret: Secret, content: bytes) -> str:
    return f"sha256={b64encode(hmac.digest(secret.reveal().encode(), content, sha256)).decode()}"
