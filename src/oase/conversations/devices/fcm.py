"""Firebase Cloud Messaging, HTTP v1: to apps on Android and iOS.

service account --JWT, RS256 (RFC 7523)--> token_uri --> access token, an hour --> POST v1/projects/<id>/messages:send
https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send, …/v1/ErrorCode (read 2026-11). Pure: sending is a matter
of who calls.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct

from oase.conversations.devices.types import ARRIVED, GONE, Notice, Verdict, later
from oase.kernel.errors import Invalid, Unavailable
from oase.kernel.http import OutgoingRequest, OutgoingResponse
from oase.kernel.i18n import Message, message
from oase.kernel.secrets import Secret

_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR: Final = timedelta(hours=1)
_TIMEOUT: Final = timedelta(seconds=15)
_ANSWER_BYTES: Final = 64_000
_BUSY: Final = timedelta(seconds=10)
_QUOTA: Final = timedelta(minutes=1)  # "minimum initial delay of 1 minute" (…/v1/ErrorCode)
_WORDS: Final[dict[str, Message]] = {
    "SENDER_ID_MISMATCH": message("The device belongs to another project of Firebase than the account's file."),
    "THIRD_PARTY_AUTH_ERROR": message(
        "Firebase has no good key of Apple's for this app: Cloud Messaging, APNs authentication key."
    ),
    "UNAUTHENTICATED": message("Firebase does not accept the account's file: please generate a new private key."),
    "PERMISSION_DENIED": message("The service account may not send for this project of Firebase."),
}


class ServiceAccount(Struct, frozen=True, kw_only=True):
    """The file that Firebase gives."""

    project_id: str
    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105


def read_service_account(secret: Secret) -> ServiceAccount:
    """The account; raises Invalid."""
    try:
        return msgspec.json.decode(secret.reveal(), type=ServiceAccount)
    except ValueError:
        raise _no_file() from None


def token_request(account: ServiceAccount, now: datetime) -> OutgoingRequest:
    """The request that gives an access token. Raises Invalid if the key cannot be used."""
    claims = {
        "iss": account.client_email, "scope": _SCOPE, "aud": account.token_uri, "iat": int(now.timestamp()),
        "exp": int((now + _HOUR).timestamp()),
    }  # fmt: skip
    try:
        key = load_pem_private_key(account.private_key.encode(), None)
    except ValueError:
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise _no_file()
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    assertion = f"{signed}.{_base64(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"
    return OutgoingRequest(
        method="POST",
        url=account.token_uri,
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode({"grant_type": _GRANT, "assertion": assertion}).encode(),
        timeout=_TIMEOUT,
        limit_bytes=_ANSWER_BYTES,
    )


def message_request(
    base: str, account: ServiceAccount, access: Secret, token: str, notice: Notice, now: datetime, *, lasts: timedelta
) -> OutgoingRequest:
    """The request that sends: a newer notice of the same conversation takes the place of an older one on the phone."""
    conversation, seconds = notice.conversation, int(lasts.total_seconds())
    apple = {
        "apns-collapse-id": conversation, "apns-priority": "10", "apns-expiration": str(int(now.timestamp()) + seconds),
    }  # fmt: skip
    content: dict[str, Any] = {
        "token": token,
        "notification": {"title": notice.title, "body": notice.body},
        "data": {"conversation": conversation},
        "android": {
            "collapse_key": conversation,
            "priority": "HIGH",
            "ttl": f"{seconds}s",
            "notification": {"tag": conversation},
        },
        "apns": {"headers": apple, "payload": {"aps": {"sound": "default", "thread-id": conversation}}},
    }
    return OutgoingRequest(
        method="POST",
        url=f"{base.rstrip('/')}/v1/projects/{account.project_id}/messages:send",
        headers={"authorization": Secret(f"Bearer {access.reveal()}")},
        json={"message": content},
        timeout=_TIMEOUT,
        limit_bytes=_ANSWER_BYTES,
    )


def read_access(answer: OutgoingResponse) -> tuple[Secret, timedelta]:
    """An access token, and how long it lasts. Raises Unavailable, or Invalid where Google refuses the service account."""
    try:
        given: dict[str, Any] = msgspec.json.decode(answer.body)
        return Secret(str(given["access_token"])), timedelta(seconds=int(given.get("expires_in", 3600)))
    except (ValueError, LookupError, TypeError):
        if answer.status in (400, 401, 403):  # invalid_grant, invalid_client: deleted, its key withdrawn
            raise Invalid(_WORDS["UNAUTHENTICATED"], field="fcm_service_account") from None
        raise Unavailable(message("Google gives no access token for Firebase at the moment.")) from None


def judge(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Verdict:
    """What Firebase's answer means."""
    if 200 <= status < 300:
        return ARRIVED
    code, words = _said(body)
    if code == "UNREGISTERED" or (status == 400 and code == "INVALID_ARGUMENT" and "registration token" in words):
        return GONE
    if status == 429 or code == "QUOTA_EXCEEDED":
        return later(_busy(), headers, _QUOTA, now)
    if status >= 500:
        return later(_busy(), headers, _BUSY, now)
    if status == 401 and code != "THIRD_PARTY_AUTH_ERROR":
        return Verdict(fate="renew", why=_WORDS["UNAUTHENTICATED"])
    why = message("Firebase refuses: %(why)s.", why=f"{status} {code} {words}".strip()[:200].rstrip("."))
    return Verdict(fate="refused", why=_WORDS.get(code) or why)


def _busy() -> Message:
    return message("Firebase asks us to wait.")


def _said(body: bytes) -> tuple[str, str]:
    """The code (FCM's own, else Google's status) and the words of an error."""
    try:
        error = msgspec.json.decode(body)["error"]
        codes = [one["errorCode"] for one in error.get("details", []) if isinstance(one, dict) and one.get("errorCode")]
        return str(codes[0] if codes else error.get("status", "")), str(error.get("message", ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", ""


def _no_file() -> Invalid:
    return Invalid(message("This is not the file of a service account of Firebase."), field="fcm_service_account")


def _part(value: object) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
