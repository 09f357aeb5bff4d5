"""Apple's push service (APNs): to apps on iPhones, iPads and Macs, without Firebase in between.

key (.p8), key id, team id --ES256--> provider token, good for an hour --HTTP/2--> POST /3/device/<token>
Apple, "Sending notification requests to APNs", "Establishing a token-based connection to APNs", "Handling notification responses
from APNs" (https://developer.apple.com/documentation/usernotifications, read 2026-11). Pure: sending is a matter of who calls.
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from msgspec import Struct

from oase.channels.contract import Account
from oase.conversations.devices.types import ARRIVED, GONE, Notice, Verdict, later
from oase.kernel.errors import Invalid
from oase.kernel.http import OutgoingRequest
from oase.kernel.i18n import Message, message
from oase.kernel.secrets import Secret
from oase.kernel.webpush import pack

APPLE: Final = "https://api.push.apple.com"
TOKEN_LASTS: Final = timedelta(minutes=45)
"""Apple refuses a token after 60 minutes, and whoever makes new ones more often than every 20."""

TOKEN_RENEWED_AFTER: Final = timedelta(minutes=20)
_PEM: Final = re.compile(r"-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----")
"""With or without its line ends: a field of one line takes them out of what is pasted."""

_TIMEOUT: Final = timedelta(seconds=15)
_ANSWER_BYTES: Final = 64_000
_BUSY: Final = timedelta(seconds=30)
_STORM: Final = timedelta(minutes=1)
_WORDS: Final[dict[str, Message]] = {
    "BadTopic": message("Apple does not know the app: please check its bundle id."),
    "MissingTopic": message("Apple does not know the app: please check its bundle id."),
    "DeviceTokenNotForTopic": message("The device belongs to another app than the bundle id of the account says."),
    "TopicDisallowed": message("The key may not send to this app: please check bundle id and key at Apple."),
    "InvalidProviderToken": message("Apple does not accept the key: please check key, key id and team id."),
    "MissingProviderToken": message("Apple does not accept the key: please check key, key id and team id."),
    "Forbidden": message("Apple does not accept the key: please check key, key id and team id."),
    "UnrelatedKeyIdInToken": message("Apple does not accept the key: please check key, key id and team id."),
    "BadEnvironmentKeyIdInToken": message("The key is for Apple's other environment (development or production)."),
    "BadEnvironmentKeyInToken": message("The key is for Apple's other environment (development or production)."),
    "ExpiredProviderToken": message("Apple takes our token for expired: please check the clock of this server."),
}


class Key(Struct, frozen=True, kw_only=True):
    """What a company has at Apple: a key of its team, and the app's bundle id."""

    pem: Secret
    key_id: str
    team_id: str
    topic: str
    base: str


def key_of(account: Account) -> Key:
    """What the account holds; raises Invalid if something is missing."""
    pem = account.secrets.get("apns_key", ())
    texts = {name: str(account.settings.get(name) or "").strip() for name in ("apns_key_id", "apns_team_id", "apns_topic")}
    if not pem or not all(texts.values()):
        raise Invalid(
            message("For iPhones the account needs Apple's key, its id, the team id and the bundle id."), field="apns_key"
        )
    base = str(account.settings.get("apns_url") or APPLE).rstrip("/")
    return Key(pem=pem[0], key_id=texts["apns_key_id"], team_id=texts["apns_team_id"], topic=texts["apns_topic"], base=base)


def provider_token(key: Key, now: datetime) -> Secret:
    """Who we are to Apple, from `now` on for an hour (RFC 7519, ES256). Raises Invalid if the key cannot be used."""
    found = _PEM.search(key.pem.reveal())
    try:
        private = load_der_private_key(base64.b64decode(found[1]), None) if found else None
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise Invalid(
            message("This is no key of Apple's: please paste the whole content of the file AuthKey_….p8."), field="apns_key"
        )
    head, claims = {"alg": "ES256", "kid": key.key_id}, {"iss": key.team_id, "iat": int(now.timestamp())}
    text = f"{pack(msgspec.json.encode(head))}.{pack(msgspec.json.encode(claims))}"
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(SHA256())))
    return Secret(f"{text}.{pack(r.to_bytes(32) + s.to_bytes(32))}")


def push_request(
    key: Key, provider: Secret, device: str, notice: Notice, now: datetime, *, lasts: timedelta, id: UUID
) -> OutgoingRequest:
    """The request that sends. A newer notice of the same conversation takes the place of an older one; `id`: of this notice."""
    alert = {"title": notice.title, "body": notice.body}
    payload = {"aps": {"alert": alert, "sound": "default", "thread-id": notice.conversation}, "conversation": notice.conversation}
    headers: dict[str, str | Secret] = {
        "authorization": Secret(f"bearer {provider.reveal()}"),
        "apns-id": str(id),
        "apns-topic": key.topic,
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": str(int((now + lasts).timestamp())),
        "apns-collapse-id": notice.conversation,
    }
    return OutgoingRequest(
        method="POST", url=Secret(f"{key.base}/3/device/{device.lower()}"), headers=headers, json=payload, timeout=_TIMEOUT,
        limit_bytes=_ANSWER_BYTES, http2=f"apns {key.team_id}",  # Apple takes one team's tokens on a connection
    )  # fmt: skip


def judge(status: int, headers: Mapping[str, str], body: bytes, registered_at: datetime, now: datetime) -> Verdict:
    """What Apple's answer means."""
    if status == 200:
        return ARRIVED
    reason, since = _said(body)
    if reason in ("BadDeviceToken", "ExpiredToken") or (status == 410 and reason != "Unregistered"):
        return GONE
    if reason == "Unregistered":  # of an app that was there again later, Apple's news are old
        return GONE if since is None or since >= registered_at else Verdict(fate="refused", why=_other(status, reason))
    if reason == "ExpiredProviderToken":
        return Verdict(fate="renew", why=_WORDS[reason])
    if status == 429:
        least = TOKEN_RENEWED_AFTER if reason == "TooManyProviderTokenUpdates" else _STORM
        return later(_busy(), headers, least, now)
    if status >= 500:
        return later(_busy(), headers, _BUSY, now)
    return Verdict(fate="refused", why=_WORDS.get(reason) or _other(status, reason))


def _said(body: bytes) -> tuple[str, datetime | None]:
    """The reason, and since when a device is gone (milliseconds)."""
    try:
        found = msgspec.json.decode(body)
        reason, since = str(found.get("reason", "")), found.get("timestamp")
        return reason, datetime.fromtimestamp(since / 1000, UTC) if isinstance(since, int | float) else None
    except (ValueError, AttributeError, OverflowError, OSError):
        return "", None


def _busy() -> Message:
    return message("Apple's push service asks us to wait.")


def _other(status: int, reason: str) -> Message:
    return message("Apple's push service refuses: %(why)s.", why=f"{status} {reason}".strip()[:100])
