"""Access tokens: which are valid, until when.

Source: pages "Access tokens", "Handle errors" (code 190 and its subcodes), "Debug token".
"""

from datetime import datetime
from typing import Any

from litestar import Request

from oase.kernel.clock import Clock
from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.types import Json, Refused, WhatsAppSettings

_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging", "public_profile"]


class Tokens:
    """The tokens of the simulated app: the permanent one, and others with an end."""

    def __init__(self, settings: WhatsAppSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._until: dict[str, datetime | None] = {settings.access_token: None}

    def issue(self, token: str, until: datetime | None) -> None:
        """Makes a token valid until a moment (None: for ever)."""
        self._until[token] = until

    def check(self, request: Request[Any, Any, Any], *, expired: bool = False) -> None:
        """Raises Refused when the request has no valid token."""
        header = request.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        token = token.strip() if scheme.lower() in ("bearer", "oauth") else request.query_params.get("access_token", "")
        if not token:
            raise Refused(401, 190, "An access token is required to request this resource.")
        if token not in self._until:
            raise Refused(401, 190, "Invalid OAuth access token - Cannot parse access token")
        until = self._until[token]
        if expired or (until is not None and until <= self._clock.now()):
            raise Refused(401, 190, "Error validating access token: Session has expired.", subcode=463)

    def describe(self, token: str) -> Json:
        """What `debug_token` says of a token. Raises Refused without one."""
        if not token:
            raise refuse(100, "The parameter input_token is required")
        until = self._until.get(token)
        valid = token in self._until and (until is None or until > self._clock.now())
        data: Json = {
            "app_id": self._settings.app_id,
            "type": "SYSTEM_USER",
            "application": self._settings.app_name,
            "expires_at": int(until.timestamp()) if until else 0,
            "is_valid": valid,
            "scopes": _SCOPES if valid else [],
        }
        if not valid:
            data["error"] = {"code": 190, "message": "Malformed access token or session has expired"}
        return {"data": data}
