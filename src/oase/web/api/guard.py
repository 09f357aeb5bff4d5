"""The way into the API: who calls is found, what they spend is counted, and every answer says so.

request --guard--> caller (state of the request) --> handler --> answer with RateLimit headers
"""

from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.web.api.caller import REQUESTS_PER_MINUTE, Caller
from oase.web.api.parts import GivenParts, Parts, parts_of
from oase.web.api.request import REPLAYED
from oase.web.given import GivenServices
from oase.web.guards import NotSignedIn, same_origin
from oase.web.sessions import viewer_of

Connection = ASGIConnection[Any, Any, Any, Any]
_CALLER: Final = "caller"
_LEFT: Final = "budget"
_POLICY: Final = f'"default";q={REQUESTS_PER_MINUTE};w=60'


async def known_caller(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of all routes of the API."""
    if handler.opt.get("public"):
        return
    if b"%00" in connection.scope["query_string"]:
        raise Invalid(message("A parameter has a NUL character."))
    parts = parts_of(connection.app)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        caller = await parts.programs.behind(token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise NotSignedIn(message("This token is not known, or has ended."))
    else:
        caller = await _from_session(connection)
    connection.scope["state"][_CALLER] = caller
    connection.scope["state"][_LEFT] = parts.budget.spend(caller.id)
    caller.require(handler.opt["permission"])


async def _from_session(connection: Connection) -> Caller:
    viewer = await viewer_of(connection)
    if viewer is None:
        raise NotSignedIn(message("Send an API token: Authorization: Bearer oase_…"))
    same_origin(connection)
    return Caller(
        id=viewer.agent_id,
        workspace_id=viewer.workspace_id,
        name=viewer.name,
        permissions=viewer.permissions,
        agent_id=viewer.agent_id,
    )


def given_caller(request: Request[Any, Any, Any], parts: GivenParts) -> Caller:
    """The caller that the guard has found; for handlers that ask for `caller`. (It asks for `parts`: see `web.app`.)"""
    found: Caller = request.scope["state"][_CALLER]
    return found


def given_parts(request: Request[Any, Any, Any], services: GivenServices) -> Parts:
    """The parts of this process; for handlers that ask for `parts`. (It asks for `services`: see `web.app`.)"""
    return parts_of(request.app)


def tell_limits(app: ASGIApp) -> ASGIApp:
    """Adds what the caller may still ask for at once (draft-ietf-httpapi-ratelimit-headers), and whether this is a repetition."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def finish(event: Message) -> None:
            if event["type"] == "http.response.start":
                state = scope.get("state", {})
                headers = MutableScopeHeaders(event)
                headers["ratelimit-policy"] = _POLICY
                if _LEFT in state:
                    headers["ratelimit"] = f'"default";r={state[_LEFT]}'
                if state.get(REPLAYED):
                    headers[REPLAYED] = "true"
            await send(event)

        await app(scope, receive, finish)

    return middleware
