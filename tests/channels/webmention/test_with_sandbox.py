"""The adapter against the simulated websites, over HTTP; and clients that others wrote against both of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from ipaddress import ip_network
from typing import Any

import mf2py
import pytest
import pytest_asyncio
import ronkyuu
from aiohttp import web
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, endpoint, start

from oase.channels.adapters.webmention import adapter, following
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Edited,
    Envelope,
    Event,
    File,
    Raw,
    Received,
    Refused,
    Say,
)
from oase.kernel.clock import SystemClock
from oase.kernel.http import Outside
from oase.kernel.http.guard import Guard
from oase.sandbox.faults import Fault
from oase.sandbox.places import Post
from oase.sandbox.websites import Websites
from oase.sandbox.websites.pages import WAYS
from oase.sandbox.websites.platform import hash_of

__all__ = ["endpoint", "start"]
PNG = bytes.fromhex("89504e470d0a1a0a")


class Company:
    """What the core does around the adapter: takes what is told, follows it, shows what is said on a page."""

    def __init__(self, outside: Outside) -> None:
        self.url, self.outside = "", outside
        self.caller = Caller(adapter, Account(id="1", channel="webmention"), outside, SystemClock().now)
        self.told: list[Raw] = []
        self.statuses: list[int] = []
        self.said: dict[str, str] = {}
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        """`POST /hooks/webmention/1`."""
        raw = Raw(body=await request.read(), method=request.method, received_at=datetime.now(UTC))
        answer = adapter.greet(raw, self.caller.account) or adapter.acknowledge(raw, self.caller.account)
        assert answer is not None
        async with self._news:
            self.statuses.append(answer.status)
            if answer.status == 202:
                self.told.append(raw)
            self._news.notify_all()
        return web.Response(status=answer.status, body=answer.body)

    async def show(self, request: web.Request) -> web.Response:
        """`GET /said/<id>`."""
        page = self.said.get(request.match_info["id"])
        return web.Response(text=page, content_type="text/html") if page else web.Response(status=410)

    async def heard(self, count: int) -> Sequence[Event]:
        """What the newest of so many mentions means, once it was followed."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.told) >= count)
        found = await self.follow(self.told[count - 1])
        assert isinstance(found, Raw), found
        return adapter.parse(found, self.caller.account)

    async def follow(self, raw: Raw) -> Any:
        """What lies where it points."""
        return await self.caller._steps(lambda replies: adapter.follow(raw, self.caller.account, datetime.now(UTC), replies))

    def answer(self, key: str, text: str, received: Received) -> Say:
        """An answer, and its page."""
        page = f"{self.url}/said/{key}"
        self.said[key] = (
            f'<article class="h-entry"><a class="u-in-reply-to" href="{received.link}">↩</a>'
            f'<div class="e-content">{escape(text)}</div></article>'
        )
        assert received.thread
        envelope = Envelope(
            id=key, to="", thread=received.thread.external_id, reply_to=received.external_id, link=page, at=datetime.now(UTC)
        )
        return Say(envelope=envelope, text=text)


@pytest_asyncio.fixture
async def company() -> AsyncIterator[Company]:
    """The company, listening."""
    outside = Outside(guard=Guard([ip_network("127.0.0.0/8")]))
    company, application = Company(outside), web.Application()
    application.router.add_route("*", "/hooks/webmention/1", company.take)
    application.router.add_get("/said/{id}", company.show)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    company.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield company
    await runner.cleanup()
    await outside.close()


@pytest_asyncio.fixture
async def sites(start: Starter, company: Company) -> Websites:
    """The websites, one of which is the company's."""
    world = await start(platforms=(Websites,))
    sites = world.sandbox.platforms["webmention"]
    assert isinstance(sites, Websites)
    sites.base_url, sites.webhook_url = f"{world.base}/webmention", f"{company.url}/hooks/webmention/1"
    company.caller.account = Account(
        id="1", channel="webmention", settings={"pages": [f"{sites.base_url}/pages"]}, webhook_url=sites.webhook_url
    )
    return sites


def page_of(sites: Websites) -> Post:
    return next(one for one in sites.timeline.threads() if one.author_id == "")


async def until(condition: Any) -> Any:
    async with asyncio.timeout(10):
        while not (found := condition()):  # noqa: ASYNC110 - a blog has no event for us
            await asyncio.sleep(0.01)
    return found


@pytest.mark.parametrize("person", ["aylin", "juergen", "sam"])
async def test_a_stranger_answers_our_page_is_answered_and_changes_their_mind(
    sites: Websites, company: Company, person: str
) -> None:
    assert (await company.caller.check()).ok
    said = sites.timeline.publish(person, "Wie laut sind Spikes?\nAuf Asphalt, meine ich. 🚲", parent_id=page_of(sites).id)
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    assert received.content.text == "Wie laut sind Spikes?\nAuf Asphalt, meine ich. 🚲"
    assert received.sender.name == sites.phone.customer(person).name
    assert received.thread
    assert received.thread.link == sites.address_of(page_of(sites))
    outcome = await company.caller.say(company.answer("a1", "Man <hört> sie & gewöhnt sich.", received))
    assert outcome == Accepted(external_id=f"{company.url}/said/a1")
    (answer,) = await until(lambda: sites.timeline.below(page_of(sites).id)[1:])
    assert (answer.text, answer.parent_id) == ("Man <hört> sie & gewöhnt sich.", said.id)
    sites.timeline.edit(said.id, "Hat sich erledigt.")
    _, edited = await company.heard(2)
    assert isinstance(edited, Edited)
    assert (edited.external_id, edited.content.text) == (received.external_id, "Hat sich erledigt.")
    sites.timeline.remove(said.id)
    (deleted,) = await company.heard(3)
    assert isinstance(deleted, Deleted)
    assert deleted.external_id == received.external_id


async def test_our_answer_is_changed_taken_away_and_answered_in_turn(sites: Websites, company: Company) -> None:
    sites.timeline.publish("sam", "Which tyres?", parent_id=page_of(sites).id)
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    said = company.answer("a2", "The black ones.", received)
    await company.caller.say(said)
    answer = await until(lambda: next((one for one in sites.timeline.posts.values() if one.extra.get("source")), None))
    company.said["a2"] += f'<link rel="webmention" href="{sites.webhook_url}">'
    sites.timeline.publish("aylin", "Die habe ich auch!", parent_id=answer.id)
    reply, _ = await company.heard(2)
    assert isinstance(reply, Received)
    assert reply.reply_to == f"{company.url}/said/a2", "The external id of our answer."
    company.answer("a2", "The black ones, size 28.", received)
    await company.caller.say(said)
    await until(lambda: answer.text == "The black ones, size 28.")
    del company.said["a2"]
    await company.caller.say(said)
    await until(lambda: answer.deleted)


async def test_an_article_with_a_picture_and_a_like(sites: Websites, company: Company) -> None:
    picture = sites.phone.add_file("Profil.png", "image/png", PNG)
    sites.timeline.publish("aylin", "Mein Wintertest", files=[picture], mentions=True)
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    assert (received.origin, received.asks) == ({"kind": "mention"}, True)
    (media,) = received.content.media
    file = await company.caller.fetch(media)
    assert isinstance(file, File)
    assert file.type == "image/png"
    sites.timeline.like(page_of(sites).id, "sam")
    liked, _ = await company.heard(2)
    assert isinstance(liked, Received)
    assert (liked.content.text, liked.sender.name, liked.asks) == ("👍", "Sam O’Neill", False)
    sites.timeline.like(page_of(sites).id, "sam", on=False)
    (gone,) = await company.heard(3)
    assert isinstance(gone, Deleted)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(kind="huge"), "larger than allowed"),
        (Fault(kind="circle"), "one address to the next"),
        (Fault(kind="outage"), "HTTP status 503"),
        (Fault(kind="slow", seconds=2), "took too long"),
    ],
    ids=lambda one: getattr(one, "kind", None),
)
async def test_a_page_that_cannot_be_read_says_why(
    sites: Websites, company: Company, monkeypatch: pytest.MonkeyPatch, fault: Fault, meaning: str
) -> None:
    monkeypatch.setattr(following, "_PATIENCE", timedelta(seconds=1))
    sites.timeline.publish("sam", "Hello", parent_id=page_of(sites).id)
    await company.heard(1)
    sites.faults.add(fault)
    found = await company.follow(company.told[0])
    assert isinstance(found, Again if fault.kind in ("outage", "slow") else Refused)
    assert meaning in found.why


@pytest.mark.parametrize("kind", ["no_html", "commented_out"])
async def test_a_page_without_a_link_to_us_is_no_mention(sites: Websites, company: Company, kind: str) -> None:
    sites.faults.add(Fault(kind=kind))
    sites.timeline.publish("sam", "Hello", parent_id=page_of(sites).id)
    (event,) = await company.heard(1)
    assert isinstance(event, Deleted)


async def test_bad_days_of_an_endpoint(sites: Websites, company: Company) -> None:
    sites.timeline.publish("juergen", "Moin!", parent_id=page_of(sites).id)
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    said = company.answer("b1", "Moin moin!", received)
    for fault, kind, after in (
        (Fault(kind="throttled", seconds=90, remaining=1), Again, timedelta(seconds=90)),
        (Fault(kind="http_error", status=500, remaining=1), Again, timedelta(minutes=1)),
        (Fault(kind="http_error", status=404, remaining=1), Refused, None),
        (Fault(kind="token_expired", remaining=1), Refused, None),
        (Fault(kind="cut_before_accept", remaining=1), Again, timedelta(minutes=1)),
    ):
        sites.faults.add(fault)
        outcome = await company.caller.say(said)
        assert isinstance(outcome, kind), (fault, outcome)
        assert getattr(outcome, "after", None) == after
        assert not getattr(outcome, "sign_in", False), "A stranger's refusal says nothing about our account."
    sites.faults.add(Fault(kind="cut_after_accept", remaining=1))
    assert isinstance(await company.caller.say(said), Again)
    assert isinstance(await company.caller.say(said), Accepted)
    await until(lambda: any(one.text == "Moin moin!" for one in sites.timeline.posts.values()))
    assert sum(one.text == "Moin moin!" for one in sites.timeline.posts.values()) == 1, "Told twice, shown once."
    sites.faults.add(Fault(kind="no_endpoint"))
    refused = await company.caller.say(said)
    assert isinstance(refused, Refused)
    assert refused.code == "no_endpoint"


async def test_what_can_be_no_mention_is_refused_at_once(sites: Websites, company: Company) -> None:
    page = sites.address_of(page_of(sites))
    wrong = [
        {}, {"source": "https://nele.example/1"}, {"source": "nele.example", "target": page}, {"source": page, "target": page},
        {"source": "https://nele.example/1", "target": "https://andere.example/"}, {"source": "ftp://nele.example/", "target": page},
        {"source": "https://nele.example/" + "x" * 2_000, "target": page}, {"source": "https://[", "target": page},
        {"source": "https://nele.example/1", "target": f"{sites.base_url}/pagesetter/1"},
        {"source": "https://nele.example/1", "target": f"{sites.base_url}/pages/../secret"},
    ]  # fmt: skip
    sender = company.outside
    assert sender is not None
    for form in wrong:
        answer = await asyncio.to_thread(_posted, sites.webhook_url, form)
        assert answer == 400, form
    assert company.told == []


async def test_a_sender_and_a_reader_that_others_wrote(sites: Websites, company: Company) -> None:
    """ronkyuu (https://github.com/bear/ronkyuu) finds our endpoint and tells us; mf2py reads what the blogs write as we do."""
    sites.faults.add(Fault(kind="webhook_outage"))  # the blogs themselves tell nobody
    said = sites.timeline.publish("sam", "Which tyres?\nAnd why?", parent_id=page_of(sites).id)
    source, target = sites.address_of(said), sites.address_of(page_of(sites))
    mentions = await asyncio.to_thread(ronkyuu.findMentions, source, exclude_domains=[], test_urls=False)
    assert target in mentions["refs"]
    answer = await asyncio.to_thread(ronkyuu.sendWebmention, source, target, None, test_urls=False)
    assert answer.status_code == 202
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    (entry,) = (await asyncio.to_thread(mf2py.parse, url=source))["items"]
    properties = entry["properties"]
    assert properties["in-reply-to"] == [target]
    assert properties["author"][0]["properties"]["name"] == [received.sender.name]
    assert properties["content"][0]["value"].strip() == received.content.text


@pytest.mark.parametrize("person", ["aylin", "juergen", "sam"])
async def test_the_blogs_endpoint_is_found_and_told_by_a_sender_that_others_wrote(
    sites: Websites, company: Company, person: str
) -> None:
    said = sites.timeline.publish(person, "Moin!", parent_id=page_of(sites).id)
    received, _ = await company.heard(1)
    assert isinstance(received, Received)
    company.answer("r1", "Moin moin!", received)
    _, found = await asyncio.to_thread(ronkyuu.discoverEndpoint, sites.address_of(said), test_urls=False)
    assert found == f"{sites.base_url}/endpoint"
    sender = ronkyuu.sendWebmention
    answer = await asyncio.to_thread(sender, f"{company.url}/said/r1", sites.address_of(said), found, test_urls=False)
    assert answer.status_code == 202
    await until(lambda: any(one.text == "Moin moin!" for one in sites.timeline.posts.values()))


def test_the_blogs_show_all_three_ways_to_name_an_endpoint() -> None:
    assert {WAYS[hash_of(person) % len(WAYS)] for person in ("aylin", "juergen", "sam")} == set(WAYS)


def _posted(url: str, form: dict[str, str]) -> int:
    import requests

    return requests.post(url, data=form, timeout=10).status_code
