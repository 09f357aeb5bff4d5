"""The line that says how long an answer takes: never less than was foretold, in the visitor's language."""

import pytest

from oase.desk.routing import Expected
from oase.kernel.i18n import translator
from oase.web.widget import wait_line


@pytest.mark.parametrize(
    ("p90", "usually", "at_once", "german", "english"),
    [
        (20.0, True, True, "Antwort meist innerhalb von 1 Minute", "Usually replies within 1 minute"),
        (401.0, True, False, "Antwort meist innerhalb von 7 Minuten", "Usually replies within 7 minutes"),
        (420.0, False, False, "Antwort innerhalb von 7 Minuten", "Replies within 7 minutes"),
        (7_201.0, False, False, "Antwort innerhalb von 3 Stunden", "Replies within 3 hours"),
    ],
)
def test_a_wait_is_rounded_up(p90: float, usually: bool, at_once: bool, german: str, english: str) -> None:
    expected = Expected(p50=10.0, p90=p90, usually=usually, at_once=at_once)
    assert (wait_line(expected, translator("de")), wait_line(expected, translator("en"))) == (german, english)


def test_nothing_is_said_of_what_nobody_foretells() -> None:
    assert wait_line(None, translator("de")) == ""
