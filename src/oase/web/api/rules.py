"""Rules: written, ordered, switched on and off."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.desk.automations import (
    Rule,
    RuleState,
    all_rules,
    find_rule,
    order_rules,
    remove_rule,
    save_rule,
    switch_rule,
)
from oase.kernel.db import UnitOfWork
from oase.web.api.conversations import IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.rule_shapes import (
    WRITE,
    Acts,
    Groups,
    RuleWhen,
    named_as_sent,
    sent_acts,
    sent_groups,
    sent_when,
    shown_acts,
    shown_groups,
    shown_when,
)
from oase.web.api.shapes import shown
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, Meta(min_length=1, max_length=120, examples=["Reparatur"])]
Stop = Annotated[bool, Meta(description="The rules below it are not asked about the same event.")]


class AutomationRule(Struct, frozen=True, kw_only=True):
    """When something happens (or time passes), if the conversation fits, then something is done."""

    id: UUID
    name: str
    position: Annotated[int, Meta(description="Rules are asked from the lowest to the highest.")]
    state: Annotated[RuleState, Meta(description="A new one is a `draft`; `broken`: it names something that is gone.")]
    why: Annotated[str, Meta(description="Why it is broken.")]
    when: RuleWhen
    groups: Groups
    acts: Acts
    stop: Stop
    version: Annotated[int, Meta(description="Counts its changes.")]
    on_since: datetime | None
    changed_at: datetime


class NewRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to be written."""

    name: Name
    when: RuleWhen
    groups: Groups = []
    acts: Acts
    stop: Stop = False


class RuleChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays. Lists are replaced."""

    name: Name | UnsetType = UNSET
    when: RuleWhen | UnsetType = UNSET
    groups: Groups | UnsetType = UNSET
    acts: Acts | UnsetType = UNSET
    stop: Stop | UnsetType = UNSET


class RuleSwitch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a rule is applied."""

    on: bool


class RuleOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules in their order."""

    rule_ids: Annotated[list[UUID], Meta(max_length=200, description="Those that are left out come after, as they were.")]


def _rule(rule: Rule) -> AutomationRule:
    parts = {"when": shown_when(rule.when), "groups": shown_groups(rule.groups), "acts": shown_acts(rule.acts)}
    return shown(AutomationRule, rule, **parts)


@get("/rules", opt=WRITE, summary="List rules", tags=["Rules"])
async def list_rules(services: GivenServices, caller: GivenCaller) -> Page[AutomationRule]:
    """In their order; there are 200 at most."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_rule(one) for one in await all_rules(work)])


@get("/rules/{rule_id:uuid}", opt=WRITE, summary="Read a rule", tags=["Rules"])
async def read_rule(services: GivenServices, caller: GivenCaller, rule_id: FromPath[UUID]) -> AutomationRule:
    """One rule."""
    async with services.database.work(caller.workspace_id) as work:
        return _rule(await find_rule(work, rule_id))


@post("/rules", opt=WRITE, summary="Write a rule", tags=["Rules"])
async def create_rule(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewRule],
    idempotency_key: IdempotencyKey = None,
) -> Response[AutomationRule]:
    """It is a draft, at the end of the list; try it on the past, then switch it on."""

    async def act(work: UnitOfWork) -> AutomationRule:
        return await _save(work, services, data, None)

    made = await carried_out(request, services, caller, act, AutomationRule)
    return Response(made, status_code=201, headers={"location": f"/api/v1/rules/{made.id}"})


async def _save(work: UnitOfWork, services: Services, data: NewRule, rule_id: UUID | None) -> AutomationRule:
    with named_as_sent():
        saved = await save_rule(
            work, services.book, name=data.name, when=sent_when(data.when), groups=sent_groups(data.groups),
            acts=sent_acts(data.acts), stop=data.stop, rule_id=rule_id,
        )  # fmt: skip
    return _rule(saved)


@patch("/rules/{rule_id:uuid}", opt=WRITE, summary="Change a rule", tags=["Rules"])
async def change_rule(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    rule_id: FromPath[UUID],
    data: JSONBody[RuleChanges],
    idempotency_key: IdempotencyKey = None,
) -> AutomationRule:
    """One that is on stays on; one that was broken is off afterwards."""

    async def act(work: UnitOfWork) -> AutomationRule:
        before = _rule(await find_rule(work, rule_id))
        names = NewRule.__struct_fields__
        after = {name: getattr(before, name) if getattr(data, name) is UNSET else getattr(data, name) for name in names}
        return await _save(work, services, NewRule(**after), rule_id)

    return await carried_out(request, services, caller, act, AutomationRule)


@post("/rules/{rule_id:uuid}/switch", opt=WRITE, status_code=200, summary="Switch a rule on or off", tags=["Rules"])
async def switch(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    rule_id: FromPath[UUID],
    data: JSONBody[RuleSwitch],
    idempotency_key: IdempotencyKey = None,
) -> AutomationRule:
    """It is asked about what happens from then on. One that names something that is gone is refused with 409."""

    async def act(work: UnitOfWork) -> AutomationRule:
        await switch_rule(work, services.book, rule_id, on=data.on)
        return _rule(await find_rule(work, rule_id))

    return await carried_out(request, services, caller, act, AutomationRule)


@put("/rules/order", opt=WRITE, summary="Order the rules", tags=["Rules"])
async def put_in_order(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[RuleOrder],
    idempotency_key: IdempotencyKey = None,
) -> Page[AutomationRule]:
    """Each sees what those above it did. An id that is not known is refused with 404. Gives the rules in their new order."""

    async def act(work: UnitOfWork) -> Page[AutomationRule]:
        for one in set(data.rule_ids) - {rule.id for rule in await all_rules(work)}:
            await find_rule(work, one)
        await order_rules(work, data.rule_ids)
        return Page(data=[_rule(one) for one in await all_rules(work)])

    return await carried_out(request, services, caller, act, Page[AutomationRule])


@delete("/rules/{rule_id:uuid}", opt=WRITE, summary="Delete a rule", tags=["Rules"])
async def delete_rule(services: GivenServices, caller: GivenCaller, rule_id: FromPath[UUID]) -> None:
    """With its log; what it did stays."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_rule(work, rule_id)


handlers: Final = [list_rules, read_rule, create_rule, change_rule, switch, put_in_order, delete_rule]
