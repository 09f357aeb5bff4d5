"""Presence and load: what overload sacrifices, how much fills one person, when silence means away, the reasons of breaks."""

from collections.abc import Mapping
from typing import Any, Final, cast

from litestar import Request, Response, get, post

from oase.desk.presence import (
    AWAY_REASONS,
    REASONS,
    Capacity,
    DutyRules,
    Overload,
    duty_rules,
    overload_of,
    set_duty_rules,
    set_overload,
)
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, page
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TEAM_WRITE}


@get("/admin/presence", opt=_WRITE, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What holds."""
    async with services.database.work(viewer.workspace_id) as work:
        rules, overload = await duty_rules(work), await overload_of(work)
    values = {
        "overload": overload, "live": rules.capacity.live, "messaging": rules.capacity.messaging,
        "idle_minutes": rules.idle_minutes, "history": rules.history,
        "reasons": "\n".join(rules.reasons), "away_reasons": "\n".join(rules.away_reasons),
    }  # fmt: skip
    return _page(request, viewer, Form(values=values))


def _page(request: AnyRequest, viewer: Viewer, form: Form, *, status: int = 200) -> Response[Any]:
    reader = reader_of(request)
    ours = {"reasons": "\n".join(map(reader.text, REASONS)), "away_reasons": "\n".join(map(reader.text, AWAY_REASONS))}
    return page(request, viewer, "presence.html", "presence", status=status, form=form, ours=ours)


@post("/admin/presence", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Changes all of it."""
    form = await texts(request)
    try:
        rules = DutyRules(
            capacity=Capacity(live=number(form, "live"), messaging=number(form, "messaging")),
            idle_minutes=number(form, "idle_minutes"),
            history="history" in form,
            reasons=tuple(form.get("reasons", "").splitlines()),
            away_reasons=tuple(form.get("away_reasons", "").splitlines()),
        )
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await set_overload(work, cast("Overload", form.get("overload", "")))
            await set_duty_rules(work, rules)
    except Invalid as error:
        return _page(request, viewer, wrong(form, error), status=422)
    return back("/admin/presence", "saved")


def number(form: Mapping[str, str], name: str) -> int:
    """A whole number that was sent; raises Invalid."""
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Invalid(message("Please give a whole number."), field=name)
    return int(text)


handlers: Final = [show, save]
