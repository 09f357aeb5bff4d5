"""Rules: tried on the past, and what became of them."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta, Struct

from oase.desk.automations import (
    Act,
    Do,
    Means,
    Outcome,
    Run,
    Trial,
    begin_trial,
    find_rule,
    find_trial,
    runs_of,
    step_trial,
)
from oase.kernel.db import UnitOfWork
from oase.web.api.conversations import Cursor, IdempotencyKey, Limit
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, before_of, carried_out, page_by_id
from oase.web.api.rule_shapes import WRITE, shown_act
from oase.web.api.shapes import shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]


class RuleTrial(Struct, frozen=True, kw_only=True):
    """What a rule would have hit in the past. Nothing is changed by it."""

    id: UUID
    rule_id: UUID
    version: Annotated[int, Meta(description="Of the rule: what was tried.")]
    began_at: datetime
    since: Annotated[datetime, Meta(description="How far back it looks.")]
    total: Annotated[int, Meta(description="Conversations of this time.")]
    looked: Annotated[int, Meta(description="How many it has looked at.")]
    hit_count: int
    hits: Annotated[list[UUID], Meta(description="The conversations that it would have hit, a thousand at most.")]
    done: bool


class RunAct(Struct, frozen=True, kw_only=True):
    """One thing that was done."""

    do: Do
    value: str


class RuleRun(Struct, frozen=True, kw_only=True):
    """That a rule was applied to a conversation, and what became of it."""

    id: UUID
    rule_id: UUID
    conversation_id: UUID
    at: datetime
    acts: list[RunAct]
    outcome: Annotated[
        Outcome, Meta(description="`waiting`: something is yet to be said; `stopped`: it would have set itself off again.")
    ]
    why: str
    chain: Annotated[list[UUID], Meta(description="The rules that led to it, the first one first.")]


def _trial(trial: Trial) -> RuleTrial:
    return shown(RuleTrial, trial)


def _run(run: Run) -> RuleRun:
    acts = [shown_act(Act(do=one["do"], value=one.get("value", ""))) for one in run.acts]
    return shown(RuleRun, run, acts=[RunAct(do=one.do, value=one.value) for one in acts])


@get("/rules/{rule_id:uuid}/runs", opt=WRITE, summary="Read what a rule did", tags=["Rules"])
async def list_runs(
    services: GivenServices, caller: GivenCaller, rule_id: FromPath[UUID], limit: Limit = 50, cursor: Cursor = None
) -> Page[RuleRun]:
    """The newest first; kept for 90 days, or as long as the workspace says."""
    async with services.database.work(caller.workspace_id) as work:
        await find_rule(work, rule_id)
        rows = await runs_of(work, rule_id, before=before_of(cursor), limit=limit + 1)
    return page_by_id([_run(one) for one in rows], limit)


@post("/rules/{rule_id:uuid}/trials", opt=WRITE, summary="Try a rule on the past", tags=["Rules"])
async def begin_a_trial(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    rule_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Response[RuleTrial]:
    """Of the last 30 days, as the rule is written now; takes the place of its trial before. Step it until it is done."""

    async def act(work: UnitOfWork) -> RuleTrial:
        return _trial(await begin_trial(work, rule_id))

    made = await carried_out(request, services, caller, act, RuleTrial)
    return Response(made, status_code=201, headers={"location": f"/api/v1/rules/{rule_id}/trials/{made.id}"})


@get("/rules/{rule_id:uuid}/trials/{trial_id:uuid}", opt=WRITE, summary="Read a trial", tags=["Rules"])
async def read_trial(
    services: GivenServices, caller: GivenCaller, rule_id: FromPath[UUID], trial_id: FromPath[UUID]
) -> RuleTrial:
    """How far it is, and what it found."""
    async with services.database.work(caller.workspace_id) as work:
        return _trial(await find_trial(work, rule_id, trial_id))


@post(
    "/rules/{rule_id:uuid}/trials/{trial_id:uuid}/step", opt=WRITE, status_code=200, summary="Go on with a trial", tags=["Rules"]
)
async def step(services: GivenServices, caller: GivenCaller, rule_id: FromPath[UUID], trial_id: FromPath[UUID]) -> RuleTrial:
    """Looks at up to 500 more conversations; repeat it until `done`."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        return _trial(await step_trial(work, Means(services.book, services.timetables), rule_id, trial_id))


handlers: Final = [list_runs, begin_a_trial, read_trial, step]
