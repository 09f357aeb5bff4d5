"""The switch by which agents say what they do, on every page, and the beat by which open pages say that they are open.

page --its worker, every 20 s--> POST /duty/beat --> where the agent stands; where that is news: GET /duty, the switch anew
agent --menu or command bar--> POST /duty --> the switch anew; other pages hear of it by the live topic "duty", or their next beat
"""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, cast
from uuid import UUID

from litestar import Request, Response, get, post
from msgspec import Struct

from oase.desk.presence import (
    AWAY_REASONS,
    REASONS,
    STATE_NAMES,
    Standing,
    State,
    Stretch,
    duty_rules,
    heartbeat,
    history_of,
    on_shift,
    set_state,
    standing_of,
    standings,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator
from oase.kernel.permissions import Permission
from oase.web.given import GivenAct, GivenServices, GivenViewer
from oase.web.pages import reader_of, render

AnyRequest = Request[Any, Any, Any]
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_READ: Final = {"permission": Permission.CONVERSATION_READ}


class Colleague(Struct, frozen=True, kw_only=True):
    """What a colleague does, and its name in the reader's language."""

    state: State
    name: str


class Beaten(Struct, frozen=True, kw_only=True):
    """What a page hears for its beat. `key` changes with what is shown; without `beats` it may rest until somebody says something."""

    key: str
    beats: bool
    idle: bool  # the next act of the reader brings them back


@get("/duty", opt=_REPLY, include_in_schema=False)
async def show_switch(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The switch as it stands."""
    async with services.database.work(viewer.workspace_id) as work:
        standing, rules = await standing_of(work, viewer.agent_id), await duty_rules(work)
        shift = (await on_shift(work, viewer.agent_id)).get(viewer.agent_id, "") if standing.state == "away" else ""
    reader, now = reader_of(request), services.clock.now()
    return render(
        request, "duty/switch.html", standing=standing, key=key_of(standing), now=now, shift=shift,
        hint="shift" if shift and not standing.reason else hint_of(standing, now, reader),
        reasons=rules.reasons or tuple(map(reader.text, REASONS)),
        away_reasons=rules.away_reasons or tuple(map(reader.text, AWAY_REASONS)),
    )  # fmt: skip


@get("/duty/colleagues", opt=_READ, include_in_schema=False)
async def show_colleagues(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> dict[str, Colleague]:
    """What everybody does who ever said so, for the dots beside names that a page shows just now."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        found = await standings(work)
    return {
        str(agent_id): Colleague(state=one.state, name=reader.text(STATE_NAMES[one.state])) for agent_id, one in found.items()
    }


@post("/duty", opt=_REPLY, include_in_schema=False)
async def say(act: GivenAct) -> Response[Any]:
    """The agent does something else from now on."""
    form = await act.form()
    async with act.work() as work:
        await set_state(work, act.viewer.agent_id, cast("State", form.get("state", "")), form.get("reason", ""))
    return act.done()


@post("/duty/beat", opt=_REPLY, include_in_schema=False)
async def beat(act: GivenAct) -> Beaten:
    """A page is open."""
    form = await act.form()
    async with act.work() as work:
        standing = await heartbeat(work, act.viewer.agent_id, acted=bool(form.get("acted")))
    left = standing.left_by if standing.back_to else ""
    return Beaten(key=key_of(standing), beats=standing.state != "away" or bool(left), idle=left == "idle")


async def days_of(work: UnitOfWork, agent_id: UUID, reader: Translator) -> list[tuple[str, list[Stretch]]]:
    """What an agent did in the last seven days, by day in the reader's zone, the newest first. One query."""
    found = await history_of(work, agent_id, work.clock.now() - timedelta(days=7))
    return [(day, list(one)) for day, one in groupby(found, lambda one: reader.date(one.began_at, "full"))]


def key_of(standing: Standing) -> str:
    """What the switch shows, in a word."""
    since = standing.since.isoformat() if standing.since else ""
    return f"{standing.state} {since} {standing.reason}"


def hint_of(standing: Standing, now: datetime, reader: Translator) -> str:
    """Why somebody may have forgotten to say that they are here: they left without a word, or it is another day."""
    if standing.state != "away" or standing.since is None:
        return ""
    if standing.left_by:
        return standing.left_by
    days = (now.astimezone(reader.zone).date() - standing.since.astimezone(reader.zone).date()).days
    return "day" if days > 0 else ""


handlers: Final = [show_switch, show_colleagues, say, beat]
