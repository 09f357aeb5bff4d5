"""Microsoft's sign-in: access tokens for the app's secret, and where the keys lie with which deliveries are signed.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, …/reference-error-codes and
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (read 2026-11)
"""

import hmac
import secrets
from typing import TYPE_CHECKING, Final

from oase.sandbox.places import Json
from oase.sandbox.places.requests import Asked, Refused, Routes, json_answer
from oase.sandbox.teams.signing import published_keys, signed
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.teams.platform import Teams

SERVICE: Final = "https://api.botframework.com"
_SECONDS: Final = 3599


class Login:
    """What login.microsoftonline.com and login.botframework.com answer, for one app of one organisation."""

    def __init__(self, platform: "Teams") -> None:
        self._platform = platform
        self.app_id, self.tenant_id = "5f0c9b1e-2a74-4c1d-9d3e-6b8f10a7c254", "b7a1f3d2-84c6-4e0b-8f59-2d6c1e9a7035"
        self.secret = "sandbox~client-secret~0123456789"  # noqa: S105 - of the sandbox, not a secret
        self._tokens: dict[str, float] = {}  # until when each counts
        self.routes: Routes = (
            ("POST", r"/([^/]+)/oauth2/v2\.0/token", self._token),
            ("GET", r"/v1/\.well-known/openidconfiguration", self._configuration),
            ("GET", r"/v1/\.well-known/keys", self._keys),
        )

    def knows(self, token: str) -> bool:
        """Whether an access token counts."""
        return self._tokens.get(token, 0.0) > self._platform.now().timestamp()

    async def _token(self, asked: Asked, tenant: str) -> Answer:
        self._check(asked, tenant)
        now = self._platform.now().timestamp()
        self._tokens = {token: until for token, until in self._tokens.items() if until > now}
        issuer = f"https://sts.windows.net/{self.tenant_id}/"
        claims = {"aud": SERVICE, "iss": issuer, "nbf": int(now), "exp": int(now) + _SECONDS, "appid": self.app_id}
        token = signed({**claims, "tid": self.tenant_id, "uti": secrets.token_hex(8)})
        self._tokens[token] = now + _SECONDS
        return json_answer(
            {"token_type": "Bearer", "expires_in": _SECONDS, "ext_expires_in": _SECONDS, "access_token": token},
            headers={"Cache-Control": "no-store, no-cache"},
        )

    def _check(self, asked: Asked, tenant: str) -> None:
        """Raises Refused as the sign-in words it."""
        if tenant != self.tenant_id:
            raise self._refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if asked.text("grant_type") != "client_credentials":
            raise self._refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if asked.text("client_id") != self.app_id:
            words = f"Application with identifier '{asked.text('client_id')}' was not found in the directory."
            raise self._refused(400, "unauthorized_client", 700016, words)
        if not hmac.compare_digest(asked.text("client_secret").encode(), self.secret.encode()):
            raise self._refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if self._platform.struck("token_expired"):
            words = f"The provided client secret keys for app '{self.app_id}' are expired."
            raise self._refused(401, "invalid_client", 7000222, words)
        if asked.text("scope") != f"{SERVICE}/.default":
            raise self._refused(400, "invalid_scope", 70011, "The provided request must include a 'scope' input parameter.")

    def _refused(self, status: int, error: str, code: int, words: str) -> Refused:
        stamp = f"{self._platform.now():%Y-%m-%d %H:%M:%SZ}"
        trace, correlation = secrets.token_hex(16), secrets.token_hex(16)
        described = f"AADSTS{code}: {words}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}"
        body: Json = {"error": error, "error_description": described, "error_codes": [code], "timestamp": stamp}
        return Refused(status, body | {"trace_id": trace, "correlation_id": correlation})

    async def _configuration(self, asked: Asked) -> Answer:
        return json_answer(
            {
                "issuer": SERVICE,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self._platform.base_url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _keys(self, asked: Asked) -> Answer:
        return json_answer(published_keys())
