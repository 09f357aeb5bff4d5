"""The application, its secret, the page's access token, and what they may do.

https://developers.facebook.com/docs/graph-api/reference/debug_token (2026-11)
"""

import hmac
from datetime import datetime
from typing import Any

from litestar import Request

from oase.sandbox.meta.errors import Refused, expired, not_permitted, unauthorised
from oase.sandbox.places import Json

Asked = Request[Any, Any, Any]


class Keys:
    """What Meta gave to the company. Tests withdraw permissions and set an end."""

    def __init__(self, page_id: str, app_id: str, permissions: tuple[str, ...]) -> None:
        self.page_id, self.app_id = page_id, app_id
        self.app_secret = f"sandbox-secret-{app_id}"
        self.access_token = f"EAAsandbox{page_id}"
        self.verify_token = "sandbox-verify-token"  # noqa: S105 - a simulator's own
        self.permissions = list(permissions)
        self.ends: datetime | None = None

    def check(self, token: str, *, over: bool) -> None:
        """Raises Refused unless it is the page's token."""
        if not hmac.compare_digest(token.encode(), self.access_token.encode()):
            raise unauthorised()
        if over:
            raise expired()

    def check_app(self, token: str) -> None:
        """Raises Refused unless it is the application's own token."""
        app_id, _, secret = token.partition("|")
        if app_id != self.app_id or not hmac.compare_digest(secret.encode(), self.app_secret.encode()):
            raise Refused(101, "Error validating application. Invalid application ID or secret.")

    def need(self, permission: str) -> None:
        """Raises Refused if the token lacks the permission."""
        if permission not in self.permissions:
            raise not_permitted(permission)

    def describe(self, token: str, *, over: bool) -> Json:
        """What `debug_token` says about a token."""
        if token != self.access_token:
            error = {"code": 190, "message": "Invalid OAuth access token."}
            return {"data": {"error": error, "is_valid": False, "scopes": []}}
        ends = int(self.ends.timestamp()) if self.ends else 0
        about: Json = {
            "app_id": self.app_id,
            "type": "PAGE",
            "application": "Oase",
            "data_access_expires_at": 0,
            "expires_at": ends,
            "is_valid": not over,
            "profile_id": self.page_id,
            "scopes": list(self.permissions),
        }
        if over:
            about["error"] = {"code": 190, "message": "Error validating access token: Session has expired", "subcode": 463}
        return {"data": about}


def token_of(request: Asked, given: Json) -> str:
    """The token that a request carries: in its heading, its address, or its form."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else str(given.get("access_token") or "")
