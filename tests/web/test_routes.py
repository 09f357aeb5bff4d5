"""The house rules of routes: every one says who may call it, and changes come from our own pages only."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

import oase.web
from oase.kernel.errors import Forbidden
from oase.kernel.permissions import Permission
from oase.sandbox import Sandbox, sandbox_routes
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


LINK = re.compile(r'(?:href|action|hx-get|hx-post)="(/(?:[^"{#?]|\{\{.*?\}\})*)')


def leads_somewhere(link: str, paths: set[str]) -> bool:
    """Whether a route answers this link of a template; what stands in braces may be anything."""
    parts = re.sub(r"\{\{.*?\}\}", "*", link).strip("/").split("/")
    routes = [path.strip("/").split("/") for path in paths]
    fits = [
        len(route) == len(parts) and all(a == b or a[:1] == "{" or b == "*" for a, b in zip(route, parts, strict=True))
        for route in routes
    ]
    return any(fits)


def test_every_link_of_a_template_leads_to_a_route() -> None:
    apps = [make_app(cast("Services", None), nobody), Litestar(route_handlers=sandbox_routes(Sandbox()), openapi_config=None)]
    paths = {route.path_format for app in apps for route in app.routes}
    links = [
        (file.name, link) for file in Path(oase.web.__path__[0]).rglob("*.html") for link in LINK.findall(file.read_text("utf-8"))
    ]
    assert len(links) > 80
    assert [(name, link) for name, link in links if not leads_somewhere(link, paths)] == []


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("/admin/channels", True),
        ("/admin/accounts", False),
        ('/admin/tags/{{ tag.id if tag else "new" }}', True),
        ("/nowhere/{{ id }}", False),
    ],
)
def test_the_rule_of_links_tells_good_from_bad(link: str, good: bool) -> None:
    paths = {"/admin/channels", "/admin/tags/{tag_id}"}
    assert leads_somewhere(link, paths) is good
