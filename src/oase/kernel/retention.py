"""How long things are kept: rules that the slices declare, lengths that the workspace chooses, and the sweep that keeps to them.

    slices: Rule(count, sweep) --main/keeping.py--> all rules       workspace.settings["retention"] = {rule: length}
    clockwork --sweep--> batch after batch, each a transaction with its entry in the audit log, until nothing is too old

A length of None keeps things for ever. Rules about what customers said have no length until somebody chooses one.
"""

import calendar
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, message

KEY: Final = "retention"
"""Where the lengths stand in the settings of a workspace."""
LONGEST: Final = {"days": 3650, "months": 360}
_COUNTED: Final = 10_000
_BATCH: Final = 200
_BATCHES: Final = 25  # of one rule in one turn: whatever is left waits for the next


class Rule(Struct, frozen=True, kw_only=True):
    """One kind of thing that may go when it is old. `tables` are those whose rows it deletes by age."""

    id: str
    name: Message
    meaning: Message  # what goes, and what does not
    advice: Message
    unit: Literal["days", "months"]
    default: int | None
    least: int
    tables: tuple[str, ...]
    count: Callable[[UnitOfWork, datetime, int], Awaitable[int]]  # (work, before, at most)
    sweep: Callable[[UnitOfWork, datetime, int], Awaitable[int]]  # one batch, in the order of ids


class Due(Struct, frozen=True, kw_only=True):
    """What a length would delete today; with `more` it is more than that."""

    rule: Rule
    length: int | None
    count: int
    more: bool = False


def lengths(rules: Sequence[Rule], settings: Mapping[str, Any]) -> dict[str, int | None]:
    """What holds for each rule: the workspace's choice, or the default."""
    chosen = settings.get(KEY) or {}
    return {rule.id: chosen.get(rule.id, rule.default) for rule in rules}


def read_length(rule: Rule, text: str) -> int | None:
    """A length as it was typed; empty means for ever. Raises Invalid."""
    if not text.strip():
        return None
    number = int(text) if text.strip().isdecimal() else 0
    if not rule.least <= number <= LONGEST[rule.unit]:
        said = message(
            "Please enter a whole number from %(least)s to %(most)s, or nothing.", least=rule.least, most=LONGEST[rule.unit]
        )
        raise Invalid(said, field=rule.id)
    return number


def before(rule: Rule, length: int, now: datetime) -> datetime:
    """Whatever is older than this moment goes. Months are those of the calendar."""
    if rule.unit == "days":
        return now - timedelta(days=length)
    month = now.year * 12 + now.month - 1 - length
    year, month = divmod(month, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


async def due(work: UnitOfWork, rules: Sequence[Rule], wanted: Mapping[str, int | None]) -> list[Due]:
    """What these lengths would delete today; counted up to ten thousand."""
    found = []
    for rule in rules:
        length = wanted[rule.id]
        count = await rule.count(work, before(rule, length, work.clock.now()), _COUNTED + 1) if length is not None else 0
        found.append(Due(rule=rule, length=length, count=min(count, _COUNTED), more=count > _COUNTED))
    return found


async def sweep(database: Database, workspace_id: UUID, rules: Sequence[Rule], settings: Mapping[str, Any]) -> int:
    """Deletes what is too old in a workspace, in small transactions; gives the number of things."""
    total = 0
    for rule in rules:
        length = lengths([rule], settings)[rule.id]
        for _ in range(_BATCHES if length is not None else 0):
            async with database.work(workspace_id) as work:
                count = await rule.sweep(work, before(rule, length or 0, work.clock.now()), _BATCH)
                if count:
                    work.audit("retention.swept", subject="retention", rule=rule.id, name=str(rule.name), count=count)
            total += count
            if count < _BATCH:
                break
    return total
