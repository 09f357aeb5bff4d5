"""Slack's signature of version 0: HMAC-SHA256 over version, time and body; not older than five minutes.

https://docs.slack.dev/authentication/verifying-requests-from-slack (read 2026-11)
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from oase.channels.contract import Answer, Forged, Raw
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.kernel.secrets import Secret

_OLDEST = timedelta(minutes=5)


def check_signature(raw: Raw, secrets: Sequence[Secret]) -> None:
    """Raises Forged unless one of the secrets signed this body a short while ago."""
    stamp, given = raw.headers.get("x-slack-request-timestamp", ""), raw.headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Forged("The delivery does not say when it was signed.")
    if abs(raw.received_at.timestamp() - int(stamp)) > _OLDEST.total_seconds():
        raise Forged("The delivery was signed too long ago.")
    signed = b"v0:" + stamp.encode() + b":" + raw.body
    for secret in secrets:
        if secret:
            expected = "v0=" + hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()
            if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
                return
    raise Forged("The delivery does not carry a signature of this app.")


def answer_handshake(raw: Raw, secrets: Sequence[Secret]) -> Answer | None:
    """What Slack expects when the webhook's address is entered: its challenge; only if Slack itself asks."""
    if b"url_verification" not in raw.body[:2000]:
        return None
    try:
        found: Any = msgspec.json.decode(sound(raw.body))
    except Unreadable:
        return None
    if not isinstance(found, dict) or found.get("type") != "url_verification":
        return None
    try:
        check_signature(raw, secrets)
    except Forged as error:
        return Answer(status=401, body=str(error).encode())
    return Answer(status=200, body=str(found.get("challenge") or "").encode("utf-8", "replace")[:1000])
