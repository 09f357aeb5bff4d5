"""The application: areas put together, with what holds for all of them.

    request -> Litestar -> guards (same origin, permission) -> handler -> before_send (security headers, request id)

An area is a folder of `oase.web` whose `__init__.py` has `handlers: list`; `opt` of each handler: see `web.guards`.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final

import structlog
from jinja2 import Environment
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

import oase.web
from oase.kernel.errors import OaseError
from oase.kernel.ids import new_id
from oase.web import channels, errors
from oase.web.act import Act
from oase.web.assets import Assets, asset
from oase.web.directory import Directory
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.guards import permitted, signed_in
from oase.web.pages import make_environment
from oase.web.services import Services
from oase.web.sessions import Resolver, Viewer

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
]
_SECURE_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")
_MAXIMUM_BODY: Final = 16 * 1024 * 1024  # pages and forms; uploads and webhooks set their own
log = structlog.get_logger()


def make_app(
    services: Services,
    resolver: Resolver,
    *,
    handlers: Sequence[ControllerRouterHandler] | None = None,
    on_startup: Sequence[Callable[..., Any]] = (),
    on_shutdown: Sequence[Callable[..., Any]] = (),
) -> Litestar:
    """The ASGI application of this process; `handlers` are those of every area, unless a test names some."""
    assets, templates = furniture()
    return Litestar(
        route_handlers=[asset, *(find_handlers() if handlers is None else handlers)],
        guards=[permitted],
        middleware=[follow],
        before_send=[finish_headers],
        dependencies={name: Provide(give, sync_to_thread=False) for name, give in _GIVEN.items()},
        exception_handlers={
            OaseError: errors.on_oase_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_crash,
        },
        state=State({"assets": assets, "templates": templates, **process_state(services, resolver)}),
        on_startup=list(on_startup),
        on_shutdown=list(on_shutdown),
        openapi_config=None,
        request_max_body_size=_MAXIMUM_BODY,
        logging_config=None,
    )


def process_state(services: Services, resolver: Resolver) -> dict[str, Any]:
    """What the application keeps of the process that it runs in."""
    return {"services": services, "resolver": resolver, "directory": Directory(services)}


@cache
def furniture() -> tuple[Assets, Environment]:
    """Static files and templates: packed and compiled once, the same for every application of this process."""
    assets = Assets({"css/channels.css": channels.colors()})
    return assets, make_environment(assets)


def _services(request: Request[Any, Any, Any]) -> Services:
    services: Services = request.app.state.services
    return services


def _directory(request: Request[Any, Any, Any], services: GivenServices) -> Directory:
    directory: Directory = request.app.state.directory
    return directory


def _viewer(request: Request[Any, Any, Any], directory: GivenDirectory) -> Viewer:
    return signed_in(request)


def _act(request: Request[Any, Any, Any], viewer: GivenViewer) -> Act:
    return Act(request, request.app.state.services, viewer)


# What handlers may ask for by name. Each asks for the one before: those that stand side by side get a task each, in a group, at
# every request: measured, a sixth of a small one.
_GIVEN: Final[Mapping[str, Callable[..., Any]]] = {"services": _services, "directory": _directory, "viewer": _viewer, "act": _act}


def find_handlers() -> list[ControllerRouterHandler]:
    """The handlers of every area, in the order of their names."""
    found: list[ControllerRouterHandler] = []
    for module in sorted(pkgutil.iter_modules(oase.web.__path__), key=lambda module: module.name):
        if module.ispkg:
            found += getattr(import_module(f"oase.web.{module.name}"), "handlers", [])
    return found


def follow(app: ASGIApp) -> ASGIApp:
    """Gives every request an id, which its log lines, its errors and its audit entries carry."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = new_id().hex
        scope["state"]["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await app(scope, receive, send)

    return middleware


async def finish_headers(message: Message, scope: Scope) -> None:
    """Security headers for every answer that did not set its own."""
    if message["type"] != "http.response.start":
        return
    given = list(message["headers"])
    names = {name for name, _ in given}  # in small letters (ASGI)
    given += [header for header in _HEADERS if header[0] not in names]
    if scope.get("scheme") == "https":
        given.append(_SECURE_ONLY)
    if request_id := scope.get("state", {}).get("request_id"):
        given.append((b"x-request-id", request_id.encode()))
    message["headers"] = given
