"""Rules: the list in its order, the editor, the trial on the past, what became of them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from oase.conversations import all_snippets, facts_of, save_snippet, saved_views
from oase.conversations.conditions import Group, conditions_of
from oase.desk.automations import (
    DAYS,
    Act,
    Means,
    References,
    Rule,
    When,
    all_rules,
    begin_trial,
    circles,
    doubt,
    find_rule,
    find_trial,
    order_rules,
    references,
    remove_rule,
    runs_of,
    save_rule,
    step_trial,
    switch_rule,
    tallies,
)  # fmt: skip
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.rule_choices import choices
from oase.web.admin.rule_forms import Sent, act_rows, condition_rows, read_acts, read_groups, read_when, sent
from oase.web.admin.rule_templates import TEMPLATES, Template
from oase.web.directory import Staff
from oase.web.forms import Form, many, texts, uuid
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.pages import reader_of, render
from oase.web.rulewords import act_said, parted, rule_said
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
WRITE: Final = {"permission": Permission.AUTOMATION_WRITE}
_SHOWN_HITS: Final = 100


def means_of(services: Services) -> Means:
    """What rules need of this process."""
    return Means(services.book, services.timetables)


@get("/admin/automations", opt=WRITE, include_in_schema=False)
async def show_rules(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All rules in their order, with how they fared lately."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        rules, there, fared = await all_rules(work), await references(work, services.book), await tallies(work)
    said = {one.id: rule_said(one, there, reader) for one in rules}
    return page(
        request, viewer, "automations.html", "automations", rules=rules, said=said, fared=fared, now=services.clock.now(),
        circles=[[reader.gettext("“%(text)s”", text=rule.name) for rule in circle] for circle in circles(rules)],
        chains={one.id: _chain([*(fared[one.id].last_chain or ()), one.id], rules) for one in rules if one.id in fared},
        doubts={one.id: why for one in rules if one.state == "on" and (why := doubt(one.acts, there))},
        templates=TEMPLATES,
    )  # fmt: skip


def _chain(ids: Sequence[object], rules: Sequence[Rule]) -> str:
    """Rules that set each other off, by name."""
    names = {str(one.id): one.name for one in rules}
    return " → ".join(names.get(str(one), "?") for one in ids)


@get("/admin/automations/new", opt=WRITE, include_in_schema=False)
async def show_new(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory, view: FromQuery[str] = ""
) -> Response[Any]:
    """An empty rule; with `view`, the id of a saved view, one that asks for what is in it."""
    name, groups = "", tuple[Group, ...]()
    if view:
        async with services.database.work(viewer.workspace_id) as work:
            name, groups = await _asked_by(work, viewer, await directory.of(work), uuid(view, "view"))
    return await _page(request, services, viewer, None, _form(name, When(what="opened"), groups, (Act(do="tag"),), stop=False))


async def _asked_by(work: UnitOfWork, viewer: Viewer, staff: Staff, view_id: UUID) -> tuple[str, tuple[Group, ...]]:
    """The name and the conditions of a view that the viewer sees; raises NotFound."""
    seen = await saved_views(work, viewer.agent_id, tuple(staff.teams_of.get(viewer.agent_id, ())))
    found = next((one for one in seen if one.id == view_id), None)
    if found is None:
        raise NotFound(message("There is no such view."))
    return found.name, (Group(conditions=conditions_of(staff.view(found.query, viewer.agent_id))),)


def _form(name: str, when: When, groups: Any, acts: Any, *, stop: bool, errors: dict[str, str] | None = None) -> Form:
    number, unit = parted(when.minutes)
    values = {
        "name": name, "when": when.what, "to": list(when.to), "when_number": number or "", "when_unit": unit, "stop": stop,
        "all": condition_rows(groups, "all"), "any": condition_rows(groups, "any"), "acts": act_rows(acts),
    }  # fmt: skip
    return Form(values=values, errors=errors or {})


def _stored(rule: Rule) -> Form:
    return _form(rule.name, rule.when, rule.groups, rule.acts, stop=rule.stop)


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, rule: Rule | None, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        there = await references(work, services.book)
        offered = await choices(work, there, reader_of(request), rules=True)
        fared = (await tallies(work)).get(rule.id) if rule else None
        rules = await all_rules(work) if fared and fared.stopped else []
    return page(
        request, viewer, "automation.html", "automations", status=status, rule=rule, form=form, offered=offered, days=DAYS,
        fared=fared, chain=_chain([*(fared.last_chain or ()), fared.rule_id], rules) if fared else "",
        doubt=doubt(rule.acts, there) if rule and rule.state == "on" else None,
    )  # fmt: skip


@get("/admin/automations/{rule_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_rule(request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID]) -> Response[Any]:
    """One rule."""
    async with services.database.work(viewer.workspace_id) as work:
        rule = await find_rule(work, rule_id)
    return await _page(request, services, viewer, rule, _stored(rule))


@post("/admin/automations/new", opt=WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new rule: a draft."""
    return await _save(request, services, viewer, None)


@post("/admin/automations/{rule_id:uuid}", opt=WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID]) -> Response[Any]:
    """Changes a rule."""
    async with services.database.work(viewer.workspace_id) as work:
        rule = await find_rule(work, rule_id)
    return await _save(request, services, viewer, rule)


async def _save(request: AnyRequest, services: Services, viewer: Viewer, rule: Rule | None) -> Response[Any]:
    form = await sent(request)
    name, when, stop = form.texts.get("name", ""), read_when(form), bool(form.texts.get("stop"))
    groups, acts = read_groups(form), read_acts(form)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            saved = await save_rule(
                work, services.book, name=name, when=when, groups=groups, acts=acts, stop=stop, rule_id=rule.id if rule else None
            )
            trial = await begin_trial(work, saved.id) if form.texts.get("then") == "try" else None
    except (Invalid, Conflict) as error:
        shown = _form(name, when, groups, acts, stop=stop, errors=_errors(form, error))
        return await _page(request, services, viewer, rule, shown, status=422)
    if trial is not None:
        return back(f"/admin/automations/{saved.id}/trials/{trial.id}")
    return back(f"/admin/automations/{saved.id}", "saved" if rule else "created")


def _errors(form: Sent, error: Exception) -> dict[str, str]:
    return {getattr(error, "field", ""): error.args[0] if error.args else str(error)}


@post("/admin/automations/{rule_id:uuid}/switch", opt=WRITE, include_in_schema=False)
async def switch(request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID]) -> Response[Any]:
    """On or off."""
    on = (await texts(request)).get("to") == "on"
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await switch_rule(work, services.book, rule_id, on=on)
    except Conflict as error:
        async with services.database.work(viewer.workspace_id) as work:
            rule = await find_rule(work, rule_id)
        stored = _stored(rule)
        shown = Form(values=stored.values, errors={"": error.args[0]})
        return await _page(request, services, viewer, rule, shown, status=422)
    return back("/admin/automations", "on" if on else "off")


@post("/admin/automations/order", opt=WRITE, include_in_schema=False)
async def order(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Another order: the whole list by ids, or one rule up or down."""
    ids, form = [uuid(one, "ids") for one in await many(request, "ids")], await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        if not ids:
            ids = _moved([one.id for one in await all_rules(work)], uuid(form.get("rule", ""), "rule"), up=form.get("to") == "up")
        await order_rules(work, ids)
    return back("/admin/automations", "moved")


def _moved(ids: list[UUID], one: UUID, *, up: bool) -> list[UUID]:
    place = ids.index(one) if one in ids else 0
    other = place - 1 if up else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
    return ids


@post("/admin/automations/{rule_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID]) -> Response[Any]:
    """Removes a rule after its name was typed."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        confirm(form, (await find_rule(work, rule_id)).name)
        await remove_rule(work, rule_id)
    return back("/admin/automations", "deleted")


@post("/admin/automations/from/{template:str}", opt=WRITE, include_in_schema=False)
async def begin_from(request: AnyRequest, services: GivenServices, viewer: GivenViewer, template: FromPath[str]) -> Response[Any]:
    """A draft from a template, with the snippet that it answers with."""
    found = next((one for one in TEMPLATES if one.id == template), TEMPLATES[0])
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        acts = await _acts_of(work, found, reader.text(found.name))
        rule = await save_rule(
            work, services.book, name=reader.text(found.name), when=found.when, groups=found.groups, acts=acts, stop=False
        )
    return back(f"/admin/automations/{rule.id}", "created")


async def _acts_of(work: UnitOfWork, template: Template, name: str) -> list[Act]:
    if template.snippet is None:
        return list(template.acts)
    known = {one.shortcut: one.id for one in await all_snippets(work)}
    snippet = known.get(template.snippet.shortcut) or await save_snippet(
        work, shortcut=template.snippet.shortcut, name=name, texts=template.snippet.texts
    )
    return [Act(do="answer", value=str(snippet)), *template.acts]


@post("/admin/automations/{rule_id:uuid}/trials", opt=WRITE, include_in_schema=False)
async def begin(services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID]) -> Response[Any]:
    """Tries the rule on the past."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        trial = await begin_trial(work, rule_id)
    return back(f"/admin/automations/{rule_id}/trials/{trial.id}")


@get("/admin/automations/{rule_id:uuid}/trials/{trial_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_trial(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID], trial_id: FromPath[UUID]
) -> Response[Any]:  # fmt: skip
    """How far the trial is, and what it found."""
    return await _trial(request, services, viewer, rule_id, trial_id, step=False, whole=True)


@post("/admin/automations/{rule_id:uuid}/trials/{trial_id:uuid}/step", opt=WRITE, include_in_schema=False)
async def go_on(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID], trial_id: FromPath[UUID]
) -> Response[Any]:
    """Looks at some more conversations; the page asks until it is done, and whoever leaves it ends it."""
    whole = "hx-request" not in request.headers
    return await _trial(request, services, viewer, rule_id, trial_id, step=True, whole=whole)


async def _trial(
    request: AnyRequest, services: Services, viewer: Viewer, rule_id: UUID, trial_id: UUID, *, step: bool, whole: bool
) -> Response[Any]:
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        if step:
            trial = await step_trial(work, means_of(services), rule_id, trial_id)
        else:
            trial = await find_trial(work, rule_id, trial_id)
        rule, there = await find_rule(work, rule_id), await references(work, services.book)
        hits = await facts_of(work, trial.hits[:_SHOWN_HITS]) if trial.done else {}
    context: dict[str, Any] = {
        "rule": rule, "trial": trial, "said": rule_said(rule, there, reader), "days": DAYS, "shown": _SHOWN_HITS,
        "hits": sorted(hits.values(), key=lambda one: one.last_at, reverse=True), "now": services.clock.now(),
    }  # fmt: skip
    if whole:
        return page(request, viewer, "automation_trial.html", "automations", **context)
    return render(request, "admin/automation_trial_result.html", **context)


@get("/admin/automations/{rule_id:uuid}/runs", opt=WRITE, include_in_schema=False)
async def show_runs(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, rule_id: FromPath[UUID], before: FromQuery[str] = ""
) -> Response[Any]:
    """What became of the rule, the newest first."""
    async with services.database.work(viewer.workspace_id) as work:
        rule, there = await find_rule(work, rule_id), await references(work, services.book)
        runs = await runs_of(work, rule_id, before=uuid(before, "before") if before else None, limit=51)
        rules = await all_rules(work)
    older = f"/admin/automations/{rule_id}/runs?before={runs[49].id}" if len(runs) > 50 else ""
    return page(
        request, viewer, "automation_runs.html", "automations", rule=rule, runs=runs[:50], older=older,
        chains={one.id: _chain(one.chain, rules) for one in runs},
        said=_said_of(runs[:50], there, request), now=services.clock.now(), outcomes=OUTCOMES,
    )  # fmt: skip


def _said_of(runs: Any, there: References, request: AnyRequest) -> dict[UUID, list[str]]:
    reader = reader_of(request)
    return {
        run.id: [
            act_said(one["do"], one.get("value", ""), there.name_of(Act(do=one["do"], value=one.get("value", ""))), reader)
            for one in run.acts
        ]
        for run in runs
    }


OUTCOMES: Final[dict[str, tuple[Message, str, str]]] = {
    "done": (message("Done"), "good", "check"),
    "waiting": (message("Under way"), "info", "clock"),
    "failed": (message("Failed"), "bad", "alert-octagon"),
    "stopped": (message("Stopped"), "warn", "alert-triangle"),
}
handlers: Final = [
    show_rules, show_new, show_rule, create, save, switch, order, delete, begin_from, begin, show_trial, go_on, show_runs,
]  # fmt: skip
