"""Who looks at the page: the cookie of the browser becomes a viewer.

    cookie __Host-oase (oase over plain http) --resolve--> Viewer, kept for the time of the request

Cookies are HttpOnly and SameSite=Lax; their content is a random token that only its hash in the database knows.
"""

from typing import Any, Protocol
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from msgspec import Struct

from oase.kernel.audit import Actor
from oase.kernel.i18n import Language
from oase.kernel.permissions import Permission

AnyConnection = ASGIConnection[Any, Any, Any, Any]
_STATE = "viewer"


class Viewer(Struct, frozen=True, kw_only=True):
    """The agent who looks: what pages and guards need of them."""

    agent_id: UUID
    session_id: UUID
    workspace_id: UUID
    workspace_name: str
    name: str
    email: str
    role: str
    permissions: frozenset[Permission]
    language: Language = "en"
    time_zone: str = "Europe/Berlin"
    theme: str = "auto"  # auto, light, dark

    def may(self, permission: Permission) -> bool:
        """Whether the viewer has the permission ."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """The viewer as the one who acts, for the audit log."""
        return Actor(kind="agent", id=self.agent_id, name=self.name)


class Resolver(Protocol):
    """Finds the viewer behind a session's token; None if it is unknown, expired or ended."""

    async def __call__(self, token: str, *, fresh: bool = False) -> Viewer | None:
        """The viewer of this session; `fresh`: as the database knows it now, not a moment ago."""
        ...


def cookie_name(secure: bool) -> str:
    """Over https the name binds the cookie to this host and to https."""
    return "__Host-oase" if secure else "oase"


def is_secure(connection: AnyConnection) -> bool:
    """Whether the browser came over https (uvicorn believes trusted proxies only)."""
    return connection.scope.get("scheme") == "https"


def token_of(connection: AnyConnection) -> str:
    """The session's token that the browser sent; empty without one."""
    return connection.cookies.get(cookie_name(is_secure(connection)), "")


async def viewer_of(connection: AnyConnection) -> Viewer | None:
    """Who looks; asked once per request."""
    state: dict[str, Any] = connection.scope["state"]
    if _STATE not in state:
        token = token_of(connection)
        resolve: Resolver = connection.app.state.resolver
        acts = connection.scope.get("method", "GET") not in ("GET", "HEAD")
        state[_STATE] = await resolve(token, fresh=acts) if token else None
    viewer: Viewer | None = state[_STATE]
    return viewer


def known_viewer(connection: AnyConnection) -> Viewer | None:
    """Who looks, if a guard has asked already."""
    viewer: Viewer | None = connection.scope.get("state", {}).get(_STATE)
    return viewer


def session_cookie(connection: AnyConnection, token: str, *, max_age_seconds: int) -> Cookie:
    """The cookie that carries a session; an empty token with age 0 takes it away."""
    secure = is_secure(connection)
    return Cookie(
        key=cookie_name(secure), value=token, path="/", httponly=True, secure=secure, samesite="lax", max_age=max_age_seconds
    )
