"""Snippets: prepared answers with a shortcut, in several languages, with blanks that fill themselves."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.conversations import SNIPPET_VARIABLES, StoredSnippet, all_snippets, find_snippet, remove_snippet, save_snippet
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.staff import list_teams
from oase.web.admin.frame import back, confirm, page
from oase.web.forms import Form, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.SNIPPET_WRITE}
_SOON: Final = timedelta(hours=2)  # in examples
_MEANINGS: Final[dict[str, Message]] = {
    "person.name": message("The customer's name"),
    "person.first_name": message("The customer's first name"),
    "agent.name": message("Name of whoever answers"),
    "agent.first_name": message("First name of whoever answers"),
    "company": message("Name of the company"),
    "conversation.number": message("Number of the conversation"),
    "conversation.subject": message("Subject of the conversation"),
    "promise.due": message("Until when an answer is promised"),
    "hours.next": message("When somebody is there again"),
}


@get("/admin/snippets", opt=_WRITE, include_in_schema=False)
async def show_snippets(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All prepared answers."""
    async with services.database.work(viewer.workspace_id) as work:
        snippets, teams = await all_snippets(work), await list_teams(work)
    return page(request, viewer, "snippets.html", "snippets", snippets=snippets, teams={team.id: team.name for team in teams})


@get("/admin/snippets/new", opt=_WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty snippet."""
    return await _page(request, services, viewer, None, Form())


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, snippet: StoredSnippet | None, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        teams = await list_teams(work)
    reader, soon = reader_of(request), services.clock.now() + _SOON
    examples = {
        "person.name": "Änne Köhler",
        "person.first_name": "Änne",
        "agent.name": viewer.name,
        "agent.first_name": viewer.name.split(" ")[0],
        "company": viewer.workspace_name,
        "conversation.number": "1042",
        "conversation.subject": reader.gettext("Order 88214"),
        "promise.due": reader.date_time(soon, "short"),
        "hours.next": reader.date_time(soon, "short"),
    }
    return page(
        request,
        viewer,
        "snippet.html",
        "snippets",
        status=status,
        snippet=snippet,
        form=form,
        teams=[(str(team.id), team.name) for team in teams],
        variables=[(name, _MEANINGS[name], examples[name]) for name in SNIPPET_VARIABLES],
    )


@get("/admin/snippets/{snippet_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_snippet(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, snippet_id: FromPath[UUID]
) -> Response[Any]:
    """One snippet."""
    async with services.database.work(viewer.workspace_id) as work:
        snippet = await find_snippet(work, snippet_id)
    values = {
        "shortcut": snippet.shortcut,
        "name": snippet.name,
        "team": str(snippet.team_id or ""),
        **{f"text_{language}": text for language, text in snippet.texts.items()},
    }
    return await _page(request, services, viewer, snippet, Form(values=values))


@post("/admin/snippets/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new snippet."""
    return await _save(request, services, viewer, None)


@post("/admin/snippets/{snippet_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, snippet_id: FromPath[UUID]) -> Response[Any]:
    """Changes a snippet."""
    async with services.database.work(viewer.workspace_id) as work:
        snippet = await find_snippet(work, snippet_id)
    return await _save(request, services, viewer, snippet)


async def _save(request: AnyRequest, services: Services, viewer: Viewer, snippet: StoredSnippet | None) -> Response[Any]:
    form = await texts(request)
    others = {language: text for language, text in (snippet.texts if snippet else {}).items() if language not in ("de", "en")}
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_snippet(
                work,
                shortcut=form.get("shortcut", ""),
                name=form.get("name", ""),
                texts={**others, "de": form.get("text_de", ""), "en": form.get("text_en", "")},
                team_id=uuid(form["team"], "team") if form.get("team") else None,
                snippet_id=snippet.id if snippet else None,
            )
    except Conflict as error:
        shown = Form(values=form, errors={"shortcut": error.args[0]})
        return await _page(request, services, viewer, snippet, shown, status=422)
    except Invalid as error:
        return await _page(request, services, viewer, snippet, wrong(form, error), status=422)
    return back("/admin/snippets", "saved" if snippet else "created")


@post("/admin/snippets/{snippet_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, snippet_id: FromPath[UUID]) -> Response[Any]:
    """Removes a snippet after its name was typed."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        confirm(form, (await find_snippet(work, snippet_id)).name)
        await remove_snippet(work, snippet_id)
    return back("/admin/snippets", "deleted")


handlers: Final = [show_snippets, show_new, show_snippet, create, save, delete]
