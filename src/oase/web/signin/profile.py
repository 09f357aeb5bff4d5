"""One's own profile: name, language, looks, password, second factor, sessions."""

from typing import Any, Final
from uuid import UUID

import msgspec
import segno
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, OaseError
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff import (
    Preferences,
    Profile,
    change_password,
    change_preferences,
    change_profile,
    confirm_second_factor,
    end_other_sessions,
    find_agent,
    list_sessions,
    remove_second_factor,
    renew_recovery_codes,
    sign_out,
    start_second_factor,
)
from oase.web.devices import device, is_handheld
from oase.web.duty import days_of
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer
from oase.web.signin.doors import visit_of
from oase.web.staffmail import afterwards

AnyRequest = Request[Any, Any, Any]
_OWN: Final = {"permission": Permission.CONVERSATION_READ}
ZONES: Final = (
    "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London", "Europe/Paris", "Europe/Madrid", "Europe/Rome",
    "Europe/Warsaw", "Europe/Istanbul", "Europe/Kyiv", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "UTC",
)  # fmt: skip


async def _page(request: AnyRequest, services: Services, viewer: Viewer, *, status: int = 200, **forms: Form) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        agent = await find_agent(work, viewer.agent_id)
        sessions = await list_sessions(work, viewer.agent_id)
        history = await days_of(work, viewer.agent_id, reader_of(request))
    mine = Form(values={**msgspec.structs.asdict(agent), **msgspec.structs.asdict(agent.preferences)})
    shown = {"profile": mine, "password": Form(), "factor": Form(), **forms}
    return render(
        request,
        "signin/profile.html",
        status=status,
        agent=agent,
        sessions=sessions,
        history=history,
        zones=ZONES,
        device=device,
        handheld=is_handheld,
        now=services.clock.now(),
        forms=shown,
    )


@get("/profile", opt=_OWN, include_in_schema=False)
async def show_profile(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Everything about oneself."""
    return await _page(request, services, viewer)


@post("/profile", opt=_OWN, include_in_schema=False)
async def save_profile(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Name, language, time zone, signature, looks."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            given = Profile(
                name=form.get("name"),
                language="de" if form.get("language") == "de" else "en",
                time_zone=form.get("time_zone"),
                signature=form.get("signature"),
            )
            await change_profile(work, viewer.agent_id, given)
            await _change_preferences(work, viewer.agent_id, {"theme": form.get("theme", "auto")})
    except Invalid as error:
        return await _page(request, services, viewer, status=422, profile=wrong(form, error))
    return Redirect("/profile", status_code=303)


@post("/profile/theme", opt=_OWN, include_in_schema=False)
async def save_theme(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Light, dark, or like the system."""
    theme = (await texts(request)).get("theme", "auto")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await _change_preferences(work, viewer.agent_id, {"theme": theme})
    return Response(None, status_code=204)


async def _change_preferences(work: UnitOfWork, agent_id: UUID, changes: dict[str, Any]) -> None:
    agent = await find_agent(work, agent_id)
    try:
        merged = msgspec.convert({**msgspec.to_builtins(agent.preferences), **changes}, Preferences)
    except msgspec.ValidationError:
        raise Invalid(message("There is no such setting.")) from None
    await change_preferences(work, agent_id, merged)


@post("/profile/password", opt=_OWN, include_in_schema=False)
async def save_password(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The new password; other sessions end."""
    form = await texts(request)
    try:
        mail = await change_password(
            services.database,
            viewer.workspace_id,
            viewer.agent_id,
            old=Secret(form.get("old_password", "")),
            new=Secret(form.get("password", "")),
            keep_session=viewer.session_id,
            url=services.settings.url,
            visit=visit_of(request),
        )
    except OaseError as error:
        return await _page(request, services, viewer, status=422, password=wrong({}, error))
    answer = Redirect("/profile", status_code=303)
    answer.background = afterwards(services, [mail])
    return answer


@get("/profile/second-factor", opt=_OWN, include_in_schema=False)
async def show_second_factor(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A fresh secret with its QR code."""
    return await _offer_second_factor(request, services, viewer, Form())


async def _offer_second_factor(
    request: AnyRequest, services: Services, viewer: Viewer, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        setup = await start_second_factor(work, services.safe, viewer.agent_id)
    code = segno.make(setup.uri.reveal(), error="m").svg_inline(
        scale=5, border=2, omitsize=True
    )  # with a view box: the page sizes it
    return render(
        request,
        "signin/second_factor.html",
        status=status,
        form=form,
        picture=Markup(code),  # noqa: S704 - our own drawing
        secret=setup.secret.reveal(),
    )


@post("/profile/second-factor", opt=_OWN, include_in_schema=False)
async def confirm_code(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The first code proves that the app has the secret; then the recovery codes are shown once."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            codes = await confirm_second_factor(work, services.safe, viewer.agent_id, form.get("code", ""))
    except OaseError as error:
        shown = Form(errors={"code": wrong({}, error).errors.get("", str(error))})
        return await _offer_second_factor(request, services, viewer, shown, status=422)
    return render(request, "signin/recovery.html", codes=codes)


@post("/profile/recovery-codes", opt=_OWN, include_in_schema=False)
async def new_codes(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Fresh recovery codes."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        codes = await renew_recovery_codes(work, viewer.agent_id)
    return render(request, "signin/recovery.html", codes=codes)


@post("/profile/second-factor/remove", opt=_OWN, include_in_schema=False)
async def remove_factor(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """After the password."""
    form = await texts(request)
    try:
        await remove_second_factor(
            services.database,
            viewer.workspace_id,
            viewer.agent_id,
            password=Secret(form.get("password", "")),
            visit=visit_of(request),
        )
    except OaseError as error:
        return await _page(request, services, viewer, status=422, factor=wrong({}, error))
    return Redirect("/profile", status_code=303)


@post("/profile/sessions/{session_id:uuid}/end", opt=_OWN, include_in_schema=False)
async def end_session(services: GivenServices, viewer: GivenViewer, session_id: FromPath[UUID]) -> Response[Any]:
    """Ends one session of one's own."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await sign_out(work, viewer.agent_id, session_id)
    return Redirect("/profile", status_code=303)


@post("/profile/sessions/end", opt=_OWN, include_in_schema=False)
async def end_sessions(services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Ends all but this one."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await end_other_sessions(work, viewer.agent_id, but=viewer.session_id)
    return Redirect("/profile", status_code=303)


handlers: Final = [
    show_profile, save_profile, save_theme, save_password, show_second_factor, confirm_code, new_codes, remove_factor, end_session,
    end_sessions,
]  # fmt: skip
