"""The first start: a name, a mail address and a password, and one is in an inbox."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from oase.kernel.audit import Actor
from oase.kernel.errors import Invalid
from oase.kernel.secrets import Secret
from oase.staff import AlreadySetUp, SetUp, is_set_up, set_up
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices
from oase.web.pages import reader_of, render
from oase.web.setup.welcome import welcome
from oase.web.signin.doors import let_in, visit_of

AnyRequest = Request[Any, Any, Any]
_PUBLIC: Final = {"public": True}


@get("/setup", opt=_PUBLIC, include_in_schema=False)
async def show_setup(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Only as long as nothing is set up."""
    if await is_set_up(services.database):
        return Redirect("/signin", status_code=303)
    return render(request, "setup/setup.html", form=Form())


@post("/setup", opt=_PUBLIC, include_in_schema=False)
async def take_setup(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Founds the workspace with a web chat and an example; whoever did it is its administrator and signed in."""
    form = await texts(request)
    given = SetUp(
        workspace_name=form.get("workspace_name", ""),
        name=form.get("name", ""),
        email=form.get("email", ""),
        password=Secret(form.get("password", "")),
        language=reader_of(request).language,
        time_zone=form.get("time_zone") or "Europe/Berlin",
    )
    try:
        session = await set_up(services.database, given, visit_of(request))
    except AlreadySetUp:
        return Redirect("/signin", status_code=303)
    except Invalid as error:
        return render(request, "setup/setup.html", status=422, form=wrong(form, error))
    actor = Actor(kind="agent", id=session.agent_id, name=given.name)
    await welcome(services, session.workspace_id, actor, given.workspace_name.strip(), reader_of(request))
    return let_in(request, services, session, "/inbox")


handlers: Final = [show_setup, take_setup]
