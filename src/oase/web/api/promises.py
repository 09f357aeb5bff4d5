"""What customers are promised: the policy of a workspace, and what was promised and kept in a conversation."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from oase.conversations import conversation_facts
from oase.desk.promises import Policy, PromiseFacts, Step, Target, change_policy, history, policy_of
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.web.api.conversations import READ, IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.shapes import PRIORITIES, PRIORITY_NUMBERS, Priority, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.PROMISE_WRITE, "api": True}
Kind = Literal["first", "next", "solution"]
Pace = Literal["live", "messaging", "mail", "phone"]
Name = Annotated[str, Meta(max_length=120)]
Seconds = Annotated[
    Annotated[int, Meta(ge=10, le=31_622_400)] | None,
    Meta(description="Of working time; null: the next target that fits says."),
]
Texts = Annotated[
    dict[Literal["de", "en"], Annotated[str, Meta(max_length=2_000)]],
    Meta(max_length=2, description="By language, with `{{time}}`; ours where there is none.", examples=[{"de": "Bis {{time}}!"}]),
]


class PromiseTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which conversations, and how soon. Conditions that are empty fit everything."""

    id: Annotated[UUID | None, Meta(description="None: a new one.")] = None
    name: Name = ""
    channels: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=100)] = []
    paces: Annotated[list[Pace], Meta(max_length=4, description="Kinds of channels.")] = []
    team_ids: Annotated[list[UUID], Meta(max_length=200)] = []
    priorities: Annotated[list[Priority], Meta(max_length=4)] = []
    vip: bool = False
    first_seconds: Seconds = None
    next_seconds: Seconds = None
    solution_seconds: Seconds = None


class PromiseStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens before a promise is broken, or when it is; once for each stretch of waiting."""

    id: Annotated[UUID | None, Meta(description="None: a new one.")] = None
    minutes: Annotated[int, Meta(ge=-43_200, le=43_200, description="Of working time; negative: before it is due.")]
    kinds: Annotated[list[Kind], Meta(max_length=3, description="Empty: all.")] = []
    notify_assignee: bool = False
    notify_leads: bool = False
    raise_priority: bool = False
    team_id: Annotated[UUID | None, Meta(description="Hand over to this team.")] = None


class PromisePolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a workspace promises. The first target that fits decides."""

    version: Annotated[int, Meta(ge=0, description="As it was read: 409 if somebody else changed it meanwhile.")]
    targets: Annotated[list[PromiseTarget], Meta(max_length=200)] = []
    steps: Annotated[list[PromiseStep], Meta(max_length=200)] = []
    pause_waiting: Annotated[bool, Meta(description="A promise waits while we wait for the customer.")] = True
    pause_snoozed: Annotated[bool, Meta(description="A promise waits while its conversation is snoozed.")] = False
    vip_tag: Name = "VIP"
    vip_field: Annotated[str, Meta(max_length=120, description="Key of a yes-or-no field of persons; may be empty.")] = ""
    tell_second: Annotated[bool, Meta(description="Customers are told of a second promise.")] = True
    second_seconds: Annotated[
        dict[Pace, Annotated[int, Meta(ge=60, le=2_592_000)]],
        Meta(
            max_length=4,
            description="How much later a second promise ends, in working time, by kind of channel; left out: as usual.",
        ),
    ] = {}
    lines: Texts = {}
    letters: Texts = {}
    tell_wait: Annotated[bool, Meta(description="On messengers, whoever writes is told how long it takes, or when it opens.")] = (
        False
    )
    wait_minutes: Annotated[int, Meta(ge=1, le=1440, description="Only of what takes longer.")] = 15
    waits: Annotated[Texts, Meta(description="The same in your own words; {{wait}} is the sentence that says it.")] = {}


class Promise(Struct, frozen=True, kw_only=True):
    """Something that was promised to a customer. What is settled never changes."""

    id: UUID
    kind: Kind
    number: Annotated[int, Meta(description="2: the other promise, when the first could not be kept.")]
    since: datetime
    made_at: datetime
    due_at: datetime
    target_seconds: Annotated[int, Meta(description="Of working time.")]
    rule: Annotated[str, Meta(description="Name of the target; empty: by nature of the channel.")]
    paused_at: datetime | None
    told_at: Annotated[datetime | None, Meta(description="When the customer was told.")]
    settled_at: datetime | None
    outcome: Literal["kept", "broken", "withdrawn"] | None
    why: str


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _policy(policy: Policy) -> PromisePolicy:
    targets = [
        shown(
            PromiseTarget, one, team_ids=one.teams, priorities=[PRIORITIES[number] for number in one.priorities],
            first_seconds=_seconds(one.first), next_seconds=_seconds(one.next), solution_seconds=_seconds(one.solution),
        )
        for one in policy.targets
    ]  # fmt: skip
    second = {pace: int(span.total_seconds()) for pace, span in policy.second.items()}
    steps = [shown(PromiseStep, one) for one in policy.steps]
    return shown(PromisePolicy, policy, targets=targets, steps=steps, second_seconds=second)


def _target(one: PromiseTarget) -> Target:
    return Target(
        id=one.id or new_id(), name=one.name, channels=tuple(one.channels), paces=tuple(one.paces), teams=tuple(one.team_ids),
        priorities=tuple(PRIORITY_NUMBERS[name] for name in one.priorities), vip=one.vip, first=_span(one.first_seconds),
        next=_span(one.next_seconds), solution=_span(one.solution_seconds),
    )  # fmt: skip


def _step(one: PromiseStep, before: Policy, now: datetime) -> Step:
    since = next((known.since for known in before.steps if known.id == one.id), now)
    return Step(
        id=one.id or new_id(), minutes=one.minutes, kinds=tuple(one.kinds), notify_assignee=one.notify_assignee,
        notify_leads=one.notify_leads, raise_priority=one.raise_priority, team_id=one.team_id, since=since,
    )  # fmt: skip


@get("/promise-policy", opt=READ, summary="Read what is promised", tags=["Desk"])
async def read_policy(services: GivenServices, caller: GivenCaller) -> PromisePolicy:
    """Targets in their order, escalation steps, pauses. Where no target fits, an answer is promised by nature of the channel."""
    async with services.database.work(caller.workspace_id) as work:
        return _policy(await policy_of(work))


@put("/promise-policy", opt=_WRITE, summary="Replace what is promised", tags=["Desk"])
async def replace_policy(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[PromisePolicy],
    idempotency_key: IdempotencyKey = None,
) -> PromisePolicy:
    """As a whole. It holds for what comes from then on; what is promised already is only ever brought forward."""

    async def act(work: UnitOfWork) -> PromisePolicy:
        def edit(before: Policy) -> Policy:
            if before.version != data.version:
                raise Conflict(message("Somebody else has changed the promises meanwhile. Please look again."))
            return Policy(
                targets=tuple(_target(one) for one in data.targets),
                steps=tuple(_step(one, before, work.clock.now()) for one in data.steps),
                pause_waiting=data.pause_waiting, pause_snoozed=data.pause_snoozed, vip_tag=data.vip_tag, vip_field=data.vip_field,
                tell_second=data.tell_second,
                second={pace: timedelta(seconds=seconds) for pace, seconds in data.second_seconds.items()},
                lines={str(code): text for code, text in data.lines.items()},
                letters={str(code): text for code, text in data.letters.items()}, tell_wait=data.tell_wait,
                wait_minutes=data.wait_minutes, waits={str(code): text for code, text in data.waits.items()}, version=before.version,
            )  # fmt: skip

        return _policy(await change_policy(work, "changed", edit))

    return await carried_out(request, services, caller, act, PromisePolicy)


def _promise(one: PromiseFacts) -> Promise:
    return shown(Promise, one, target_seconds=int(one.target.total_seconds()))


@get("/conversations/{conversation_id:uuid}/promises", opt=READ, summary="List promises", tags=["Conversations"])
async def list_promises(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> Page[Promise]:
    """What was promised in a conversation and what became of it, the newest first, fifty at most."""
    async with services.database.work(caller.workspace_id) as work:
        await conversation_facts(work, conversation_id)
        return Page(data=[_promise(one) for one in await history(work, conversation_id)])


handlers: Final = [read_policy, replace_policy, list_promises]
