"""Calls of the adapter are as Meta's description of its objects says: pages, posts, comments."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.channels.test_contract import suite_of
from tests.servers.meta_nodes import breaches, unknown_fields

from oase.channels.adapters.facebook import adapter
from oase.channels.contract import Call, CannotSay
from oase.channels.testing import ChannelSuite
from oase.channels.testing.snapshots import plain

PAGE = "106540352242922"
NOT_DESCRIBED = ("debug_token", "subscriptions")  # of applications, of which there is no description


@pytest.fixture
def suite() -> ChannelSuite:
    """The account and what can be said, as in the contract suite."""
    return suite_of("facebook", adapter)()


def _wrong(specs: Path, call: Call) -> list[str]:
    address = urlsplit(call.url)
    node, _, edge = address.path.removeprefix("/v23.0/").partition("/")
    if NOT_DESCRIBED[0] == node or edge in NOT_DESCRIBED:
        return []
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    name = "Page" if node == PAGE else "Comment"
    if call.method == "GET":
        fields = asked.pop("fields", "").split(",") if not edge and name == "Page" else []
        asked.pop("fields", None)
        return unknown_fields(specs, name, [field for field in fields if field]) + (
            breaches(specs, name, "GET", edge or "#get", asked) if name == "Page" and edge else []
        )
    endpoint = edge or ("#delete" if call.method == "DELETE" else "#update")
    return breaches(specs, name, call.method, endpoint, asked | _given(call))


def _given(call: Call) -> dict[str, Any]:
    if call.parts:
        return {part.name: part.content for part in call.parts if not part.filename}
    return dict(plain(call.json) or {})


def test_whatever_the_adapter_says_is_described(suite: ChannelSuite, specs: Path) -> None:
    wrong = {}
    for name, outbound in suite.sayings.items():
        try:
            calls = adapter.render(outbound, suite.account)
        except CannotSay:
            continue
        if found := [each for call in calls for each in _wrong(specs, call)]:
            wrong[name] = found
    assert wrong == {}


def test_whatever_the_adapter_asks_step_by_step_is_described(suite: ChannelSuite, specs: Path) -> None:
    wrong = {}
    for dialogue in suite.dialogues:
        if dialogue.function == "fetch":  # of messages, of which there is no description
            continue
        replies = dialogue.replies()
        for number in range(len(dialogue.steps)):
            due = suite.step(dialogue, replies[:number])
            assert isinstance(due, Call)
            if found := _wrong(specs, due):
                wrong[f"{dialogue.name} {number}"] = found
    assert wrong == {}


def test_the_fields_that_comments_are_asked_for_exist(specs: Path) -> None:
    assert unknown_fields(specs, "Comment", ["attachment"]) == []
