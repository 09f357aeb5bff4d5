"""Signing in and out, and the language of those outside.

/signin --password--> session cookie --> where one wanted to go      --second factor--> /signin/code --> session cookie
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from oase.desk.presence import signs_out
from oase.kernel.errors import OaseError
from oase.kernel.secrets import Secret
from oase.staff import NewSession, SecondStep, SignInRefused, Visit, is_set_up, second_step, sign_in, sign_out, word_of_sign_in
from oase.web.devices import device
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices
from oase.web.pages import render
from oase.web.services import Services
from oase.web.sessions import is_secure, session_cookie, viewer_of
from oase.web.signin.known import is_known, remembered
from oase.web.staffmail import afterwards

AnyRequest = Request[Any, Any, Any]
PUBLIC: Final = {"public": True}
_TICKET: Final = "oase-ticket"
_TICKET_SECONDS: Final = 300
_LANGUAGE_SECONDS: Final = 365 * 86_400


def visit_of(request: AnyRequest) -> Visit:
    """Where the request comes from."""
    return Visit(address=request.client.host if request.client else "", user_agent=request.headers.get("user-agent", "")[:300])


def safe_target(wanted: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\", "/signin", "/signout")) or "\n" in wanted or "\r" in wanted:
        return "/inbox"
    return wanted


def let_in(request: AnyRequest, services: Services, session: NewSession, target: str) -> Redirect:
    """Sends the browser on, with the session's cookie."""
    answer = Redirect(target, status_code=303)
    seconds = int(services.settings.session_length.total_seconds())
    answer.set_cookie(session_cookie(request, session.token.reveal(), max_age_seconds=seconds))
    answer.set_cookie(remembered(request, services.safe, session.agent_id))
    return answer


async def _welcome(request: AnyRequest, services: Services, session: NewSession, wanted: str) -> Redirect:
    """Lets in who signed in; of a browser in which they never did they are told by mail."""
    answer = let_in(request, services, session, safe_target(wanted))
    if services.settings.smtp_url and not is_known(request, services.safe, session.agent_id):
        visit = visit_of(request)
        async with services.database.work(session.workspace_id) as work:
            mail = await word_of_sign_in(
                work, session.agent_id, device=device(visit.user_agent), address=visit.address, url=services.settings.url
            )
        answer.background = afterwards(services, [mail])
    return answer


@get("/signin", opt=PUBLIC, include_in_schema=False)
async def show_sign_in(request: AnyRequest, services: GivenServices, hint: FromQuery[str] = "") -> Response[Any]:
    """The door; whoever is in already goes on, and the first start goes to the set-up page."""
    if await viewer_of(request) is not None:
        return Redirect("/inbox", status_code=303)
    if not await is_set_up(services.database):
        return Redirect("/setup", status_code=303)
    wanted = request.query_params.get("next", "")
    return render(request, "signin/signin.html", form=Form(), next=wanted, hint=hint)


@post("/signin", opt=PUBLIC, include_in_schema=False)
async def try_sign_in(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Mail address and password."""
    form = await texts(request)
    try:
        result = await sign_in(
            services.database,
            services.safe,
            email=form.get("email", ""),
            password=Secret(form.get("password", "")),
            visit=visit_of(request),
        )
    except OaseError as error:
        return render(request, "signin/signin.html", status=422, form=wrong(form, error), next=form.get("next", ""), hint="")
    if isinstance(result, SecondStep):
        page = render(request, "signin/code.html", form=Form(), next=form.get("next", ""))
        page.set_cookie(
            key=_TICKET, value=result.ticket.reveal(), path="/signin", httponly=True, samesite="lax",
            secure=is_secure(request), max_age=_TICKET_SECONDS,
        )  # fmt: skip
        return page
    return await _welcome(request, services, result, form.get("next", ""))


@post("/signin/code", opt=PUBLIC, include_in_schema=False)
async def try_code(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """The code of the second factor, or a recovery code."""
    form = await texts(request)
    ticket, code = Secret(request.cookies.get(_TICKET, "")), form.get("code", "")
    try:
        session = await second_step(services.database, services.safe, ticket=ticket, code=code, visit=visit_of(request))
    except SignInRefused:
        return Redirect("/signin", query_params={"hint": "again"}, status_code=303)
    except OaseError as error:
        shown = Form(values={}, errors={"code": wrong({}, error).errors.get("", str(error))})
        return render(request, "signin/code.html", status=422, form=shown, next=form.get("next", ""))
    answer = await _welcome(request, services, session, form.get("next", ""))
    answer.delete_cookie(_TICKET, path="/signin")
    return answer


@post("/signout", opt=PUBLIC, include_in_schema=False)
async def leave(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Ends the session."""
    viewer = await viewer_of(request)
    if viewer is not None:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await sign_out(work, viewer.agent_id, viewer.session_id)
            await signs_out(work, viewer.agent_id)
    answer = Redirect("/signin", status_code=303)
    answer.set_cookie(session_cookie(request, "", max_age_seconds=0))
    return answer


@post("/language", opt=PUBLIC, include_in_schema=False)
async def choose_language(request: AnyRequest) -> Response[Any]:
    """The language for those who are not signed in, kept in a cookie."""
    form = await texts(request)
    back = form.get("back", "/signin")
    answer = Redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/signin", status_code=303)
    language = "de" if form.get("language") == "de" else "en"
    answer.set_cookie(
        key="language", value=language, path="/", max_age=_LANGUAGE_SECONDS, samesite="lax", secure=is_secure(request)
    )
    return answer


handlers: Final = [show_sign_in, try_sign_in, try_code, leave, choose_language]
