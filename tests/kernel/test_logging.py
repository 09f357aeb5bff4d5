"""What the logs show, and what they never show."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from oase.kernel.ids import new_id
from oase.kernel.logging import bound, set_up
from oase.kernel.secrets import Secret

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging as it was before, for the tests that come after."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def lines() -> Lines:
    stream = io.StringIO()
    set_up(form="json", level="info", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_ids_that_it_belongs_to(lines: Lines) -> None:
    workspace = new_id()
    with bound(workspace_id=workspace, request_id="r-1"):
        structlog.get_logger("oase.intake").info("Eingang übernommen", count=3)
    (line,) = lines()
    assert {name: line[name] for name in ("event", "count", "workspace_id", "request_id", "level", "logger")} == {
        "event": "Eingang übernommen",
        "count": 3,
        "workspace_id": str(workspace),
        "request_id": "r-1",
        "level": "info",
        "logger": "oase.intake",
    }
    assert str(line["timestamp"]).endswith("Z")


def test_secrets_are_masked_at_any_depth(lines: Lines) -> None:
    structlog.get_logger().info(
        "Anschluss",
        value=Secret("geheim"),
        access_token="geheim",
        headers={"Authorization": "Bearer geheim", "X-Api-Key": "geheim", "Accept": "*/*"},
        accounts=[{"password": "geheim", "name": "support@"}],
    )
    (line,) = lines()
    assert "geheim" not in json.dumps(line)
    assert line["headers"] == {"Authorization": "***", "X-Api-Key": "***", "Accept": "*/*"}
    assert line["accounts"] == [{"password": "***", "name": "support@"}]


def test_lines_of_other_libraries_take_the_same_way(lines: Lines) -> None:
    with bound(request_id="r-2"):
        logging.getLogger("procrastinate.worker").warning("Job %s failed", 7)
        logging.getLogger("uvicorn.error").error("boom")
    assert [(line["event"], line["logger"], line["request_id"]) for line in lines()] == [
        ("Job 7 failed", "procrastinate.worker", "r-2"),
        ("boom", "uvicorn.error", "r-2"),
    ]


def test_lines_below_the_level_are_not_written(lines: Lines) -> None:
    structlog.get_logger("oase").debug("leise")
    logging.getLogger("oase").debug("leise")
    assert lines() == []


def test_an_exception_is_one_line_with_its_traceback(lines: Lines) -> None:
    try:
        raise ValueError("kaputt")
    except ValueError:
        structlog.get_logger("oase").exception("Fehler")
    (line,) = lines()
    assert "ValueError: kaputt" in str(line["exception"])


def test_text_is_for_people() -> None:
    stream = io.StringIO()
    set_up(form="text", stream=stream)
    structlog.get_logger("oase").info("Läuft", port=8420)
    assert "Läuft" in stream.getvalue()
    assert "port=8420" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
