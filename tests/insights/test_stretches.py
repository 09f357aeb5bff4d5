"""When somebody waited, from what was said: pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oase.insights.readmodels.rules import stretches, sure_since
from oase.insights.readmodels.types import Entry, Stretch, Talk

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def talk(*steps: tuple[Any, ...], owes: bool = True, public: bool = False, cut: bool = False) -> Talk:
    """A conversation from (what, minute) or (what, minute, changes)."""
    entries = []
    for number, (part, minute, *changes) in enumerate(steps):
        at = NOON + timedelta(minutes=minute)
        given = {"said_at": at, "moment": at, "channel": "whatsapp", **(changes[0] if changes else {})}
        entries.append(Entry(id=UUID(int=number), part=part, **given))
    last = entries[-1].said_at if entries else NOON
    return Talk(
        id=UUID(int=99), public=public, team_id=None, owes=owes, due_at=None, last_at=last, entries=tuple(entries), cut=cut
    )


def told(*found: Stretch) -> list[tuple[int, str, str, float | None]]:
    """Number of the message it began with, kind, outcome, minutes."""
    return [
        (one.id.int, one.kind, one.outcome, (one.ended_at - one.asked_at).total_seconds() / 60 if one.ended_at else None)
        for one in found
    ]


@pytest.mark.parametrize(
    ("conversation", "wanted"),
    [
        (talk(("question", 0), ("answer", 7)), [(0, "first", "answered", 7)]),
        (talk(("question", 0), ("question", 3), ("answer", 7), ("answer", 8)), [(0, "first", "answered", 7)]),
        (
            talk(("question", 0), ("answer", 7), ("question", 20), ("answer", 21)),
            [(0, "first", "answered", 7), (2, "next", "answered", 1)],
        ),
        (talk(("question", 0)), [(0, "first", "waiting", None)]),
        (talk(("question", 0), ("leaving", 2), owes=False), [(0, "first", "waiting", None)]),
        (talk(("question", 0), ("end", 5)), [(0, "first", "closed", 5)]),
        (
            talk(("question", 0), ("end", 5), ("question", 9), ("answer", 10)),
            [(0, "first", "closed", 5), (2, "first", "answered", 1)],
        ),
        (talk(("answer", 0), ("question", 4), ("answer", 6)), [(1, "next", "answered", 2)]),
        (talk(("question", 0, {"taken_back": True})), [(0, "first", "closed", 0)]),
        (talk(("question", 0), owes=False), [(0, "first", "closed", 0)]),
        (talk(), []),
    ],
)
def test_a_stretch_goes_from_the_first_question_to_the_answer(conversation: Talk, wanted: list[Any]) -> None:
    assert told(*stretches(conversation)) == wanted


def test_an_answer_counts_when_it_has_left_and_settles_what_was_asked_before_it_was_said() -> None:
    late = {"moment": NOON + timedelta(minutes=30)}
    found = stretches(talk(("question", 0), ("answer", 2, late), ("question", 5), owes=True))
    assert told(*found) == [(0, "first", "answered", 30), (2, "next", "waiting", None)]


def test_nobody_waits_less_than_no_time() -> None:
    ahead = {"moment": NOON + timedelta(minutes=4)}
    assert told(*stretches(talk(("question", 0, ahead), ("answer", 3)))) == [(0, "first", "answered", 0)]


def test_of_a_conversation_that_is_cut_only_what_surely_begins_there_counts() -> None:
    conversation = talk(("question", 0), ("answer", 1), ("question", 2), ("answer", 5), cut=True)
    assert told(*stretches(conversation)) == [(2, "next", "answered", 3)]
    assert sure_since(conversation) == NOON + timedelta(minutes=1)


def test_in_public_each_asker_waits_alone() -> None:
    a, b = {"thread": "1 a"}, {"thread": "1 b"}
    found = stretches(talk(("question", 0, a), ("question", 1, b), ("answer", 4, a), public=True))
    assert told(*found) == [(0, "first", "answered", 4), (1, "first", "waiting", None)]


def test_what_asked_nothing_in_public_waits_for_nothing() -> None:
    found = stretches(talk(("question", 0, {"owed": False, "thread": "1 a"}), ("question", 1, {"thread": "1 a"}), public=True))
    assert told(*found) == [(1, "first", "waiting", None)]
