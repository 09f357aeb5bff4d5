"""Whether what was given makes a rule or a macro: pure, with sentences that say what is wrong and where."""

from collections.abc import Sequence
from typing import Final, get_args
from uuid import UUID

import msgspec

from oase.conversations import PRIORITIES, STATES
from oase.conversations.conditions import KINDS, Condition, Group
from oase.desk.automations.references import References, missing
from oase.desk.automations.types import PASSED, Act, Do, What, When
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

MOST_RULES: Final = 200
_MOST_CONDITIONS: Final = 40
_MOST_ACTS: Final = 20
_MOST_VALUES: Final = 50
_WORD_CHARACTERS: Final = 120
_NOTE_CHARACTERS: Final = 4_000
_MOST_MINUTES: Final = 366 * 24 * 60
MOST_ANSWERS: Final = 5


def check_rule(when: When, groups: Sequence[Group], acts: Sequence[Act], there: References) -> None:
    """Raises Invalid: field `when`, `group-0-1` (group, condition), `act-0` (which act), or `acts`."""
    if when.what not in get_args(What):
        raise Invalid(message("Please choose what sets the rule off."), field="when")
    if when.what in PASSED and when.what != "overdue" and not 1 <= when.minutes <= _MOST_MINUTES:
        raise Invalid(message("Please say how much time is to pass: at most a year."), field="when")
    if any(one not in STATES for one in when.to):
        raise Invalid(message("There is no such state."), field="when")
    if sum(len(one.conditions) for one in groups) > _MOST_CONDITIONS:
        raise Invalid(message("A rule may have %(n)s conditions at most.", n=_MOST_CONDITIONS), field="groups")
    for place, group in enumerate(groups):
        for number, condition in enumerate(group.conditions):
            _check_condition(condition, f"group-{place}-{number}", there)
    check_acts(acts, there)


def _check_condition(condition: Condition, field: str, there: References) -> None:
    kind = KINDS.get(condition.what)
    if kind is None or condition.how not in kind.hows:
        raise Invalid(message("There is no such condition."), field=field)
    values = [one for one in condition.values if one.strip()]
    if not values or len(values) > _MOST_VALUES:
        raise Invalid(message("Please choose or enter something here."), field=field)
    if any(len(one) > _WORD_CHARACTERS for one in values):
        raise Invalid(message("This is too long: %(n)s characters at most.", n=_WORD_CHARACTERS), field=field)
    if kind.values == "words" and not all(any(sign.isalnum() for sign in one) for one in values):
        raise Invalid(message("Please enter words."), field=field)
    if kind.values in ("number", "minutes") and not (len(values) == 1 and values[0].isdecimal() and len(values[0]) < 8):
        raise Invalid(message("Please enter a whole number."), field=field)
    if why := missing([Group(conditions=(condition,))], (), there):
        raise Invalid(why, field=field)


def check_acts(acts: Sequence[Act], there: References) -> None:
    """Raises Invalid: field `acts`, or `act-0` for the one that is wrong."""
    if not acts:
        raise Invalid(message("Please say what is to be done."), field="acts")
    if len(acts) > _MOST_ACTS:
        raise Invalid(message("At most %(n)s things can be done at once.", n=_MOST_ACTS), field="acts")
    for place, act in enumerate(acts):
        if act.do not in get_args(Do):
            raise Invalid(message("There is no such act."), field=f"act-{place}")
        if not _is_good(act):
            raise Invalid(message("Please choose or enter something here."), field=f"act-{place}")
        if why := missing((), [act], there):
            raise Invalid(why, field=f"act-{place}")


def _is_good(act: Act) -> bool:
    value = act.value
    if act.do in ("assign", "team"):
        return not value or _is_id(value)
    if act.do in ("answer", "webhook"):
        return _is_id(value) and 1 <= act.limit <= MOST_ANSWERS
    if act.do == "priority":
        return value in map(str, PRIORITIES)
    if act.do == "state":
        return value in ("open", "waiting", "solved")
    if act.do == "snooze_until_open":
        return not value
    if act.do == "target":
        return not value or _is_id(value)
    if act.do in ("snooze", "promise"):
        return value.isdecimal() and 1 <= int(value) <= _MOST_MINUTES
    return bool(value.strip()) and len(value) <= (_NOTE_CHARACTERS if act.do == "note" else 40)


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def plain(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups without empty values, empty conditions and empty groups."""
    found = []
    for group in groups:
        kept = [msgspec.structs.replace(one, values=tuple(dict.fromkeys(filter(None, map(str.strip, one.values)))))
                for one in group.conditions]  # fmt: skip
        if kept:
            found.append(msgspec.structs.replace(group, conditions=tuple(kept)))
    return tuple(found)
