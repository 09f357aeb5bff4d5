"""Firebase Cloud Messaging, HTTP v1: to apps on Android and iOS.

service account --JWT, RS256 (RFC 7523)--> token_uri --> access token, an hour --> POST v1/projects/<id>/messages:send
https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send (read 2026-08). Pure: sending is a matter of who calls.
"""

import base64
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.http import OutgoingRequest
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR: Final = timedelta(hours=1)
_TIMEOUT: Final = timedelta(seconds=15)
_ANSWER_BYTES: Final = 64_000
_GONE: Final = ("UNREGISTERED", "SENDER_ID_MISMATCH")


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
        raise Invalid(message("This is not the file of a service account of Firebase."), field="fcm_service_account") from None


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
        raise Invalid(message("This is not the file of a service account of Firebase."), field="fcm_service_account")
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
    base: str, account: ServiceAccount, access: Secret, token: str, *, title: str, body: str, conversation: str
) -> OutgoingRequest:
    """The request that sends: a newer message of the same conversation takes the place of an older one on the phone."""
    content: dict[str, Any] = {
        "token": token,
        "notification": {"title": title, "body": body},
        "data": {"conversation": conversation},
        "android": {"collapse_key": conversation, "priority": "HIGH", "ttl": "86400s", "notification": {"tag": conversation}},
        "apns": {"headers": {"apns-collapse-id": conversation, "apns-priority": "10"}, "payload": {"aps": {"sound": "default"}}},
    }
    return OutgoingRequest(
        method="POST",
        url=f"{base.rstrip('/')}/v1/projects/{account.project_id}/messages:send",
        headers={"authorization": Secret(f"Bearer {access.reveal()}")},
        json={"message": content},
        timeout=_TIMEOUT,
        limit_bytes=_ANSWER_BYTES,
    )


def is_gone(status: int, body: bytes) -> bool:
    """Whether this installation of the app does not exist any more: its token is to be forgotten."""
    try:
        error = msgspec.json.decode(body)["error"]
        codes = [one.get("errorCode") for one in error.get("details", []) if isinstance(one, dict)]
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    wrong_token = status == 400 and "INVALID_ARGUMENT" in codes and "registration token" in str(error.get("message", ""))
    return any(code in _GONE for code in codes) or wrong_token


def _part(value: object) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
