"""Calls of the adapter and its recordings are as the machine-readable description of the Bot API says."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.channels.test_contract import suite_of
from tests.servers.telegram import breaches, call_breaches, description

from oase.channels.adapters.telegram import adapter
from oase.channels.adapters.telegram.updates import ALLOWED
from oase.channels.adapters.telegram.writing import REACTIONS
from oase.channels.contract import Call, CannotSay
from oase.channels.testing import ChannelSuite
from oase.channels.testing.snapshots import plain

HERE = Path(__file__).parent
HOSTILE = ("broken-", "no-update", "list", "not-json", "empty", "odd-characters", "text-link-at-odd-place", "business-broken",
           "group-no-sender", "business-owner-photo", "poll-answer")  # fmt: skip


@pytest.fixture
def suite() -> ChannelSuite:
    """The account and what can be said, as in the contract suite."""
    return suite_of("telegram", adapter)()


def _as_described(call: Call) -> list[str]:
    method = call.url.rpartition("/")[2]
    if call.parts:
        files = frozenset(part.name for part in call.parts if part.filename)
        return call_breaches(method, {part.name: _value(part.content) for part in call.parts if not part.filename}, files)
    return call_breaches(method, dict(plain(call.json)))


def _value(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()


def test_whatever_the_adapter_says_is_described(suite: ChannelSuite) -> None:
    wrong = {}
    for name, outbound in suite.sayings.items():
        try:
            calls = adapter.render(outbound, suite.account)
        except CannotSay:
            continue
        if found := [each for call in calls for each in _as_described(call)]:
            wrong[name] = found
    assert wrong == {}


def test_whatever_the_adapter_asks_step_by_step_is_described(suite: ChannelSuite) -> None:
    wrong = {}
    for dialogue in suite.dialogues:
        replies = dialogue.replies()
        for number in range(len(dialogue.steps)):
            call = suite.step(dialogue, replies[:number])
            if not call.download and (found := _as_described(call)):
                wrong[dialogue.name] = found
    assert wrong == {}


def test_the_recordings_are_updates_as_described() -> None:
    wrong = {}
    for file in sorted((HERE / "recordings").glob("*.json")):
        if not file.stem.startswith(HOSTILE):
            found = breaches(json.loads(file.read_text(encoding="utf-8"))["body"]["json"], "Update")
            wrong |= {file.stem: found} if found else {}
    assert wrong == {}


def test_the_kinds_and_reactions_that_we_name_exist() -> None:
    types = description()["types"]
    assert set(ALLOWED) <= {field["name"] for field in types["Update"]["fields"]}
    text = next(field["description"] for field in types["ReactionTypeEmoji"]["fields"] if field["name"] == "emoji")
    assert {part for number, part in enumerate(text.split('"')) if number % 2} == set(REACTIONS)
