"""The house rules of code, held by reading it: what each finds in the house (nothing), in a bad example and in a good one."""

import ast
from functools import cache

import pytest

from .rules import EXCEPTIONS, LONGEST_FILE, RULES, SOURCE, sources

EXAMPLES = {
    "commits": ('async def a(c):\n    await c.execute(b"COMMIT")', 'async def a(c):\n    await c.execute(b"SELECT 1")'),
    "lost_cancellations": (
        "async def a(event):\n    await asyncio.wait_for(event.wait(), 1)",
        "async def a(event):\n    async with asyncio.timeout(1):\n        await event.wait()",
    ),
    "clocks": ("from datetime import datetime\nx = datetime.now()", "import time\nx = time.monotonic()"),
    "network_inside_work": (
        "async def a(d, outside):\n    async with d.work(w) as work:\n        await outside.send(1)",
        "async def a(d, outside):\n    async with d.work(w) as work:\n        await work.run('')\n    await outside.send(1)",
    ),
    "html_in_fstrings": ('x = f"<b>{name}</b>"', 'x = f"{a} < {b} and {c} > {d}"'),
    "foreign_modules": ("from oase.people.repository import find", "from oase.people import recognise\nfrom oase.kernel.db import x"),
    "missing_docstrings": ('"""A module."""\ndef a():\n    return 1', '"""A module."""\ndef a():\n    """Gives one."""\n    return 1'),
}  # fmt: skip

pytestmark = pytest.mark.xdist_group("sources")  # they are read once


def test_what_is_grouped_stays_with_one_worker(request: pytest.FixtureRequest) -> None:
    """Programs that are started once for a group would be started by each worker."""
    grouped = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@sources") == grouped


@cache
def trees() -> dict[str, ast.Module]:
    """Every file of the house."""
    return {path: ast.parse(text) for path, text in sources()}


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_the_rule(name: str) -> None:
    excused = EXCEPTIONS[name]
    found = {path: RULES[name](tree, path) for path, tree in trees().items() if path not in excused}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", RULES)
def test_the_rule_finds_the_bad_example_and_passes_the_good_one(name: str) -> None:
    bad, good = EXAMPLES[name]
    assert RULES[name](ast.parse(bad), "oase/conversations/example.py")
    assert not RULES[name](ast.parse(good), "oase/conversations/example.py")


@pytest.mark.parametrize("name", RULES)
def test_whoever_is_excused_from_the_rule_still_needs_it(name: str) -> None:
    for path in EXCEPTIONS[name]:
        assert RULES[name](trees()[path], path), f"{path} keeps the rule by now"


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    assert {path: text.count("\n") for path, text in sources() if text.count("\n") > LONGEST_FILE} == {}


def test_every_change_has_its_fragment_in_the_users_words() -> None:
    fragments = sorted((SOURCE.parent / "changes").glob("*.md"))
    assert fragments
    assert [one.name for one in fragments if len(one.read_text().split()) < 5] == []
