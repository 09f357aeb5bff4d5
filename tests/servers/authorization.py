"""An authorization server, after the RFCs: 6749 (OAuth 2), 7636 (PKCE), 9207 (who answers), 6750's tokens left to who checks them.

    browser --/authorize--> a page with "Allow" and "Deny" --302 code, state, iss--> the client
    client  --/token: code, verifier, client's secret--> access token, refresh token, id token

It is strict where the RFCs say MUST: a redirect address that is not registered is told to the person and leads nowhere; codes
live once and shortly, a second use ends the tokens of the first; a challenge needs its verifier.
"""

import asyncio
import base64
import hashlib
import html
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

_CODE_SECONDS = 60.0


@dataclass
class Code:
    """A code that was given out (RFC 6749, 4.1.2), bound to what it was asked with."""

    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    until: float
    used: bool = False
    refresh_token: str = ""


@dataclass
class AuthorizationServer:
    """One client, one person. What is set here changes how it behaves."""

    client_id: str = "oase-bei-muster"
    client_secret: str = "sehr geheim & mit % Zeichen"
    redirects: set[str] = field(default_factory=set)
    person: str = "anna@firma.example"
    refreshes: bool = True  # whether it gives refresh tokens
    identifies: bool = True  # whether it gives id tokens
    issue: Callable[[str], str] = lambda person: secrets.token_urlsafe(24)
    url: str = ""
    codes: dict[str, Code] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)  # of the token endpoint

    @property
    def authorize(self) -> str:
        """The authorization endpoint; its own query must be kept (RFC 6749, 3.1)."""
        return f"{self.url}/authorize?realm=firma"

    @property
    def token(self) -> str:
        """The token endpoint."""
        return f"{self.url}/token"

    async def ask(self, request: web.Request) -> web.Response:
        """The page on which a person agrees (4.1.1)."""
        asked = dict(request.query)
        if asked.get("realm") != "firma":
            return _page("The address has lost its realm.", status=400)
        if asked.get("client_id") != self.client_id:
            return _page("invalid_client: this application is not known.", status=400)
        if asked.get("redirect_uri") not in self.redirects:
            return _page("redirect_uri_mismatch: this redirect address is not registered.", status=400)
        if asked.get("response_type") != "code":
            return self._back(asked, error="unsupported_response_type")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            return self._back(asked, error="invalid_request", error_description="PKCE (S256) is required")
        hidden = "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in asked.items())
        buttons = '<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button>'
        who = html.escape(asked.get("login_hint", ""))
        return _page(f"Oase wants to read mail of {who}.", f'<form method="post" action="/authorize">{hidden}{buttons}</form>')

    async def decide(self, request: web.Request) -> web.Response:
        """What the person said."""
        asked = {name: str(value) for name, value in (await request.post()).items()}
        if asked["decision"] != "allow":
            return self._back(asked, error="access_denied", error_description="The person said no")
        return self._back(asked, code=self.give_code(asked))

    def give_code(self, asked: dict[str, str]) -> str:
        """A code for what the browser asked."""
        code = secrets.token_urlsafe(24)
        until = asyncio.get_running_loop().time() + _CODE_SECONDS
        self.codes[code] = Code(asked["client_id"], asked["redirect_uri"], asked["code_challenge"], asked["scope"], until)
        return code

    def allowed(self, address: str) -> str:
        """Where the browser lands when a person agrees at this address of ours."""
        asked = dict(parse_qsl(urlsplit(address).query))
        return self._address(asked, code=self.give_code(asked))

    def denied(self, address: str, error: str = "access_denied", words: str = "The person said no") -> str:
        """Where it lands when not."""
        return self._address(dict(parse_qsl(urlsplit(address).query)), error=error, error_description=words)

    def _back(self, asked: dict[str, str], **said: str) -> web.Response:
        return web.Response(status=302, headers={"Location": self._address(asked, **said)})

    def _address(self, asked: dict[str, str], **said: str) -> str:
        parts = urlsplit(asked["redirect_uri"])
        query = urlencode([*parse_qsl(parts.query), *said.items(), ("state", asked["state"]), ("iss", self.url)])
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    async def give(self, request: web.Request) -> web.Response:
        """The token endpoint (4.1.3, 6)."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if form.get("client_id") != self.client_id or form.get("client_secret") != self.client_secret:
            return _refused("invalid_client", "The client is not known, or its secret is wrong.", status=401)
        if form.get("grant_type") == "authorization_code":
            return self._for_code(form)
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.refresh_tokens:
                return _refused("invalid_grant", "The refresh token was revoked.")
            return web.json_response({"access_token": self.issue(self.person), "token_type": "Bearer", "expires_in": 3600})
        return _refused("unsupported_grant_type", "")

    def _for_code(self, form: dict[str, str]) -> web.Response:
        code = self.codes.get(form.get("code", ""))
        if code is None or code.until < asyncio.get_running_loop().time():
            return _refused("invalid_grant", "The code is not known or too old.")
        if code.used:  # somebody has it twice: nothing of it may go on (4.1.2)
            self.refresh_tokens.discard(code.refresh_token)
            return _refused("invalid_grant", "The code was used already.")
        code.used = True
        verifier = form.get("code_verifier", "")
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not 43 <= len(verifier) <= 128 or made != code.challenge:
            return _refused("invalid_grant", "The verifier does not fit the challenge.")
        if form.get("redirect_uri") != code.redirect_uri:
            return _refused("invalid_grant", "The redirect_uri is another one than before.")
        said: dict[str, Any] = {"access_token": self.issue(self.person), "token_type": "Bearer", "expires_in": 3600}
        if self.refreshes:
            code.refresh_token = secrets.token_urlsafe(24)
            self.refresh_tokens.add(code.refresh_token)
            said["refresh_token"] = code.refresh_token
        if self.identifies and "openid" in code.scope.split():
            said["id_token"] = _id_token({"iss": self.url, "aud": self.client_id, "sub": "1", "email": self.person})
        return web.json_response(said, headers={"Cache-Control": "no-store"})


def _id_token(claims: dict[str, str]) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts), ""])


def _refused(error: str, words: str, *, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": words}, status=status, headers={"Cache-Control": "no-store"})


def _page(text: str, more: str = "", *, status: int = 200) -> web.Response:
    page = f'<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><p>{text}</p>{more}'
    return web.Response(text=page, content_type="text/html", status=status)


@asynccontextmanager
async def serving(server: AuthorizationServer, listener: socket.socket) -> AsyncIterator[AuthorizationServer]:
    """The server at work, on a socket that is bound already."""
    application = web.Application()
    application.router.add_get("/authorize", server.ask)
    application.router.add_post("/authorize", server.decide)
    application.router.add_post("/token", server.give)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
