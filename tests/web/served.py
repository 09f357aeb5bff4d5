"""Pages and API, served on a port for one test. Applications are made once: their routes take longer to read than most tests run."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from litestar import Litestar
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send
from tests.servers.http import listening

from oase.main.sign_in import SessionResolver
from oase.web.app import find_handlers, make_app, process_state
from oase.web.live import Live
from oase.web.services import Services
from oase.web.sessions import Resolver

_made: dict[tuple[int, ...], Litestar] = {}


def application(services: Services, resolver: Resolver, handlers: Sequence[ControllerRouterHandler] | None = None) -> Litestar:
    """The application with these handlers (with all, unless some are named), as if it were made for this test."""
    given = find_handlers() if handlers is None else handlers
    key = tuple(map(id, given))
    if key not in _made:
        _made[key] = make_app(services, resolver, handlers=given)
    state = _made[key].state
    for name in set(state) - {"assets", "templates"}:
        del state[name]
    state.update(process_state(services, resolver))
    return _made[key]


@asynccontextmanager
async def served(
    services: Services,
    *,
    handlers: Sequence[ControllerRouterHandler] | None = None,
    beside: Callable[[str], ASGIApp | None] = lambda path: None,
    listener: socket.socket | None = None,
) -> AsyncIterator[str]:
    """Gives the address. `beside` names the application of paths that are not ours."""
    resolver = SessionResolver(services.database, timedelta(days=1))
    pages, live = application(services, resolver, handlers), Live(services.live, resolver)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        await (beside(path) or (live if path == "/live" else pages))(scope, receive, send)

    listener = listener or socket.create_server(("127.0.0.1", 0))
    async with listening(front, listener, at_end=services.live.end_all, log_level="error", ws="none"):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
