"""Search over persons and messages: a page that answers while one types, and quick hits for the command bar."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromQuery

from oase.conversations import SearchPage, parse_query, search
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission
from oase.web.given import GivenServices, GivenViewer
from oase.web.inbox.marks import mark
from oase.web.pages import is_partial, reader_of, render

_READ: Final = {"permission": Permission.CONVERSATION_READ}
_QUICK: Final = 6
AnyRequest = Request[Any, Any, Any]


@get("/search", opt=_READ, include_in_schema=False)
async def show_search(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, q: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Response[Any]:
    """The page; with htmx only its results."""
    reader = reader_of(request)
    found, wrong = SearchPage(), ""
    try:
        query = parse_query(q)
        async with services.database.work(viewer.workspace_id) as work:
            found = await search(work, query, viewer.agent_id, cursor=cursor, zone=reader.zone)
    except Invalid as error:  # a filter that cannot be understood is told in place
        wrong = reader.text(error)
    template = "search/results.html" if is_partial(request) else "search/page.html"
    marks = {one.channel: mark(one.channel, reader) for one in found.conversations}
    return render(request, template, q=q, found=found, wrong=wrong, marks=marks, now=services.clock.now())


@get("/search/quick", opt=_READ, include_in_schema=False)
async def quick(request: AnyRequest, services: GivenServices, viewer: GivenViewer, q: FromQuery[str] = "") -> Response[Any]:
    """The first hits, as options of the command bar."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        found = await search(work, parse_query(q), viewer.agent_id, limit=_QUICK, zone=reader.zone)
    marks = {one.channel: mark(one.channel, reader) for one in found.conversations}
    return render(request, "search/quick.html", found=found, marks=marks, now=services.clock.now())


handlers: Final = [show_search, quick]
