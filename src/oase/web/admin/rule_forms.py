"""The forms of rules and macros: rows as they were sent become conditions and acts, and these become rows again.

all.0.what=team  all.0.how=is  all.0.values=<id>  all.0.values=<id>      act.3.do=snooze  act.3.number=2  act.3.unit=1440
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from litestar import Request

from oase.conversations.conditions import KINDS, Condition, Group
from oase.desk.automations import PASSED, Act, When
from oase.web.rulewords import UNITS, parted

AnyRequest = Request[Any, Any, Any]
Row = dict[str, Any]
_SPANS: Final = ("snooze", "promise")


class Sent:
    """What a form sent: single texts by name, and rows by their prefix, in their order."""

    def __init__(self, items: Iterable[tuple[str, object]]) -> None:
        self.texts: dict[str, str] = {}
        self.several: dict[str, list[str]] = defaultdict(list)
        self._rows: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(dict)
        for name, value in items:
            if not isinstance(value, str):
                continue
            kind, _, rest = name.partition(".")
            number, _, part = rest.partition(".")
            if part:
                self._rows[kind].setdefault(number, defaultdict(list))[part].append(value)
            else:
                self.texts[name] = value
                self.several[name].append(value)

    def rows(self, kind: str) -> list[dict[str, list[str]]]:
        """The rows of a list."""
        rows = self._rows[kind]
        return [rows[number] for number in sorted(rows, key=lambda one: (len(one), one))]


async def sent(request: AnyRequest) -> Sent:
    """The form of this request."""
    return Sent((await request.form()).multi_items())


def _one(row: Mapping[str, Sequence[str]], name: str) -> str:
    return (row.get(name) or [""])[-1].strip()


def _minutes(row: Mapping[str, Sequence[str]]) -> str:
    """A number and its unit in minutes; what is no number stays, so that it is complained about."""
    number, unit = _one(row, "number"), _one(row, "unit")
    return str(int(number) * int(unit)) if number.isdecimal() and len(number) < 7 and unit in UNITS else number


def read_when(form: Sent) -> When:
    """What sets the rule off."""
    what = form.texts.get("when", "")
    row = {"number": [form.texts.get("when_number", "")], "unit": [form.texts.get("when_unit", "1")]}
    minutes = _minutes(row)
    return When(
        what=what,  # type: ignore[arg-type]
        to=tuple(form.several.get("to", ())) if what == "state" else (),
        minutes=int(minutes) if what in PASSED and minutes.isdecimal() else 0,
    )


def read_groups(form: Sent) -> tuple[Group, ...]:
    """What must hold: one list of which all must, and one of which any must."""
    both = (("all", [_condition(one) for one in form.rows("all")]), ("any", [_condition(one) for one in form.rows("any")]))
    return tuple(Group(match=match, conditions=tuple(found)) for match, found in both)  # type: ignore[arg-type]


def _condition(row: Mapping[str, Sequence[str]]) -> Condition:
    what = _one(row, "what")
    kind = KINDS.get(what)
    values = tuple(row.get("values", ()))
    if kind is not None and kind.values in ("words", "tag", "field", "person_field"):
        values = tuple(word.strip() for one in values for word in one.split(","))
    elif kind is not None and kind.values == "minutes":
        values = (_minutes(row),)
    return Condition(what=what, how=_one(row, "how") or "is", values=values, key=_one(row, "key"))  # type: ignore[arg-type]


def read_acts(form: Sent) -> tuple[Act, ...]:
    """What is to be done."""
    return tuple(_act(one) for one in form.rows("act"))


def _act(row: Mapping[str, Sequence[str]]) -> Act:
    do, limit = _one(row, "do"), _one(row, "limit")
    value = _minutes(row) if do in _SPANS else _one(row, "value")
    return Act(do=do, value=value, limit=int(limit) if limit.isdecimal() else 1)  # type: ignore[arg-type]


def condition_rows(groups: Sequence[Group], match: str) -> list[Row]:
    """The rows of one of the two lists."""
    return [_condition_row(one) for group in groups if group.match == match for one in group.conditions]


def _condition_row(condition: Condition) -> Row:
    row: Row = {"what": condition.what, "how": condition.how, "key": condition.key, "values": list(condition.values)}
    if condition.what in KINDS and KINDS[condition.what].values == "minutes" and condition.values[0].isdecimal():
        row["number"], row["unit"] = parted(int(condition.values[0]))
    return row


def act_rows(acts: Sequence[Act]) -> list[Row]:
    """The rows of what is done."""
    rows = []
    for act in acts:
        row: Row = {"do": act.do, "value": act.value, "limit": act.limit}
        if act.do in _SPANS and act.value.isdecimal():
            row["number"], row["unit"] = parted(int(act.value))
        rows.append(row)
    return rows
