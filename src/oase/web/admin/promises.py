"""What is promised to customers: targets in their order, what happens before one is broken, pauses, and the second promise."""

from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from msgspec.structs import replace

from oase.conversations import custom_fields
from oase.desk.hours import Timetable, list_calendars, opens
from oase.desk.promises import (
    LETTER,
    LINE,
    USUAL,
    Policy,
    change_policy,
    policy_of,
)
from oase.desk.waits import REPLY, Wait, sentence
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import translator
from oase.kernel.permissions import Permission
from oase.staff import list_teams
from oase.web.admin.frame import back, page
from oase.web.admin.promises_form import TOLD, read_second, values_of_second
from oase.web.admin.promises_words import PACES, hours_words, span_words, step_words, target_words
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.inbox.fields import label_of
from oase.web.pages import reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_SOON: Final = timedelta(minutes=20)
WRITE: Final = {"permission": Permission.PROMISE_WRITE}


@get("/admin/promises", opt=WRITE, include_in_schema=False)
async def show_promises(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Everything that is promised."""
    return await _page(request, services, viewer, None)


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, form: Form | None, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        policy, calendars = await policy_of(work), await list_calendars(work)
        teams = {one.id: one.name for one in await list_teams(work)}
        fields = [one for one in await custom_fields(work) if one.subject == "person" and one.kind == "boolean"]
    reader, now = reader_of(request), services.clock.now()
    return page(
        request, viewer, "promises.html", "promises", status=status, policy=policy, form=form or Form(values=_values(policy)),
        targets=[(one, target_words(reader, one, teams, hours_words(reader, one.teams, calendars))) for one in policy.targets],
        second=[(f"second.{pace}", PACES[pace]) for pace in TOLD],
        usual=[(PACES[pace], span_words(reader, span)) for pace, span in USUAL.items()],
        hours=hours_words(reader, (), calendars),
        steps=[(one, step_words(reader, one, teams)) for one in sorted(policy.steps, key=lambda one: one.minutes)],
        closed=[one.name for one in calendars if not opens(Timetable(one.effective), now)],
        fields=[(one.key, label_of(one.labels, reader)) for one in fields],
        example=sentence(Wait(by=now + _SOON), now, reader),
        ours={code: (translator(code).text(LINE), translator(code).text(LETTER), translator(code).text(REPLY)) for code in ("de", "en")},
    )  # fmt: skip


def _values(policy: Policy) -> dict[str, Any]:
    return {
        "pause_waiting": policy.pause_waiting, "pause_snoozed": policy.pause_snoozed, "vip_tag": policy.vip_tag,
        "vip_field": policy.vip_field, "tell_second": policy.tell_second, "tell_wait": policy.tell_wait,
        "wait_minutes": policy.wait_minutes, **values_of_second(policy),
        **{f"lines.{code}": policy.lines.get(code, "") for code in ("de", "en")},
        **{f"waits.{code}": policy.waits.get(code, "") for code in ("de", "en")},
        **{f"letters.{code}": policy.letters.get(code, "") for code in ("de", "en")},
    }  # fmt: skip


@post("/admin/promises", opt=WRITE, include_in_schema=False)
async def save_promises(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Pauses, very important customers, what customers are told."""
    form = await texts(request)

    def edit(policy: Policy) -> Policy:
        said = {
            name: {code: form.get(f"{name}.{code}", "").strip() for code in ("de", "en")}
            for name in ("lines", "letters", "waits")
        }
        return replace(
            policy,
            pause_waiting="pause_waiting" in form,
            pause_snoozed="pause_snoozed" in form,
            vip_tag=form.get("vip_tag", "").strip(),
            vip_field=form.get("vip_field", ""),
            tell_second="tell_second" in form,
            second=read_second(form),
            lines={code: text for code, text in said["lines"].items() if text},
            tell_wait="tell_wait" in form,
            wait_minutes=_minutes(form.get("wait_minutes", "15")),
            waits={code: text for code, text in said["waits"].items() if text},
            letters={code: text for code, text in said["letters"].items() if text},
        )

    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await change_policy(work, "changed", edit)
    except (Invalid, Conflict) as error:
        return await _page(request, services, viewer, wrong(form, error), status=422)
    return back("/admin/promises", "saved")


def _minutes(given: str) -> int:
    """What was typed; nothing that could be meant where it is no number."""
    return int(given) if given.strip().isdecimal() and len(given) < 7 else 0


handlers: Final = [show_promises, save_promises]
