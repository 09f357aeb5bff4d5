"""Firebase Cloud Messaging and Google's token endpoint, written from their pages, not from our code.

Requests are held to Google's published description of the API (`fcm.v1.json`), where that is at hand (`tests/servers/google.py`).
https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send · https://developers.google.com/identity/protocols/oauth2/service-account
The assertion is checked by PyJWT.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PROJECT = "muster-app-4711"
_WORDS = {"INVALID_ARGUMENT": "The registration token is not a valid FCM registration token"}
MAIL = f"push@{PROJECT}.iam.gserviceaccount.com"


@dataclass
class Firebase:
    """Answers as the test wants: `errors` by token (HTTP status, error code of FCM), `retry_after` with them."""

    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    errors: dict[str, tuple[int, str]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    refuses_token_once: bool = False
    refuses_account: str = ""
    retry_after: str = ""

    @property
    def service_account(self) -> str:
        """The file that an administrator pastes."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return json.dumps(
            {
                "type": "service_account", "project_id": PROJECT, "private_key_id": "1", "private_key": pem, "client_email": MAIL,
                "token_uri": f"{self.url}/token",
            }
        )  # fmt: skip

    async def token(self, request: web.Request) -> web.Response:
        """An access token for a signed assertion (RFC 7523)."""
        if self.refuses_account:
            said = {"error": self.refuses_account, "error_description": "Invalid grant: account not found"}
            return web.json_response(said, status=400)
        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        options: Any = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(
            str(form["assertion"]), self.key.public_key(), ["RS256"], audience=f"{self.url}/token", options=options
        )
        assert claims["iss"] == MAIL
        assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        self.tokens += 1
        return web.json_response({"access_token": f"ya29.{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    async def send(self, request: web.Request) -> web.Response:
        """projects.messages.send."""
        if request.headers["authorization"] != f"Bearer ya29.{self.tokens}" or self.refuses_token_once:
            self.refuses_token_once = False
            return web.json_response({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "invalid"}}, status=401)
        self.bodies.append(await request.json())
        message = self.bodies[-1]["message"]
        status, code = self.errors.get(message["token"], (200, ""))
        if code:
            kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
            error = {"code": status, "message": _WORDS.get(code, code), "details": [{"@type": kind, "errorCode": code}]}
            headers = {"retry-after": self.retry_after} if self.retry_after else {}
            return web.json_response({"error": error}, status=status, headers=headers)
        self.sent.append(message)
        return web.json_response({"name": f"projects/{PROJECT}/messages/{len(self.sent)}"})


@asynccontextmanager
async def firebase() -> AsyncIterator[Firebase]:
    """Firebase that listens on this machine."""
    service = Firebase()
    app = web.Application()
    app.router.add_post("/token", service.token)
    app.router.add_post(f"/v1/projects/{PROJECT}/messages:send", service.send)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
