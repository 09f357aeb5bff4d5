"""The house rules of routes: every one says who may call it, and changes come from our own pages only."""

from types import SimpleNamespace
from typing import cast

import pytest
from litestar.handlers import HTTPRouteHandler

from oase.kernel.errors import Forbidden
from oase.kernel.permissions import Permission
from oase.web.app import make_app
from oase.web.guards import same_origin
from oase.web.services import Services
from oase.web.sessions import Viewer


async def nobody(token: str) -> Viewer | None:
    return None


def routes() -> list[HTTPRouteHandler]:
    app = make_app(cast("Services", None), nobody)
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if handler.fn.__name__ != "options_handler"
    ]


def says_who(handler: HTTPRouteHandler) -> bool:
    """Exactly one of `permission` and `public` stands in `opt`."""
    return (handler.opt.get("public") is True) != isinstance(handler.opt.get("permission"), Permission)


def test_every_route_declares_its_permission_or_public() -> None:
    silent = [f"{handler.name or handler.fn.__name__}: {sorted(handler.paths)}" for handler in routes() if not says_who(handler)]
    assert silent == []


@pytest.mark.parametrize(
    ("opt", "good"),
    [({}, False), ({"public": True}, True), ({"permission": Permission.AUDIT_READ}, True),
     ({"public": True, "permission": Permission.AUDIT_READ}, False), ({"permission": "audit.read"}, False)],
)  # fmt: skip
def test_the_rule_itself_tells_good_from_bad(opt: dict[str, object], good: bool) -> None:
    assert says_who(SimpleNamespace(opt=opt)) is good  # type: ignore[arg-type]


def request(method: str = "POST", **headers: str) -> SimpleNamespace:
    return SimpleNamespace(scope={"method": method}, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example", "host": "desk.example"},
        {"origin": "null", "host": "desk.example"},
    ],
)
def test_a_change_from_a_foreign_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        same_origin(request(**headers))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "headers", [{"sec_fetch_site": "same-origin"}, {"origin": "http://desk.example", "host": "desk.example"}, {}]
)
def test_a_change_from_our_own_page_or_a_program_passes(headers: dict[str, str]) -> None:
    same_origin(request(**headers))  # type: ignore[arg-type]


def test_reading_passes_from_anywhere() -> None:
    same_origin(request("GET", sec_fetch_site="cross-site"))  # type: ignore[arg-type]
