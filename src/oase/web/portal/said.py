"""A public answer of ours on a page of its own, for places that have no room for it: `GET /said/<token>`.

People read it; programs find in it what is said, by whom, when and in answer to what (microformats2, h-entry), and in its header
where to tell us that somebody answers in turn.
"""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from oase.conversations import linker, public_answer, read_page_link
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.staff import find_workspace
from oase.web.given import GivenServices
from oase.web.pages import fragment, html
from oase.web.portal.assets import own

_PICTURES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")


@get("/said/{answer_token:str}", opt={"public": True, "cross_site": True}, include_in_schema=False)
async def said_page(request: Request[Any, Any, Any], services: GivenServices, answer_token: FromPath[str]) -> Response[Any]:
    """The answer; 404 while it is not sent."""
    found = read_page_link(services.book, answer_token)
    if found is None:
        raise NotFound(message("There is no such answer."))
    async with services.database.work(found[0]) as work:
        answer, workspace = await public_answer(work, found[1]), await find_workspace(work)
    account = await services.book.get(answer.account_id) if answer else None
    public = account.manifest.public if account else None
    if answer is None or account is None or workspace is None or public is None or not public.hosted:
        raise NotFound(message("There is no such answer."))
    link_of = linker(services.book, found[0])
    files = [{"name": one.name, "link": link_of(one.id, one.name), "shown": one.type in _PICTURES} for one in answer.files]
    endpoint = account.account.webhook_url
    page = fragment(
        request, "portal/said.html", answer=answer, company=workspace.name, files=files, endpoint=endpoint, own=own,
        here=f"{services.book.url}/said/{answer_token}", home=services.book.url,
    )  # fmt: skip
    return html(request, page, headers={"link": f'<{endpoint}>; rel="webmention"', "cache-control": "no-cache"})
