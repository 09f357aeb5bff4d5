"""Pure decisions about webhooks: signatures (Standard Webhooks, standardwebhooks.com, version 1), back-off, what is wanted."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.live import Position
from oase.kernel.secrets import Secret

_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - says what follows
_SECRET_BYTES: Final = 32
_URL_CHARACTERS: Final = 2000
_EVENT: Final = re.compile(r"[a-z_]+\.(\*|[a-z_]+)")
OLD_SECRET_COUNTS: Final = timedelta(hours=24)
DISABLED_AFTER: Final = timedelta(days=5)
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000))
_LONGEST_WISH: Final = timedelta(days=1)


def new_secret() -> Secret:
    """A signing secret: `whsec_` and 32 random bytes in base64."""
    return Secret(_SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode())


def sign(secret: Secret, event_id: str, at: datetime, body: bytes) -> str:
    """One signature, with its version: v1, HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.reveal().removeprefix(_SECRET_PREFIX))
    signed = f"{event_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(keys: Sequence[Secret], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery; while a secret is being changed there are two signatures."""
    return {
        "content-type": "application/json",
        "user-agent": "Oase-Webhooks/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(key, event_id, at, body) for key in keys),
    }


def valid_keys(keys: Sequence[Secret], rotated_at: datetime | None, now: datetime) -> Sequence[Secret]:
    """The secrets that sign now: the newest, and for a day after a change the one before it."""
    fresh = rotated_at is not None and now - rotated_at < OLD_SECRET_COUNTS
    return keys[:2] if fresh else keys[:1]


def event_id(position: Position, place: int) -> str:
    """A stable id: the same event has the same one however often it is sent."""
    return f"evt_{position.xid:x}_{position.id:x}_{place}"


def wants(events: Iterable[str], type: str) -> bool:
    """Whether a webhook with these events is told of this type; none named means all."""
    named = list(events)
    return not named or type in named or f"{type.partition('.')[0]}.*" in named


def pause(attempts: int, delivery_id: UUID) -> timedelta | None:
    """How long to wait after so many attempts, a tenth more or less by chance; None: three days have passed, give up."""
    if attempts > len(_PAUSES):
        return None
    chance = delivery_id.int % 2001 / 10_000 - 0.1
    return _PAUSES[attempts - 1] * (1 + chance)


def wished(seconds: int) -> timedelta:
    """What the other side asked for (Retry-After), within reason."""
    return min(timedelta(seconds=max(0, seconds)), _LONGEST_WISH)


def check_url(url: str) -> str:
    """An address that can be told; raises Invalid (field `url`). Whether it may be reached is decided when it is."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and not parts.password
        _ = parts.port
    except ValueError:
        good = False
    if not good or len(url) > _URL_CHARACTERS:
        raise Invalid(message("The address must begin with https:// (or http://) and hold no password."), field="url")
    return url.strip()


def check_events(events: Iterable[str], known: Iterable[str]) -> list[str]:
    """Names of types, or `conversation.*`; raises Invalid naming the one that does not exist."""
    types = set(known)
    families = {f"{name.partition('.')[0]}.*" for name in types}
    named = list(dict.fromkeys(events))
    for name in named:
        if not _EVENT.fullmatch(name) or name not in types | families:
            raise Invalid(message("There is no event “%(name)s”.", name=name[:80]), field="events")
    return named
