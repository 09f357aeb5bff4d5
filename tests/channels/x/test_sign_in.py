"""Signing in at X: its token endpoint wants the application's secret in a header, and PKCE beside it."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from oase.channels import StoredAccount, consent
from oase.channels.adapters.x import adapter
from oase.channels.contract import Account
from oase.kernel.http import OutgoingRequest, OutgoingResponse, Outside
from oase.kernel.secrets import Safe, Secret

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SAFE = Safe(b"k" * 32)
BACK = "https://support.example.com/admin/consent"
SESSION = UUID(int=7)


class TokenEndpoint:
    """Takes one request and gives tokens."""

    def __init__(self) -> None:
        self.asked: list[OutgoingRequest] = []

    async def send(self, request: OutgoingRequest) -> OutgoingResponse:
        self.asked.append(request)
        return OutgoingResponse(status=200, body=b'{"access_token":"a","refresh_token":"r","expires_in":7200}')


def account() -> StoredAccount:
    settings = {"client_id": "TVVzdGVyOjE", "base_url": "https://api.x.com"}
    inner = Account(id=str(UUID(int=3)), channel="x", settings=settings, secrets={"client_secret": (Secret("geheim/7+"),)})
    return StoredAccount(
        workspace_id=UUID(int=1), id=UUID(int=3), channel="x", name="X", enabled=True, state="up", state_why="", state_since=NOW,
        account=inner, manifest=adapter.manifest,
    )  # fmt: skip


async def test_the_application_proves_itself_in_a_header_and_the_code_by_its_verifier() -> None:
    stored, endpoint = account(), TokenEndpoint()
    found = consent.consent_for(stored.manifest, stored.account.settings)
    assert found is not None
    setting, way = found
    there = consent.begin(SAFE, stored.account, setting, way, session_id=SESSION, back=BACK, now=NOW)
    asked = parse_qs(urlsplit(there).query)
    assert asked["scope"] == [way.scopes]
    attempt = consent.read_state(SAFE, asked["state"][0], session_id=SESSION, now=NOW)
    signed_in = await consent.finish(
        SAFE, cast(Outside, endpoint), stored, attempt, {"code": "c0de", "state": asked["state"][0]}, back=BACK
    )
    assert signed_in.secret == Secret("r")
    (request,) = endpoint.asked
    form: dict[str, Any] = parse_qs(request.body.decode())
    assert "client_secret" not in form
    assert form["code_verifier"]
    proof = request.headers["Authorization"]
    assert isinstance(proof, Secret)
    assert b64decode(proof.reveal().removeprefix("Basic ")) == b"TVVzdGVyOjE:geheim%2F7%2B"
