"""HTML from templates: one Jinja environment, and `render`, which every page and partial goes through.

Templates lie beside their area (`inbox/page.html`) and are named by their path below `oase/web`. They get what the handler
gives, and everywhere: `_`, `ngettext`, `viewer` (who looks, or None), `asset(path)`, `module(path)`, `language`, the filters of
`web.formats`.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from isal import isal_zlib
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.response import Redirect

from oase.kernel.i18n import Translator, choose, translator
from oase.web import formats, pieces
from oase.web.assets import Assets
from oase.web.navigation import places
from oase.web.sessions import Viewer, known_viewer

_FOLDER: Final = Path(__file__).parent
_WORTH_PACKING: Final = 1_400  # bytes: below one packet nothing is won
AnyRequest = Request[Any, Any, Any]


def make_environment(assets: Assets) -> Environment:
    """The template environment of this process."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"asset": assets.url, "module": cache(assets.module), "places": places}
    formats.install(environment)
    pieces.install(environment)
    return environment


def reader_of(request: AnyRequest) -> Translator:
    """Who reads: the signed-in person's language and time zone; otherwise a choice kept in a cookie, or the browser's wish."""
    viewer = known_viewer(request)
    if viewer is not None:
        return translator(viewer.language, viewer.time_zone)
    chosen = request.cookies.get("language", "")
    return translator(choose(chosen or request.headers.get("accept-language", "")))


def fragment(request: AnyRequest, template: str, **context: Any) -> str:
    """The text of a template for this reader."""
    viewer: Viewer | None = known_viewer(request)
    reader = reader_of(request)
    environment: Environment = request.app.state.templates
    with formats.speaking(reader):
        return environment.get_template(template).render(
            viewer=viewer, language=reader.language, path=request.url.path, **context
        )


def html(request: AnyRequest, text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """The answer with this HTML, packed where it pays. Private to its viewer: never kept by caches on the way."""
    content = text.encode()
    extra = {"cache-control": "no-store", "vary": "hx-request, accept-encoding", **(headers or {})}
    if len(content) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        content, extra["content-encoding"] = _gzip(content), "gzip"
    return Response(content, status_code=status, media_type="text/html", headers=extra)


def render(
    request: AnyRequest, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> Response[Any]:
    """A page or a partial from a template."""
    return html(request, fragment(request, template, **context), status=status, headers=headers)


def is_partial(request: AnyRequest) -> bool:
    """Whether htmx asks for a piece of the page, not the whole (as it does when it goes back in the history)."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def go(request: AnyRequest, path: str) -> Response[Any]:
    """Sends the browser to another page, with htmx or without."""
    if is_partial(request):
        return Response("", status_code=200, headers={"hx-redirect": path})
    return Redirect(path, status_code=303)


def toast(text: str, *, kind: str = "info", undo: str = "", undo_label: str = "") -> dict[str, str]:
    """The header that shows a short notice in the page; `undo` is the address that takes the act back."""
    detail = {"text": text, "kind": kind} | ({"undo": undo, "undoLabel": undo_label} if undo else {})
    return {"hx-trigger": json.dumps({"oase:toast": detail})}


def _gzip(content: bytes) -> bytes:
    packer = isal_zlib.compressobj(1, isal_zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()
