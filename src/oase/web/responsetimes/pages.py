"""Response times in public, from memory: no request asks the database.

    GET /response-times            of the only company here that shows them      ?lang=de|en
    GET /response-times/<name>     the page
        …/figures.json             the same for programs, from any website
        …/badge.svg                a picture for other websites                  ?lang=de|en ?channel=webchat
        …/badge.js                 a script that puts it there, with a link to the page
    GET /portal, /portal/<name>    how to reach the company, and what may be expected on each way

What is at hand is answered before the framework's layers (`Shortcut`); the handlers answer what is not, and refuse.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from litestar import Litestar, Request, Response, get
from litestar.params import FromPath
from msgspec import Struct

from oase.kernel.errors import NotFound
from oase.kernel.i18n import Language, choose, message
from oase.web.given import GivenServices
from oase.web.responsetimes.board import Board, Form, Shown
from oase.web.responsetimes.render import Renderer
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
Headers = dict[str, str]
_PUBLIC: Final = {"public": True, "cross_site": True}
_LONGEST_QUERY: Final = 500
_QUIET: Final = {**_PUBLIC, "quiet": True}
_ANYWHERE: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
    "vary": "accept-encoding",
}
_PAGE: Final = {"vary": "accept-language, accept-encoding"}
_PICTURE: Final = {
    **_ANYWHERE,
    **_PAGE,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


class Asked(Struct, frozen=True):
    """What somebody asks for: which page or file, in which language, about which channel."""

    language: Language
    channel: str = ""
    tag: str = ""  # of what they have already
    packed: bool = False


class Sent(Struct, frozen=True):
    """An answer."""

    status: int
    headers: Headers
    body: bytes


def _front(renderer: Renderer, shown: Shown, asked: Asked) -> Form | None:
    return renderer.front(shown, asked.language) if shown.figures.front else None


Make = Callable[[Renderer, Shown, Asked], Form | None]
_KINDS: Final[Mapping[str, tuple[Make, Headers]]] = {
    "page": (lambda renderer, shown, asked: renderer.page(shown, asked.language), _PAGE),
    "figures.json": (lambda renderer, shown, asked: renderer.json(shown), _ANYWHERE),
    "badge.svg": (lambda renderer, shown, asked: renderer.badge(shown, asked.language, asked.channel), _PICTURE),
    "badge.js": (lambda renderer, shown, asked: renderer.script(shown), _ANYWHERE),
    "front": (_front, _PAGE),
}


def board_of(app: Litestar) -> Board:
    """What this application shows; made when first asked for."""
    if "response_times" not in app.state:
        services: Services = app.state.services
        app.state.response_times = Board(services.database, services.book, services.timetables, services.clock)
    board: Board = app.state.response_times
    return board


def renderer_of(app: Litestar) -> Renderer:
    """What makes forms of it."""
    return Renderer(app.state.templates, app.state.services.settings.url)


def answer(board: Board, renderer: Renderer, shown: Shown, kind: str, asked: Asked) -> Sent | None:
    """The answer from memory: packed, or that it is still the same (RFC 9110, 13.1.2); None: that is not shown."""
    make, headers = _KINDS[kind]
    form = make(renderer, shown, asked)
    if form is None:
        return None
    kept = f"public, max-age={board.seconds_left()}, stale-while-revalidate=60"
    headers = {**headers, "etag": form.tag, "cache-control": kept}
    if form.tag in asked.tag:
        return Sent(304, headers, b"")
    headers["content-type"] = form.type
    if form.packed and asked.packed:
        return Sent(200, {**headers, "content-encoding": "gzip"}, form.packed)
    return Sent(200, headers, form.plain)


@lru_cache(maxsize=1024)
def _asked(query: bytes, languages: bytes, encodings: bytes, tag: bytes) -> Asked:
    given = dict(parse_qsl(query.decode("latin-1"))) if len(query) < _LONGEST_QUERY else {}
    wanted = given.get("lang", "")
    language: Language = "de" if wanted == "de" else "en" if wanted == "en" else choose(languages.decode("latin-1"))
    return Asked(language, given.get("channel", ""), tag.decode("latin-1"), b"gzip" in encodings)


class Shortcut:
    """Answers what is at hand without the framework's layers, which cost three times as much as the rest."""

    def __init__(self, app: Litestar) -> None:
        self._board, self._renderer = board_of(app), renderer_of(app)

    def __call__(self, scope: Mapping[str, Any]) -> Sent | None:
        """The answer to a request; None where there is none at hand."""
        place = _place(scope["path"]) if scope["method"] == "GET" else None
        shown = self._board.at_hand(place[0]) if place is not None else None
        if place is None or shown is None:
            return None
        headers = dict(scope["headers"])
        try:
            asked = _asked(
                scope["query_string"], headers.get(b"accept-language", b""), headers.get(b"accept-encoding", b""),
                headers.get(b"if-none-match", b""),
            )  # fmt: skip
        except ValueError:
            return None
        return answer(self._board, self._renderer, shown, place[1], asked)


@lru_cache(maxsize=1024)
def _place(path: str) -> tuple[str, str] | None:
    """Whose, and what: by the path."""
    parts = path.split("/")[1:]
    name = unquote(parts[1]) if len(parts) > 1 else ""
    if parts[0] == "portal" and len(parts) < 3:
        return name, "front"
    if parts[0] != "response-times" or len(parts) > 3:
        return None
    kind = parts[2] if len(parts) == 3 else "page"
    return (name, kind) if kind in _KINDS and kind != "front" else None


async def _sent(request: AnyRequest, slug: str, kind: str) -> Response[Any]:
    board = board_of(request.app)
    shown = await board.of(slug)
    given = request.headers
    asked = _asked(
        request.scope["query_string"], given.get("accept-language", "").encode(), given.get("accept-encoding", "").encode(),
        given.get("if-none-match", "").encode(),
    )  # fmt: skip
    sent = answer(board, renderer_of(request.app), shown, kind, asked) if shown is not None else None
    if sent is None:
        raise NotFound(message("No response times are shown here."))
    headers = dict(sent.headers)
    kind = headers.pop("content-type", "").removesuffix("; charset=utf-8")  # the framework adds it again
    return Response(sent.body, status_code=sent.status, headers=headers, media_type=kind or None)


@get("/response-times", opt=_PUBLIC, include_in_schema=False)
async def only_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """The page of the only company that shows its response times."""
    return await _sent(request, "", "page")


@get("/response-times/{workspace_slug:str}", opt=_PUBLIC, include_in_schema=False)
async def one_page(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The page of a company."""
    return await _sent(request, workspace_slug, "page")


@get("/response-times/{workspace_slug:str}/figures.json", opt=_QUIET, include_in_schema=False)
async def figures_json(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The figures, for programs and other websites."""
    return await _sent(request, workspace_slug, "figures.json")


@get("/response-times/{workspace_slug:str}/badge.svg", opt=_QUIET, include_in_schema=False)
async def badge(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The picture for other websites."""
    return await _sent(request, workspace_slug, "badge.svg")


@get("/response-times/{workspace_slug:str}/badge.js", opt=_QUIET, include_in_schema=False)
async def script(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The script that puts the picture into a page."""
    return await _sent(request, workspace_slug, "badge.js")


@get("/portal", opt=_PUBLIC, include_in_schema=False)
async def only_front(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """How to reach the only company that says so."""
    return await _sent(request, "", "front")


@get("/portal/{workspace_slug:str}", opt=_PUBLIC, include_in_schema=False)
async def one_front(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """How to reach a company."""
    return await _sent(request, workspace_slug, "front")


handlers: Final = [only_page, one_page, figures_json, badge, script, only_front, one_front]
