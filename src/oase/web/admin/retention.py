"""How long things are kept: a length for each rule, and before it is saved, in plain words, what it would delete today."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post

from oase.conversations import ChangeRule, rule_in, set_change_rule
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission
from oase.kernel.retention import due, lengths, read_length
from oase.staff import change_retention, find_workspace
from oase.web.admin.frame import back, page
from oase.web.forms import Form, texts
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.SETTINGS_WRITE}


@get("/admin/retention", opt=_WRITE, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What holds."""
    async with services.database.work(viewer.workspace_id) as work:
        workspace = await find_workspace(work)
    held = lengths(services.rules, workspace.settings if workspace else {})
    form = Form(values={name: "" if length is None else length for name, length in held.items()})
    changes = Form(values=msgspec.structs.asdict(rule_in(workspace.settings if workspace else {})))
    return page(request, viewer, "retention.html", "retention", form=form, rules=services.rules, dues=None, changes=changes)


@post("/admin/retention", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """First says what would be deleted; saves once that was confirmed for these very lengths."""
    form = await texts(request)
    wanted, errors = _read(services, form)
    if errors:
        shown = Form(values=form, errors=errors)
        facts = {"form": shown, "rules": services.rules, "dues": None, "changes": None}
        return page(request, viewer, "retention.html", "retention", status=422, **facts)
    if form.get("confirmed") != _fingerprint(wanted):
        return await _ask(request, services, viewer, wanted)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await change_retention(work, wanted)
    return back("/admin/retention", "saved")


@post("/admin/retention/changes", opt=_WRITE, include_in_schema=False)
async def save_changes(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What stays of messages that were edited or taken back."""
    form = await texts(request)
    rule = ChangeRule(
        edited="forget" if form.get("edited") == "forget" else "keep",
        deleted="keep" if form.get("deleted") == "keep" else "erase",
    )
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await set_change_rule(work, rule)
    return back("/admin/retention", "saved")


def _read(services: Services, form: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, str]]:
    wanted: dict[str, int | None] = {}
    errors: dict[str, str] = {}
    for rule in services.rules:
        try:
            wanted[rule.id] = read_length(rule, form.get(rule.id, ""))
        except Invalid as error:
            errors[rule.id] = error.args[0]
    return wanted, errors


def _fingerprint(wanted: Mapping[str, int | None]) -> str:
    return ",".join(f"{name}={length or ''}" for name, length in sorted(wanted.items()))


async def _ask(request: AnyRequest, services: Services, viewer: Viewer, wanted: Mapping[str, int | None]) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        dues = await due(work, services.rules, wanted)
    form = Form(values={name: "" if length is None else length for name, length in wanted.items()})
    return page(
        request,
        viewer,
        "retention.html",
        "retention",
        form=form,
        rules=services.rules,
        dues=dues,
        changes=None,
        confirmed=_fingerprint(wanted),
    )


handlers: Final = [show, save, save_changes]
