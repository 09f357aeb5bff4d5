"""Rules and macros as programs see them: priorities by name, everything else by id; and what they send as the slice takes it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from oase.conversations.conditions import KINDS, NONE, Condition, Group, How
from oase.desk.automations import ME, Act, Do, What, When
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission
from oase.web.api.shapes import PRIORITIES, PRIORITY_NUMBERS, ConversationState

WRITE: Final = {"permission": Permission.AUTOMATION_WRITE, "api": True}
_PRIORITY: Final = "priority"
_FIELDS: Final = (
    (re.compile(r"^group-(\d+)-(\d+)$"), r"groups.\1.conditions.\2"),
    (re.compile(r"^act-(\d+)$"), r"acts.\1"),
    (re.compile(r"^team$"), "team_id"),
)
_ASKED: Final = "; ".join(f"`{what}` ({', '.join(kind.hows)}; {kind.values})" for what, kind in KINDS.items())
Value = Annotated[str, Meta(min_length=1, max_length=120)]


class RuleWhen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sets a rule off: something happens, or time passes."""

    what: What
    to: Annotated[list[ConversationState], Meta(max_length=4, description="Of `state`: to one of these; none: to any.")] = []
    minutes: Annotated[int, Meta(ge=0, le=527_040, description="Of those that time sets off: how much passed, or is left.")] = 0


class RuleCondition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that must hold."""

    what: Annotated[str, Meta(max_length=40, description=f"What is asked (how; with what values): {_ASKED}.")]
    how: How = "is"
    values: Annotated[
        list[Value], Meta(min_length=1, max_length=50, description=f"Alternatives. `{NONE}`: no team, agent or language.")
    ]
    key: Annotated[str, Meta(max_length=120, description="Of `field` and `person_field`: which one.")] = ""


class RuleGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions of which all must hold, or any."""

    match: Literal["all", "any"] = "all"
    conditions: Annotated[list[RuleCondition], Meta(min_length=1, max_length=40)]


class RuleAct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do."""

    do: Do
    value: Annotated[
        str,
        Meta(
            max_length=4000,
            description="A tag's name; the id of an agent, team, snippet or webhook (empty: nobody, no team); a priority, a state,"
            " minutes of sleep, minutes of working time (`promise`), the id of a target of the promises (empty: as they say), the"
            f" words of a note. In macros `{ME}` is the agent who runs it.",
        ),
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=5, description="Of `answer`: so often in a conversation within 24 hours.")] = 1


Groups = Annotated[list[RuleGroup], Meta(max_length=10, description="All must hold; none: always.")]
Acts = Annotated[list[RuleAct], Meta(max_length=20, description="From first to last; at least one.")]


def _out(what: str, value: str) -> str:
    return PRIORITIES[int(value)] if what == _PRIORITY else value


def _in(what: str, value: str) -> str:
    return str(PRIORITY_NUMBERS.get(value, value)) if what == _PRIORITY else value  # type: ignore[call-overload]


def shown_groups(groups: Sequence[Group]) -> list[RuleGroup]:
    """What must hold, for programs."""
    return [RuleGroup(match=group.match, conditions=[_condition(one) for one in group.conditions]) for group in groups]


def _condition(one: Condition) -> RuleCondition:
    return RuleCondition(what=one.what, how=one.how, values=[_out(one.what, value) for value in one.values], key=one.key)


def shown_acts(acts: Sequence[Act]) -> list[RuleAct]:
    """What is done, for programs."""
    return [shown_act(one) for one in acts]


def shown_act(one: Act) -> RuleAct:
    """One act, for programs."""
    return RuleAct(do=one.do, value=_out(one.do, one.value), limit=one.limit)


def shown_when(when: When) -> RuleWhen:
    """What sets a rule off, for programs."""
    return RuleWhen(what=when.what, to=list(when.to), minutes=when.minutes)  # type: ignore[arg-type]


def sent_groups(groups: Sequence[RuleGroup]) -> tuple[Group, ...]:
    """What a program says must hold."""
    return tuple(Group(match=group.match, conditions=tuple(_sent(one) for one in group.conditions)) for group in groups)


def _sent(one: RuleCondition) -> Condition:
    return Condition(what=one.what, how=one.how, values=tuple(_in(one.what, value) for value in one.values), key=one.key)


def sent_acts(acts: Sequence[RuleAct]) -> tuple[Act, ...]:
    """What a program says is to be done."""
    return tuple(Act(do=one.do, value=_in(one.do, one.value), limit=one.limit) for one in acts)


def sent_when(when: RuleWhen) -> When:
    """What a program says sets the rule off."""
    return When(what=when.what, to=tuple(when.to), minutes=when.minutes)


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Mistakes are named by their place in what was sent."""
    try:
        yield
    except Invalid as error:
        field = error.field
        for theirs, ours in _FIELDS:
            field = theirs.sub(ours, field)
        raise Invalid(error.args[0], field=field) from error
