"""Response times in public, from memory: no request asks the database.

GET /response-times            of the only company here that shows them      ?lang=de|en
GET /response-times/<name>     the page
    …/figures.json             the same for programs, from any website
    …/badge.svg                a picture for other websites                  ?lang=de|en ?channel=webchat
    …/badge.js                 a script that puts it there, with a link to the page
GET /portal, /portal/<name>    how to reach the company, and what may be expected on each way
"""

from typing import Any, Final

from litestar import Litestar, Request, Response, get
from litestar.params import FromPath

from oase.kernel.errors import NotFound
from oase.kernel.i18n import Language, choose, message
from oase.web.given import GivenServices
from oase.web.responsetimes.board import Board, Form, Shown
from oase.web.responsetimes.render import Renderer
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
_PUBLIC: Final = {"public": True, "cross_site": True}
_QUIET: Final = {**_PUBLIC, "quiet": True}
_ANYWHERE: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
}
_PICTURE: Final = {
    **_ANYWHERE,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
_PAGE: Final = {"vary": "accept-language, accept-encoding"}


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


async def _shown(request: AnyRequest, slug: str) -> Shown:
    shown = await board_of(request.app).of(slug)
    if shown is None:
        raise NotFound(message("No response times are shown here."))
    return shown


def _language(request: AnyRequest) -> Language:
    wanted = request.query_params.get("lang", "")
    return "de" if wanted == "de" else "en" if wanted == "en" else choose(request.headers.get("accept-language", ""))


def _sent(request: AnyRequest, form: Form, headers: dict[str, str]) -> Response[Any]:
    """A form as it was asked for: packed, or that it is still the same (RFC 9110, 13.1.2)."""
    left = board_of(request.app).seconds_left()
    kept = {
        "etag": form.tag,
        "cache-control": f"public, max-age={left}, stale-while-revalidate=60",
        "vary": "accept-encoding",
        **headers,
    }
    if form.tag in request.headers.get("if-none-match", "").replace("W/", ""):
        return Response(None, status_code=304, headers=kept)
    if form.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(form.packed, media_type=form.type, headers={**kept, "content-encoding": "gzip"})
    return Response(form.plain, media_type=form.type, headers=kept)


async def _page(request: AnyRequest, slug: str) -> Response[Any]:
    shown = await _shown(request, slug)
    return _sent(request, renderer_of(request.app).page(shown, _language(request)), _PAGE)


@get("/response-times", opt=_PUBLIC, include_in_schema=False)
async def only_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """The page of the only company that shows its response times."""
    return await _page(request, "")


@get("/response-times/{workspace_slug:str}", opt=_PUBLIC, include_in_schema=False)
async def one_page(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The page of a company."""
    return await _page(request, workspace_slug)


@get("/response-times/{workspace_slug:str}/figures.json", opt=_QUIET, include_in_schema=False)
async def figures_json(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The figures, for programs and other websites."""
    return _sent(request, renderer_of(request.app).json(await _shown(request, workspace_slug)), _ANYWHERE)


@get("/response-times/{workspace_slug:str}/badge.svg", opt=_QUIET, include_in_schema=False)
async def badge(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The picture for other websites."""
    shown, channel = await _shown(request, workspace_slug), request.query_params.get("channel", "")
    return _sent(request, renderer_of(request.app).badge(shown, _language(request), channel), {**_PAGE, **_PICTURE})


@get("/response-times/{workspace_slug:str}/badge.js", opt=_QUIET, include_in_schema=False)
async def script(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """The script that puts the picture into a page."""
    return _sent(request, renderer_of(request.app).script(await _shown(request, workspace_slug)), _ANYWHERE)


async def _front(request: AnyRequest, slug: str) -> Response[Any]:
    shown = await _shown(request, slug)
    if not shown.figures.front:
        raise NotFound(message("There is no such page here."))
    return _sent(request, renderer_of(request.app).front(shown, _language(request)), _PAGE)


@get("/portal", opt=_PUBLIC, include_in_schema=False)
async def only_front(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """How to reach the only company that says so."""
    return await _front(request, "")


@get("/portal/{workspace_slug:str}", opt=_PUBLIC, include_in_schema=False)
async def one_front(request: AnyRequest, services: GivenServices, workspace_slug: FromPath[str]) -> Response[Any]:
    """How to reach a company."""
    return await _front(request, workspace_slug)


handlers: Final = [only_page, one_page, figures_json, badge, script, only_front, one_front]
