"""Calls of the adapter are as Meta's description of its objects says: the page, the account. Of comments there is none."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace
from tests.channels.test_contract import suite_of
from tests.servers.meta_nodes import breaches, unknown_fields

from oase.channels.adapters.instagram import adapter
from oase.channels.contract import Call, CannotSay, Capability
from oase.channels.testing import ChannelSuite
from oase.channels.testing.snapshots import plain

PAGE = "106540352242922"
ACCOUNT = "17841405793187218"
NOT_DESCRIBED = ("debug_token", "subscriptions")  # of applications, of which there is no description


@pytest.fixture
def suite() -> ChannelSuite:
    """The account and what can be said, as in the contract suite."""
    return suite_of("instagram", adapter)()


def _wrong(specs: Path, call: Call) -> list[str]:
    address = urlsplit(call.url)
    node, _, edge = address.path.removeprefix("/v23.0/").partition("/")
    if NOT_DESCRIBED[0] == node or edge in NOT_DESCRIBED:
        return []
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    if node not in (PAGE, ACCOUNT):
        return []
    name = "Page" if node == PAGE else "IGUser"
    if call.method == "GET" and not edge:
        return []  # its fields are held to the description below
    return breaches(specs, name, call.method, edge, asked | _given(call))


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


def test_the_fields_that_the_account_is_asked_for_exist(specs: Path) -> None:
    assert unknown_fields(specs, "Page", ["id", "name", "instagram_business_account"]) == []
    assert unknown_fields(specs, "IGUser", ["id", "username", "name", "mentioned_comment", "mentioned_media"]) == []


def test_an_answer_to_a_mention_is_described(suite: ChannelSuite, specs: Path) -> None:
    text = suite.public_specimens[Capability.TEXT]
    place = replace(text.envelope, thread="mention:17918195224117852", reply_to="mention:17894227972186120")
    (call,) = adapter.render(replace(text, envelope=place), suite.account)
    assert call.url.endswith(f"/{ACCOUNT}/mentions")
    assert _wrong(specs, call) == []
    assert set(call.json) == {"media_id", "comment_id", "message"}
