"""Pages behind links in mails: a new password, an invitation."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from oase.kernel.errors import Invalid, OaseError
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret
from oase.staff import LinkRefused, accept_invitation, ask_for_reset, open_link, reset_password
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices
from oase.web.pages import render
from oase.web.signin.doors import PUBLIC, let_in, visit_of
from oase.web.staffmail import afterwards

AnyRequest = Request[Any, Any, Any]


@get("/reset", opt=PUBLIC, sync_to_thread=False, include_in_schema=False)
def show_forgotten(request: AnyRequest) -> Response[Any]:
    """Asks for the mail address."""
    return render(request, "signin/forgotten.html", form=Form(), sent=False)


@post("/reset", opt=PUBLIC, include_in_schema=False)
async def send_reset(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Says the same whether the address is known or not."""
    form = await texts(request)
    try:
        mails = await ask_for_reset(
            services.database, email=form.get("email", ""), url=services.settings.url, visit=visit_of(request)
        )
    except OaseError as error:
        return render(request, "signin/forgotten.html", status=422, form=wrong(form, error), sent=False)
    page = render(request, "signin/forgotten.html", form=Form(values=form), sent=True)
    page.background = afterwards(services, mails)
    return page


@get("/reset/{token:str}", opt=PUBLIC, include_in_schema=False)
async def show_reset(request: AnyRequest, services: GivenServices, token: FromPath[str]) -> Response[Any]:
    """Asks for the new password."""
    try:
        opened = await open_link(services.database, Secret(token), "reset")
    except LinkRefused as error:
        return render(request, "signin/link_gone.html", status=422, why=error)
    return render(request, "signin/new_password.html", form=Form(), opened=opened)


@post("/reset/{token:str}", opt=PUBLIC, include_in_schema=False)
async def take_reset(request: AnyRequest, services: GivenServices, token: FromPath[str]) -> Response[Any]:
    """The new password; then one signs in with it."""
    form = await texts(request)
    try:
        opened = await open_link(services.database, Secret(token), "reset")
        mail = await reset_password(
            services.database,
            token=Secret(token),
            password=_twice(form),
            url=services.settings.url,
            visit=visit_of(request),
        )
    except LinkRefused as error:
        return render(request, "signin/link_gone.html", status=422, why=error)
    except Invalid as error:
        return render(request, "signin/new_password.html", status=422, form=wrong(form, error), opened=opened)
    answer = Redirect("/signin", query_params={"hint": "changed"}, status_code=303)
    answer.background = afterwards(services, [mail])
    return answer


@get("/invitation/{token:str}", opt=PUBLIC, include_in_schema=False)
async def show_invitation(request: AnyRequest, services: GivenServices, token: FromPath[str]) -> Response[Any]:
    """Greets who is invited."""
    try:
        opened = await open_link(services.database, Secret(token), "invitation")
    except LinkRefused as error:
        return render(request, "signin/link_gone.html", status=422, why=error)
    return render(request, "signin/invitation.html", form=Form(values={"name": opened.name}), opened=opened)


@post("/invitation/{token:str}", opt=PUBLIC, include_in_schema=False)
async def take_invitation(request: AnyRequest, services: GivenServices, token: FromPath[str]) -> Response[Any]:
    """Name and password; then one is in."""
    form = await texts(request)
    try:
        opened = await open_link(services.database, Secret(token), "invitation")
        session = await accept_invitation(
            services.database, token=Secret(token), name=form.get("name", ""), password=_twice(form), visit=visit_of(request)
        )
    except LinkRefused as error:
        return render(request, "signin/link_gone.html", status=422, why=error)
    except Invalid as error:
        return render(request, "signin/invitation.html", status=422, form=wrong(form, error), opened=opened)
    return let_in(request, services, session, "/inbox")


def _twice(form: dict[str, str]) -> Secret:
    """The password, typed twice where the page asks for it twice."""
    if "again" in form and form["again"] != form.get("password", ""):
        raise Invalid(message("The two passwords differ."), field="again")
    return Secret(form.get("password", ""))


handlers: Final = [show_forgotten, send_reset, show_reset, take_reset, show_invitation, take_invitation]
