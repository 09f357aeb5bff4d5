"""Access tokens of X: two hours, with refresh tokens that count once.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-11)
"""

from base64 import b64decode, b64encode
from urllib.parse import unquote_plus

from oase.sandbox.places import Json
from oase.sandbox.places.requests import Asked, Refused

SECONDS = 7200
SCOPES = "tweet.read tweet.write tweet.moderate.write users.read like.write dm.read dm.write media.write offline.access"


class Tokens:
    """What the application and its user hold."""

    def __init__(self) -> None:
        self.client_id, self.client_secret = "c2FuZGJveDoxOmNp", "sandbox-client-secret"
        self.refresh = "sandbox-refresh-0"
        self.access = {"sandbox-access-0"}
        self._count = 0

    def exchange(self, asked: Asked) -> Json:
        """A new pair for the refresh token that is next. Raises Refused."""
        if _basic(asked) != (self.client_id, self.client_secret):
            raise Refused(401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"})
        if asked.text("grant_type") != "refresh_token" or asked.text("refresh_token") != self.refresh:
            raise Refused(400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."})
        self._count += 1
        self.refresh = f"sandbox-refresh-{self._count}"
        access = f"sandbox-access-{self._count}"
        self.access.add(access)
        return {
            "token_type": "bearer", "expires_in": SECONDS, "access_token": access, "scope": SCOPES, "refresh_token": self.refresh,
        }  # fmt: skip

    @property
    def basic(self) -> str:
        """The header by which the application proves itself."""
        return f"Basic {b64encode(f'{self.client_id}:{self.client_secret}'.encode()).decode()}"


def _basic(asked: Asked) -> tuple[str, str]:
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    try:
        client_id, _, secret = b64decode(value if kind.lower() == "basic" else "").decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
