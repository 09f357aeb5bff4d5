"""Lines of the timeline: moments are as near as they were when the line was written."""

from datetime import UTC, datetime

import pytest

from oase.kernel.i18n import translator
from oase.web.inbox.sentences import event_text

AT = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("language", "due", "line"),
    [
        ("de", "2026-11-27T17:05:00+00:00", "Fällig 18:05: die Priorität wurde erhöht"),
        ("de", "2026-11-30T08:00:00+00:00", "Fällig Mo 09:00: die Priorität wurde erhöht"),
        ("en", "2026-11-30T08:00:00+00:00", "Due Mon 9:00 AM: the priority was raised"),
        ("en", "2027-01-04T08:00:00+00:00", "Due Jan 4, 9:00 AM: the priority was raised"),
        ("en", "soon", "Due soon: the priority was raised"),
    ],
)
def test_a_moment_of_the_same_day_needs_no_date(language: str, due: str, line: str) -> None:
    reader = translator(language, "Europe/Berlin")
    said = event_text("escalated", "", {"due": due, "did": ["priority"]}, AT, reader)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == line


@pytest.mark.parametrize(
    ("why", "line"),
    [
        ("unreached", "Die Antwort kam nicht an, darum ist das Gespräch offen"),
        ("unclear", "Wir wissen nicht, ob die Antwort ankam, darum ist das Gespräch offen"),
    ],
)
def test_the_line_says_whether_an_answer_failed_or_nobody_can_tell(why: str, line: str) -> None:
    assert event_text("unreached", "", {"why": why}, AT, translator("de", "Europe/Berlin")) == line
