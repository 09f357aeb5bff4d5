"""Rules that would set each other off for ever are found before they do; those that end by themselves are left alone."""

from datetime import UTC, datetime

import pytest

from oase.desk.automations import Act, Rule, When, circles
from oase.kernel.ids import new_id


def rule(name: str, when: When, *acts: Act, state: str = "on") -> Rule:
    return Rule(
        id=new_id(), name=name, position=1, state=state, when=when, groups=(), acts=acts, stop=False, why="", version=1,  # type: ignore[arg-type]
        on_since=None, checked_until=None, changed_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip


OPENED, SOLVED = When(what="state", to=("open",)), When(what="state", to=("solved",))
TO_A, TO_B = Act(do="team", value="a"), Act(do="team", value="b")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule("Zu", OPENED, Act(do="state", value="solved")), rule("Auf", SOLVED, Act(do="state", value="open"))], [["Zu", "Auf"]]),
        ([rule("Zu", OPENED, Act(do="state", value="solved"))], []),
        ([rule("A", When(what="team"), TO_A), rule("B", When(what="team"), TO_B)], [["A", "B"]]),
        ([rule("A", When(what="team"), TO_A), rule("B", When(what="team"), TO_B, state="draft")], []),
        ([rule("A", When(what="tags"), Act(do="tag", value="x")), rule("B", When(what="tags"), Act(do="tag", value="y"))], []),
        ([rule("A", When(what="tags"), Act(do="tag", value="x")), rule("B", When(what="tags"), Act(do="untag", value="x"))], [["A", "B"]]),
        ([rule("A", When(what="tags"), TO_A), rule("B", When(what="priority"), TO_B)], []),
    ],
)  # fmt: skip
def test_circles(rules: list[Rule], found: list[list[str]]) -> None:
    assert [[one.name for one in circle] for circle in circles(rules)] == found
