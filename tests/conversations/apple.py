"""Apple's push service, written from its pages, not from our code, behind an HTTP/2 server with TLS; tokens are checked by PyJWT.

https://developer.apple.com/documentation/usernotifications: "Sending notification requests to APNs", "Establishing a token-based
connection to APNs", "Handling notification responses from APNs" (read 2026-11)
"""

import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.servers.http2 import Request, Response, Server, serving

from oase.kernel.clock import Clock

TEAM, KEY_ID, TOPIC = "9ABCDE1234", "KEY4711ABC", "example.muster.laden"
_KNOWN = {
    "authorization", "apns-id", "apns-expiration", "apns-priority", "apns-topic", "apns-collapse-id", "apns-push-type",
    "content-type", "content-length", "user-agent", ":method", ":path", ":scheme", ":authority",
}  # fmt: skip
_PRIORITIES = {"10", "5", "1"}


@dataclass
class Push:
    """A notification that a device got."""

    device: str
    headers: dict[str, str]
    payload: dict[str, Any]


@dataclass
class Apple:
    """Answers as Apple does: it checks who asks, then what; `answers` come first, one for each request, to play bad days."""

    clock: Clock
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    got: list[Push] = field(default_factory=list)
    gone: dict[str, datetime] = field(default_factory=dict)  # since when the app is no longer on the device
    unknown: set[str] = field(default_factory=set)
    of_other_apps: set[str] = field(default_factory=set)
    answers: list[Response | None] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)  # when each was seen first
    teams: dict[int, str] = field(default_factory=dict)  # of each connection
    server: Server | None = None

    @property
    def p8(self) -> str:
        """The file that an administrator pastes."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def url(self) -> str:
        """Where it is."""
        assert self.server is not None
        return self.server.url

    async def handle(self, request: Request) -> Response | None:
        """One request."""
        if self.answers:
            return self.answers.pop(0)
        if refusal := self._who(request) or self._what(request):
            return refusal
        device = request.headers[":path"].removeprefix("/3/device/")
        payload = json.loads(request.body)
        self.got.append(Push(device, dict(request.headers), payload))
        return Response(200, {"apns-id": request.headers["apns-id"]})

    def _who(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return refused(403, "MissingProviderToken")
        try:
            claims = jwt.decode(token, self.key.public_key(), ["ES256"], options={"verify_iat": False, "verify_signature": True})
        except jwt.InvalidTokenError:
            return refused(403, "InvalidProviderToken")
        if set(claims) != {"iss", "iat"} or claims["iss"] != TEAM or jwt.get_unverified_header(token).get("kid") != KEY_ID:
            return refused(403, "InvalidProviderToken")
        now = self.clock.now()
        if abs(now.timestamp() - claims["iat"]) > timedelta(hours=1).total_seconds():
            return refused(403, "ExpiredProviderToken")
        if token not in self.tokens:
            if any(now - seen < timedelta(minutes=20) for seen in self.tokens.values()):
                return refused(429, "TooManyProviderTokenUpdates")
            self.tokens[token] = now
        assert self.teams.setdefault(request.connection, TEAM) == TEAM
        return None

    def _what(self, request: Request) -> Response | None:
        headers, path = request.headers, request.headers[":path"]
        assert set(headers) <= _KNOWN, set(headers) - _KNOWN
        if headers[":method"] != "POST":
            return refused(405, "MethodNotAllowed")
        if not path.startswith("/3/device/"):
            return refused(404, "BadPath")
        device = path.removeprefix("/3/device/")
        if not re.fullmatch(r"[0-9a-f]{64,}", device) or device in self.unknown:
            return refused(400, "BadDeviceToken")
        if headers.get("apns-topic") != TOPIC:
            return refused(400, "BadTopic" if "apns-topic" in headers else "MissingTopic")
        if device in self.of_other_apps:
            return refused(400, "DeviceTokenNotForTopic")
        if device in self.gone:
            return refused(410, "Unregistered", timestamp=int(self.gone[device].timestamp() * 1000))
        if len(headers.get("apns-collapse-id", "").encode()) > 64:
            return refused(400, "BadCollapseId")
        if headers.get("apns-priority", "10") not in _PRIORITIES:
            return refused(400, "BadPriority")
        if not headers.get("apns-expiration", "0").isdigit():
            return refused(400, "BadExpirationDate")
        if headers.get("apns-push-type") != "alert":
            return refused(400, "InvalidPushType")
        if str(UUID(headers["apns-id"])) != headers["apns-id"]:
            return refused(400, "BadMessageId")
        if not request.body:
            return refused(400, "PayloadEmpty")
        return refused(413, "PayloadTooLarge") if len(request.body) > 4096 else None


def refused(status: int, reason: str, *, last: bool = False, **more: Any) -> Response:
    """A refusal as Apple writes it."""
    return Response(status, {"content-type": "application/json"}, json.dumps({"reason": reason, **more}).encode(), last)


@asynccontextmanager
async def apple(clock: Clock, folder: Path) -> AsyncIterator[tuple[Apple, ssl.SSLContext]]:
    """Apple's push service on this machine, and the certificate authority to trust for it."""
    service = Apple(clock)
    async with serving(service.handle, folder) as (service.server, trust):
        yield service, trust
