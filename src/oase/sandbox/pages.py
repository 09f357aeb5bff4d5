"""The pages of the sandbox: their HTML, words, static files and live streams.

Everything a page needs is a file of the sandbox; nothing is inline, so that `default-src 'self'` holds.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import jinja2
import msgspec
from litestar import Request, Response, Router, get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from litestar.static_files import create_static_files_router

from oase.kernel.i18n import LANGUAGES, Language, choose, translator
from oase.sandbox.guard import PAGE_OPTIONS
from oase.sandbox.live import Hub
from oase.sandbox.places import COMPANY_NAME, Platform
from oase.sandbox.words import WORDS

_HERE: Final = Path(__file__).parent
_NAMES: Final = {"en": "English", "de": "Deutsch"}
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Asked = Request[Any, Any, Any]


def page_routes(hub: Hub, platforms: Mapping[str, Platform], own_app: Callable[[], str]) -> list[Router]:
    """The pages Phone, Timeline, Mailbox and Network with what belongs to them. `own_app`: where the company's own app is."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "pages"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    handlers = [*_page_handlers(templates, platforms, own_app), *_live_handlers(hub)]
    pages = Router(path="/sandbox", route_handlers=handlers, opt=PAGE_OPTIONS, include_in_schema=False)
    files = create_static_files_router(
        path="/sandbox/static", directories=[_HERE / "static"], opt=PAGE_OPTIONS, name="sandbox-static"
    )
    return [pages, files]


def _language(request: Asked) -> Language:
    """The language asked for in the address, else remembered, else wished for by the browser."""
    for asked in (request.query_params.get("language"), request.cookies.get("sandbox-language")):
        if asked in LANGUAGES:
            return "de" if asked == "de" else "en"
    return choose(request.headers.get("accept-language", ""))


def _page_handlers(
    templates: jinja2.Environment, platforms: Mapping[str, Platform], own_app: Callable[[], str]
) -> list[HTTPRouteHandler]:
    messengers = [one for one in platforms.values() if one.features]
    places = [one for one in platforms.values() if one.public]

    def page(request: Asked, name: str, app: Platform | None = None) -> Response[str]:
        language = _language(request)
        other = "en" if language == "de" else "de"
        html = templates.get_template(f"{name}.html").render(
            _=translator(language).gettext,
            language=language,
            page=name,
            app=app,
            company=COMPANY_NAME,
            own_app=own_app(),
            messengers=messengers,
            places=places,
            other_language=other,
            other_language_name=_NAMES[other],
        )
        cookies = [Cookie(key="sandbox-language", value=language, path="/sandbox", max_age=31_536_000, samesite="lax")]
        return Response(html, media_type="text/html", headers=_HEADERS, cookies=cookies)

    @get("/", sync_to_thread=False)
    def start() -> Redirect:
        return Redirect("/sandbox/phone")

    @get("/phone", sync_to_thread=False)
    def phone(request: Asked) -> Response[str]:
        return page(request, "phone")

    @get("/phone/{app:str}", sync_to_thread=False)
    def phone_app(request: Asked, app: FromPath[str]) -> Response[str]:
        return page(request, "phone", _named(messengers, app))

    @get("/timeline", sync_to_thread=False)
    def timeline(request: Asked) -> Response[str] | Redirect:
        return Redirect(f"/sandbox/timeline/{places[0].id}") if places else page(request, "timeline")

    @get("/timeline/{app:str}", sync_to_thread=False)
    def timeline_app(request: Asked, app: FromPath[str]) -> Response[str]:
        return page(request, "timeline", _named(places, app))

    @get("/mailbox", sync_to_thread=False)
    def mailbox(request: Asked) -> Response[str]:
        return page(request, "mailbox")

    @get("/network", sync_to_thread=False)
    def network(request: Asked) -> Response[str]:
        return page(request, "network")

    @get("/words/{file:str}", sync_to_thread=False)
    def words(file: FromPath[str]) -> Response[bytes]:
        language: Language = "de" if file == "de.json" else "en"
        text = translator(language).gettext
        content = msgspec.json.encode({word: text(word) for word in WORDS})
        return Response(content, media_type="application/json")

    return [start, phone, phone_app, timeline, timeline_app, mailbox, network, words]


def _named(platforms: Sequence[Platform], app: str) -> Platform:
    found = next((one for one in platforms if one.id == app), None)
    if found is None:
        raise NotFoundException(f"The sandbox has no app called {app!r}.")
    return found


def _live_handlers(hub: Hub) -> list[HTTPRouteHandler]:
    def stream(topic: str) -> Stream:
        return Stream(hub.listen(topic), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @get("/phone/events/{wa_id:str}", sync_to_thread=False)
    def phone_events(wa_id: FromPath[str]) -> Stream:
        return stream(f"phone {wa_id}")

    @get("/mailbox/events", sync_to_thread=False)
    def mailbox_events() -> Stream:
        return stream("mailbox")

    @get("/network/events", sync_to_thread=False)
    def network_events() -> Stream:
        return stream("network")

    return [phone_events, mailbox_events, network_events]
