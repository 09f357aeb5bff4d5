"""What was asked and answered while nobody followed: the history is made of the messages. Pure.

    promised ─┐      ┌─ asked ─ answered ─┐   ┌─ asked ─ (waits)
    ──────────┴ gap ─┴─────── past ───────┴───┴─ promised as always

It says by when an answer would have been promised by what holds now; `made_at` says that it was written afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from oase.conversations import Turn
from oase.desk.promises.rules import USUAL, Case, due_after, may_come_back, promised
from oase.desk.promises.types import Kind, Outcome, Past, Policy, Why

MOST_TURNS: Final = 200
"""So many turns of one conversation are looked at in a batch."""

Span = tuple[datetime, datetime | None]
_Stretch = tuple[Turn, Turn, Kind]


def missed(
    cases: Sequence[Case], turns: Sequence[Turn], spans: Mapping[UUID, Sequence[Span]], policy: Policy, now: datetime
) -> list[Past]:
    """The stretches of waiting that these turns show, that are over, and of which no promise tells.

    What was answered a moment ago and can still be taken back stands, and is settled like everything that stands.
    """
    said: dict[UUID, list[Turn]] = {}
    for turn in turns:
        said.setdefault(turn.conversation_id, []).append(turn)
    found = []
    for case in cases:
        turns = said.get(case.owed.id, [])
        undoable = turns[-1] if turns and may_come_back(case.owed, now) else None
        for asked, ended, kind in _stretches(turns):
            if not any(_covers(span, asked.at, ended.at) for span in spans.get(case.owed.id, ())):
                found.append(_past(case, policy, asked, None if ended is undoable else ended, kind))
    return found


def _stretches(turns: Sequence[Turn]) -> Iterator[_Stretch]:
    asked: Turn | None = None
    answered = bool(turns) and turns[0].answered_before
    for turn in turns:
        if turn.what == "asked":
            asked = asked or turn
            continue
        if asked is not None:
            yield asked, turn, "next" if answered else "first"
        asked, answered = None, answered or turn.what == "answered"


def _covers(span: Span, asked: datetime, ended: datetime) -> bool:
    since, until = span
    return since == asked or (since <= ended and (until is None or until > asked))


def _past(case: Case, policy: Policy, asked: Turn, ended: Turn | None, kind: Kind) -> Past:
    spoken, rule = promised(policy, kind, case.circumstances)
    amount = spoken or USUAL[case.circumstances.pace]
    due, never_open = due_after(case.timetable, asked.at, amount)
    outcome: Outcome | None = None
    why: Why | Literal[""] = ""
    if ended is not None:
        outcome, why = _outcome(due, ended)
    return Past(
        id=asked.id, conversation_id=case.owed.id, kind=kind, since=asked.at, due_at=due, target=amount, rule=rule,
        made_of=case.circumstances, never_open=never_open, settled_at=ended.at if ended else None, outcome=outcome, why=why,
    )  # fmt: skip


def _outcome(due: datetime, ended: Turn) -> tuple[Outcome, Why]:
    answered = ended.what == "answered"
    return "broken" if due < ended.at else "kept" if answered else "withdrawn", "answered" if answered else "closed"
