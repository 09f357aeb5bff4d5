"""What an agent is offered: the card that asks them to begin, their answer, and why it was decided so.

live log "offer" --page asks--> /offers/mine --begin--> conversation opens      /offers/next: what comes first for whoever asks
"""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from oase.conversations import cases
from oase.desk.routing import accept, ask_for_next, decisions_about, decline, offered_to, take_up, why_not
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.staff import list_skills
from oase.web.given import GivenAct, GivenDirectory, GivenServices, GivenViewer
from oase.web.inbox.marks import mark
from oase.web.inbox.pages import AnyRequest
from oase.web.inbox.reasons import Names, sentence
from oase.web.pages import reader_of, render

_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_READ: Final = {"permission": Permission.CONVERSATION_READ}
SENTENCES: Final[dict[int, Message]] = {
    0: message("Taken by hand: the agent asked for it, or it was given to them."),
    1: message("Of all that waits and that the agent can do, the one whose promise comes first."),
    2: message("Whoever answered first keeps the conversation while they are on duty."),
    3: message("What could not be on time got one new promise and keeps its place."),
    4: message(
        "What only few on duty can do has a head start; of several free agents the one whose skills are missed least is asked."
    ),
    5: message("What is wanted at once may lay a mail aside, while mails have time enough."),
}
"""The sentences of the rule, by number."""
ASKED: Final = message("You are being asked.")
ENDS: Final[dict[str, Message]] = {
    "made": message("is being asked"),
    "working": message("works on it"),
    "parked": message("laid it aside"),
    "done": message("answered"),
    "declined": message("did not want it"),
    "expired": message("did not answer in time"),
    "withdrawn": message("was no longer needed"),
    "returned": message("gave it back"),
}


@get("/offers/mine", opt=_REPLY, include_in_schema=False)
async def show_offer(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The card; nothing where nothing is offered. Two queries."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        offer = await offered_to(work, viewer.agent_id)
        case = (await cases(work, [offer.conversation_id])).get(offer.conversation_id) if offer else None
    if offer is None or case is None:
        return Response("", media_type="text/html")
    look = mark(case.channel, reader, public=case.person_id is None)
    return render(request, "inbox/offer.html", offer=offer, case=case, mark=look, now=services.clock.now())


@post("/offers/{offer_id:uuid}/accept", opt=_REPLY, include_in_schema=False)
async def begin(act: GivenAct, offer_id: FromPath[UUID]) -> Response[Any]:
    """The conversation is the agent's, and opens."""
    async with act.work() as work:
        conversation_id = await accept(work, act.author, offer_id)
    return act.done(headers={"x-opens": str(conversation_id)})


@post("/offers/{offer_id:uuid}/decline", opt=_REPLY, include_in_schema=False)
async def refuse(act: GivenAct, offer_id: FromPath[UUID]) -> Response[Any]:
    """Somebody else gets it."""
    async with act.work() as work:
        await decline(work, act.author, offer_id)
    return act.done()


@post("/offers/next", opt=_REPLY, include_in_schema=False)
async def want_next(act: GivenAct) -> Response[Any]:
    """What comes first for the agent; the page hears of it when it is decided."""
    async with act.work() as work:
        await ask_for_next(work, act.viewer.agent_id)
    return act.done()


@post("/conversations/{conversation_id:uuid}/take-up", opt=_REPLY, include_in_schema=False)
async def go_on(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """The agent goes on with what they laid aside; the page hears of it when it is decided."""
    async with act.work() as work:
        await take_up(work, act.viewer.agent_id, conversation_id)
    return act.done()


@get("/conversations/{conversation_id:uuid}/why", opt=_READ, include_in_schema=False)
async def explain(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Why the reader has it or not; who was asked, by which sentence, from which facts, the newest first."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        decisions = await decisions_about(work, conversation_id)
        reason = await why_not(work, conversation_id, viewer.agent_id)
        skills = {one.id: one.name for one in await list_skills(work)}
        case = (await cases(work, [conversation_id])).get(conversation_id)
    shown = [
        {
            "one": one,
            "name": staff.agent_names.get(one.agent_id, "?"),
            "end": reader.text(ENDS[one.state]),
            "sentence": reader.text(SENTENCES[one.rule]),
        }
        for one in decisions
    ]
    asked = any(one.agent_id == viewer.agent_id and one.state == "made" for one in decisions)
    mine = reader.text(ASKED) if asked else sentence(reason, Names(staff.agent_names, staff.team_names, skills), reader)
    return render(
        request,
        "inbox/why.html",
        decisions=shown,
        mine=mine,
        holder=staff.agent_names.get(case.assignee_id, "") if case and case.assignee_id else "",
    )


handlers: Final = [show_offer, begin, refuse, want_next, go_on, explain]
