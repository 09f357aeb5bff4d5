"""The adapter against the simulated forum, over HTTP: neither knows the other's code."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, endpoint, start
from tests.servers import discourse
from tests.servers import prism as prisms

from oase.channels.adapters.discourse import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Edited,
    Envelope,
    Event,
    Forged,
    Malformed,
    Moderate,
    Moderated,
    Raw,
    Reacted,
    Received,
    Refused,
    SaidElsewhere,
    Say,
    Unclear,
)
from oase.kernel.http import Outside
from oase.kernel.http.guard import Guard
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.forum import Forum
from oase.sandbox.forum.platform import KEY, SECRET, USER
from oase.sandbox.places import COMPANY

__all__ = ["endpoint", "start"]


class Company(Caller):
    """Oase's side: calls, and an endpoint for webhooks."""

    def __init__(self, forum: Forum, outside: Outside) -> None:
        self.forum = forum
        self.events: list[Event] = []
        self.keys: list[bytes | None] = []
        self.bad = 0
        self._news = asyncio.Condition()
        account = Account(
            id="1", channel="discourse", settings={"url": forum.base_url, "username": USER},
            secrets={"api_key": (Secret(KEY),), "webhook_secret": (Secret("neu"), Secret(SECRET))},
        )  # fmt: skip
        super().__init__(adapter, account, outside, lambda: datetime.now(UTC))

    async def take(self, request: web.Request) -> web.Response:
        """A webhook: verified, then understood."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(body=await request.read(), headers=headers, received_at=datetime.now(UTC))
        try:
            adapter.verify(raw, self.account)
            events = adapter.parse(raw, self.account)
        except (Forged, Malformed):
            self.bad += 1
            return web.Response(status=401)
        async with self._news:
            self.keys.append(adapter.dedup_key(raw))
            self.events += events
            self._news.notify_all()
        return web.Response()

    async def until(self, kind: type[Any], found: Callable[[Any], bool] = lambda event: True) -> Any:
        """Waits for an event."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: any(isinstance(one, kind) and found(one) for one in self.events))
        return next(one for one in self.events if isinstance(one, kind) and found(one))

    def envelope(self, **more: Any) -> Envelope:
        """To whom."""
        return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": "zoe", "at": datetime.now(UTC), **more})


@pytest_asyncio.fixture
async def company(start: Starter) -> AsyncIterator[Company]:
    """A forum with its company."""
    world = await start(platforms=(Forum,))
    forum = world.sandbox.platforms["forum"]
    assert isinstance(forum, Forum)
    forum.base_url = f"{world.base}/forum"
    outside = Outside(guard=Guard([ip_network("127.0.0.0/8")]))
    company = Company(forum, outside)
    app = web.Application()
    app.router.add_post("/hook", company.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    forum.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield company
    await runner.cleanup()
    await outside.close()


async def test_a_topic_is_opened_answered_in_public_and_changed_by_its_author(company: Company) -> None:
    forum = company.forum
    assert (await company.check()).summary == "Forum der Radfreunde · serviceteam"
    topic = forum.timeline.publish("zoe", "Sattel quietscht\nWas hilft dagegen?")
    opened: Received = await company.until(Received)
    assert opened.thread
    assert (opened.thread.external_id, opened.thread.title) == (f"topic-{topic.id}", "Sattel quietscht")
    assert (opened.content.text, opened.sender.value) == ("Was hilft dagegen?", "zoe")
    comment = forum.timeline.publish("juergen_g", "Bei mir auch <3", parent_id=topic.id)
    await company.until(Received, lambda one: one.content.text == "Bei mir auch <3")
    envelope = company.envelope(thread=opened.thread.external_id, reply_to=comment.id)
    outcome = await company.say(Say(envelope=envelope, text="Ein Tropfen Öl < 1 ml.\n\nViele Grüße"))
    assert isinstance(outcome, Accepted), outcome
    said = forum.timeline.post(outcome.external_id)
    assert (said.text, said.parent_id) == ("Ein Tropfen Öl < 1 ml.\n\nViele Grüße", comment.id)
    ours: SaidElsewhere = await company.until(SaidElsewhere)
    assert ours.external_id == outcome.external_id
    forum.timeline.edit(comment.id, "Bei mir nicht mehr")
    assert (await company.until(Edited)).content.text == "Bei mir nicht mehr"
    forum.timeline.like(said.id, "zoe")
    assert (await company.until(Reacted)).external_id == said.id
    forum.timeline.remove(comment.id)
    assert (await company.until(Deleted)).external_id == comment.id


async def test_a_personal_message_is_answered_in_its_topic_and_a_public_author_in_private(company: Company) -> None:
    message = company.forum.phone.write("zoe", "Meine Rechnung fehlt")
    received: Received = await company.until(Received)
    assert (received.thread, received.content.text, received.content.subject) == (
        None,
        "Meine Rechnung fehlt",
        "Nachricht von Zoë O’Brien",
    )
    outcome = await company.say(Say(envelope=company.envelope(reply_to=message.id), text="Die kommt sofort."))
    assert isinstance(outcome, Accepted), outcome
    topic = next(one for one in company.forum.timeline.threads())
    about = company.envelope(to="juergen_g", about=topic.id)
    assert isinstance(await company.say(Say(envelope=about, text="Schreiben Sie uns Ihre Auftragsnummer?")), Accepted)
    texts = {customer: [one.text for one in chat if one.from_business] for customer, chat in company.forum.phone.chats.items()}
    assert texts == {"zoe": ["Die kommt sofort."], "juergen_g": ["Schreiben Sie uns Ihre Auftragsnummer?"]}


async def test_moderators_like_and_delete(company: Company) -> None:
    post = company.forum.timeline.publish("zoe", "Billige Akkus!", parent_id=company.forum.timeline.threads()[0].id)
    envelope = company.envelope(thread=f"topic-{post.thread_id}", reply_to=post.id)
    for act, likes in (("like", {COMPANY}), ("unlike", set[str]())):
        assert isinstance(await company.say(Moderate(envelope=envelope, act=act)), Accepted)  # type: ignore[arg-type]
        assert post.likes == likes
    assert isinstance(await company.say(Moderate(envelope=envelope, act="delete")), Accepted)
    assert post.deleted
    assert (await company.until(Moderated)).act == "delete"


async def test_bad_days(company: Company) -> None:
    forum, topic = company.forum, company.forum.timeline.threads()[0]
    said = Say(envelope=company.envelope(thread=f"topic-{topic.id}"), text="Guten Tag!")
    forum.faults.add(Fault(kind="throttled", seconds=40, remaining=1))
    slowed = await company.say(said)
    assert isinstance(slowed, Again)
    assert (slowed.account, slowed.after) == (True, timedelta(seconds=40))
    forum.faults.add(Fault(kind="error_in_200", remaining=1))
    assert isinstance(await company.say(said), Refused)
    forum.faults.add(Fault(kind="outage", remaining=1))
    assert isinstance(await company.say(said), Again)
    forum.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await company.say(said), Unclear)
    twice = await company.say(said)
    assert isinstance(twice, Refused)
    assert "too similar" in twice.why
    company.account = replace(company.account, secrets={**company.account.secrets, "api_key": (Secret("widerrufen"),)})
    revoked = await company.say(said)
    assert isinstance(revoked, Refused)
    assert revoked.sign_in


async def test_webhooks_that_come_again_forged_and_broken_off_are_one(company: Company) -> None:
    for kind in ("duplicate", "wrong_signature", "truncated"):
        company.forum.faults.add(Fault(kind=kind, times=2, remaining=1))
    company.forum.phone.write("zoe", "Nur einmal")
    await company.until(Received)
    await company.forum.courier.settled()
    assert company.bad == 2
    assert len(set(company.keys)) == 1


async def test_a_forum_that_is_asked_gives_everything_once_in_order(company: Company) -> None:
    forum = company.forum
    forum.webhook_url = ""
    await company.round()
    topic = forum.timeline.threads()[0]
    for number in range(130):
        forum.timeline.publish("zoe", f"Nummer {number}", parent_id=topic.id)
    assert [one.content.text for one in await company.round() if isinstance(one, Received)] == [f"Nummer {n}" for n in range(130)]
    assert not await company.round()
    forum.timeline.edit(forum.timeline.below(topic.id)[-1].id, "Geändert")
    (edited,) = await company.round()
    assert isinstance(edited, Edited)


@pytest.fixture
def through_prism(company: Company, tmp_path: Path) -> Iterator[Company]:
    """The description as a proxy before the simulator."""
    problem = prisms.install() or discourse.install()
    if problem:
        pytest.skip(problem)
    with prisms.prism(discourse.description(), company.forum.base_url, tmp_path) as address:
        company.account = replace(company.account, settings={**company.account.settings, "url": address})
        yield company


@pytest.mark.servers
@pytest.mark.xdist_group("prism")
async def test_requests_and_answers_keep_to_the_published_description(through_prism: Company) -> None:
    company, forum = through_prism, through_prism.forum
    assert (await company.check()).ok
    await company.round()
    topic = forum.timeline.publish("zoe", "Sattel quietscht\nWas hilft dagegen?")
    comment = forum.timeline.publish("juergen_g", "Bei mir auch <3", parent_id=topic.id)
    company.cursor = {**company.cursor, "round": 0}
    await company.round()
    envelope = company.envelope(thread=f"topic-{topic.id}", reply_to=comment.id)
    for outbound in (
        Say(envelope=envelope, text="Ein Tropfen Öl."),
        Say(envelope=company.envelope(to="juergen_g", about=topic.id), text="Schreiben Sie uns Ihre Auftragsnummer?"),
        Moderate(envelope=envelope, act="like"),
        Moderate(envelope=envelope, act="delete"),
    ):
        outcome = await company.say(outbound)
        assert isinstance(outcome, Accepted), outcome
