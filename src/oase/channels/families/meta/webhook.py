"""Meta's webhooks: the handshake when an address is entered, and the signature of every delivery.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started (read 2026-08)
"""

import hashlib
import hmac
from collections.abc import Iterable

from oase.channels.contract import Answer, Forged, Raw
from oase.kernel.secrets import Secret

SIGNATURE_HEADER = "x-hub-signature-256"
_LONGEST_CHALLENGE = 1024


def check_signature(raw: Raw, app_secrets: Iterable[Secret]) -> None:
    """Raises Forged unless the raw body is signed (HMAC-SHA256, hexadecimal) with one of the app's secrets."""
    scheme, _, digest = raw.headers.get(SIGNATURE_HEADER, "").partition("=")
    given = digest.strip().lower().encode("utf-8", "replace")
    if scheme.strip().lower() != "sha256" or len(given) != hashlib.sha256().digest_size * 2:
        raise Forged("The delivery carries no SHA-256 signature of Meta.")
    matches = False
    for secret in app_secrets:
        if secret:
            expected = hmac.new(secret.reveal().encode(), raw.body, hashlib.sha256).hexdigest().encode()
            matches = hmac.compare_digest(expected, given) or matches
    if not matches:
        raise Forged("The signature does not fit any app secret of this account.")


def answer_handshake(raw: Raw, verify_tokens: Iterable[Secret]) -> Answer | None:
    """Meta's GET request when the webhook's address is entered: its challenge back, if it knows our verify token."""
    if raw.method != "GET":
        return None
    token = raw.query.get("hub.verify_token", "").encode("utf-8", "replace")
    known = False
    for secret in verify_tokens:
        known = (bool(secret) and hmac.compare_digest(secret.reveal().encode(), token)) or known
    if raw.query.get("hub.mode") != "subscribe" or not known:
        return Answer(status=403, body=b"The verify token is not the one of this account.")
    return Answer(status=200, body=raw.query.get("hub.challenge", "").encode("utf-8", "replace")[:_LONGEST_CHALLENGE])
