"""The simulated forum, driven by pydiscourse, a client for Discourse that others wrote: forms instead of JSON, other addresses."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from pydiscourse import DiscourseClient
from pydiscourse import client as pydiscourse
from pydiscourse.exceptions import DiscourseClientError, DiscourseError, DiscourseServerError

from oase.sandbox.faults import Fault
from oase.sandbox.forum import Forum
from oase.sandbox.forum.platform import KEY, USER
from oase.sandbox.places import COMPANY

from .conftest import Starter, World


@pytest_asyncio.fixture
async def forum(start: Starter) -> Forum:
    """The simulator."""
    world: World = await start(platforms=(Forum,))
    platform = world.sandbox.platforms["forum"]
    assert isinstance(platform, Forum)
    return platform


@pytest.fixture
def client(forum: Forum) -> DiscourseClient:
    """The company's program."""
    return DiscourseClient(forum.base_url, api_username=USER, api_key=KEY)


async def ask(function: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """The client waits for its answers: it works beside."""
    return await asyncio.to_thread(function, *given, **more)


async def test_the_client_reads_users_topics_and_posts(forum: Forum, client: DiscourseClient) -> None:
    topic = forum.timeline.publish("zoe", "Sattel quietscht\nWas hilft dagegen?")
    comment = forum.timeline.publish("juergen_g", "Bei mir auch <3", parent_id=topic.id)
    assert (await ask(client.user, USER))["moderator"] is True
    assert (await ask(client.user, "zoe"))["name"] == "Zoë O’Brien"
    newest, second, _ = (await ask(client.latest_posts))["latest_posts"]
    assert (newest["id"], newest["raw"], second["topic_title"]) == (int(comment.id), "Bei mir auch <3", "Sattel quietscht")
    assert (await ask(client.latest_posts, before=comment.id))["latest_posts"][0]["id"] == int(topic.id)
    assert (await ask(client.post_by_id, comment.id))["cooked"] == "<p>Bei mir auch &lt;3</p>"
    stream = (await ask(client.topic_posts, topic.id))["post_stream"]["posts"]
    assert [(one["post_number"], one["username"]) for one in stream] == [(1, "zoe"), (2, "juergen_g")]


async def test_the_client_answers_in_a_topic_and_in_private(forum: Forum, client: DiscourseClient) -> None:
    topic = forum.timeline.threads()[0]
    comment = forum.timeline.publish("zoe", "Bei mir auch 🔋", parent_id=topic.id)
    said = await ask(client.create_post, "Laden Sie ihn über Nacht.", topic_id=topic.id, reply_to_post_number=2)
    answer = forum.timeline.post(str(said["id"]))
    assert (answer.text, answer.parent_id, answer.author_id) == ("Laden Sie ihn über Nacht.", comment.id, COMPANY)
    assert (said["yours"], said["post_number"], said["reply_to_post_number"]) == (True, 3, 2)
    private = await ask(
        client.create_post, "Welche Rahmennummer?", title="Ihr Akku", archetype="private_message", target_recipients="zoe"
    )
    (message,) = forum.phone.chats["zoe"]
    assert (message.text, message.id) == ("Welche Rahmennummer?", str(private["id"]))
    more = await ask(client.create_post, "Sie steht am Unterrohr.", topic_id=private["topic_id"])
    assert [one.text for one in forum.phone.chats["zoe"]] == ["Welche Rahmennummer?", "Sie steht am Unterrohr."]
    assert more["topic_id"] == private["topic_id"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"content": "x", "topic_id": 1}, "Body is too short"),
        ({"content": "Guten Tag", "topic_id": 4711}, "could not be found"),
        (
            {"content": "Guten Tag", "title": "x", "archetype": "private_message", "target_recipients": "niemand"},
            "You must select a valid user",
        ),
    ],
)
async def test_what_is_refused_is_told_as_the_client_reads_it(client: DiscourseClient, given: dict[str, Any], words: str) -> None:
    with pytest.raises(DiscourseClientError, match=words):
        await ask(client.create_post, **given)


async def test_nobody_else_gets_in_and_nobody_unknown_is_shown(forum: Forum, client: DiscourseClient) -> None:
    with pytest.raises(DiscourseClientError, match="not permitted"):
        await ask(DiscourseClient(forum.base_url, USER, "falsch").latest_posts)
    with pytest.raises(DiscourseClientError, match="could not be found"):
        await ask(client.user, "niemand")


async def test_the_client_waits_as_long_as_it_is_told(
    forum: Forum, client: DiscourseClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(pydiscourse.time, "sleep", waited.append)
    forum.faults.add(Fault(kind="throttled", seconds=20, remaining=2))
    assert len((await ask(client.latest_posts))["latest_posts"]) == 1
    assert waited == [21, 21], "a second more than it is told"


@pytest.mark.parametrize(("kind", "error"), [("outage", DiscourseServerError), ("error_in_200", DiscourseError)])
async def test_bad_days_are_bad_for_the_client_too(
    forum: Forum, client: DiscourseClient, kind: str, error: type[Exception]
) -> None:
    forum.faults.add(Fault(kind=kind, remaining=1))
    with pytest.raises(error):
        await ask(client.create_post, "Guten Tag!", topic_id=forum.timeline.threads()[0].id)
