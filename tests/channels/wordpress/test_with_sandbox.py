"""The adapters of WordPress and of feeds against the simulated blog, over HTTP: neither knows the other's code."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import feedparser
import pytest_asyncio
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, endpoint, start

from oase.channels.adapters.feeds import adapter as feeds
from oase.channels.adapters.wordpress import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Envelope,
    Moderate,
    Moderated,
    Received,
    Refused,
    SaidElsewhere,
    Say,
    Unclear,
)
from oase.kernel.http import OutgoingRequest, Outside
from oase.kernel.http.guard import Guard
from oase.kernel.secrets import Secret
from oase.sandbox.blog import Blog
from oase.sandbox.blog.platform import PASSWORD, USER
from oase.sandbox.faults import Fault

__all__ = ["endpoint", "start"]


@pytest_asyncio.fixture
async def blog(start: Starter) -> Blog:
    """A blog with an article."""
    world = await start(platforms=(Blog,))
    blog = world.sandbox.platforms["blog"]
    assert isinstance(blog, Blog)
    blog.base_url = f"{world.base}/blog"
    return blog


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """The way out."""
    outside = Outside(guard=Guard([ip_network("127.0.0.0/8")]))
    yield outside
    await outside.close()


def company(blog: Blog, outside: Outside, password: str = PASSWORD) -> Caller:
    settings = {"url": f"{blog.base_url}/", "user": USER}
    account = Account(id="1", channel="wordpress", settings=settings, secrets={"password": (Secret(password),)})
    return Caller(adapter, account, outside, lambda: datetime.now(UTC))


def envelope(post_id: str, thread: str) -> Envelope:
    return Envelope(
        id="0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", to="erika@example.com", thread=thread, reply_to=post_id, at=datetime.now(UTC)
    )


async def test_a_reader_comments_the_team_answers_and_moderates(blog: Blog, outside: Outside) -> None:
    caller = company(blog, outside)
    assert (await caller.check()).summary == "Lindgrün Fahrräder: Blog · Serviceteam"
    await caller.round()
    article = blog.timeline.threads()[0]
    comment = blog.timeline.publish("erika", "Welches Öl nehmen Sie?\nUnd wie viel?", parent_id=article.id)
    (received,) = await caller.round()
    assert isinstance(received, Received)
    assert (received.content.text, received.sender.value) == ("Welches Öl nehmen Sie?\nUnd wie viel?", "erika@example.com")
    assert received.thread
    assert received.thread.title == "Frühjahrsputz fürs Rad 🚲"
    said = Say(envelope=envelope(comment.id, article.id), text="Ein <gutes> Kettenöl & wenig davon.")
    outcome = await caller.say(said)
    assert isinstance(outcome, Accepted)
    assert blog.timeline.post(outcome.external_id).text == "Ein <gutes> Kettenöl & wenig davon."
    (ours,) = await caller.round()
    assert isinstance(ours, SaidElsewhere)
    assert ours.our_id == said.envelope.id
    acts: Any = (("hide", True, False), ("show", False, False), ("delete", False, True))
    for act, hidden, deleted in acts:
        assert isinstance(await caller.say(Moderate(envelope=said.envelope, act=act)), Accepted)
        assert (comment.hidden, comment.deleted) == (hidden, deleted)
        (seen,) = await caller.round()
        assert isinstance(seen, Moderated)
        assert seen.act == act


async def test_bad_days(blog: Blog, outside: Outside) -> None:
    caller, article = company(blog, outside), blog.timeline.threads()[0]
    comment = blog.timeline.publish("zoe", "Hello?", parent_id=article.id)
    said = Say(envelope=envelope(comment.id, article.id), text="Hello!")
    blog.faults.add(Fault(kind="throttled", seconds=90, remaining=1))
    slowed = await caller.say(said)
    assert isinstance(slowed, Again)
    assert slowed.after >= timedelta(seconds=60)
    blog.faults.add(Fault(kind="error_in_200", remaining=1))
    assert isinstance(await caller.say(said), Refused)
    blog.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await caller.say(said), Unclear)
    (_, ours) = await caller.round() if (await caller.check()).ok else ()
    assert isinstance(ours, SaidElsewhere)
    assert ours.our_id == said.envelope.id, "The lost answer is found by the id that it carries."
    revoked = await company(blog, outside, "widerrufen").say(said)
    assert isinstance(revoked, Refused)
    assert revoked.sign_in


async def test_a_storm_of_comments_loses_none(blog: Blog, outside: Outside) -> None:
    caller, article = company(blog, outside), blog.timeline.threads()[0]
    blog.timeline.publish("zoe", "Zuerst", parent_id=article.id)
    await caller.round()
    for number in range(1_000):
        blog.timeline.publish("erika", f"Nummer {number}", parent_id=article.id)
    assert [one.content.text for one in await caller.round() if isinstance(one, Received)] == [
        f"Nummer {n}" for n in range(1_000)
    ]


async def test_the_feed_is_read_with_its_comments_and_an_independent_reader_agrees(blog: Blog, outside: Outside) -> None:
    account = Account(id="2", channel="feeds", settings={"url": f"{blog.base_url}/feed", "comments": True})
    reader = Caller(feeds, account, outside, lambda: datetime.now(UTC))
    (article,) = await reader.round()
    assert isinstance(article, Received)
    assert article.content.subject == "Frühjahrsputz fürs Rad 🚲"
    blog.timeline.publish("erika", "Danke & Gruß", parent_id=blog.timeline.threads()[0].id)
    (comment,) = await reader.round()
    assert isinstance(comment, Received)
    assert (comment.content.text, comment.thread) == ("Danke & Gruß", article.thread)
    assert not await reader.round()
    raw = await outside.send(OutgoingRequest(method="GET", url=f"{blog.base_url}/feed"))
    parsed = feedparser.parse(raw.body)
    assert (parsed.bozo, parsed.version, parsed.entries[0].title) == (False, "rss20", "Frühjahrsputz fürs Rad 🚲")
