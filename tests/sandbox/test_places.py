"""The base of the platforms: chats, public posts, webhooks, faults, and the two pages on which one is a customer."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.looks import LOOKS, looked, new_context
from tests.servers.chromium import chromium, complaints

from .conftest import Endpoint, Starter, World
from .toy import SECRET, Toy


@pytest_asyncio.fixture
async def toy(start: Starter, endpoint: Endpoint) -> World:
    """A sandbox with the toy, which tells the endpoint."""
    world = await start(platforms=(Toy,))
    world.sandbox.platforms["toy"].webhook_url = endpoint.url
    return world


async def _ask(world: World, method: str, path: str, body: Any = None, status: int = 0) -> Any:
    async with world.client.request(method, f"{world.base}/{path}", json=body) as answer:
        text = await answer.text()
        assert answer.status == status if status else answer.status < 300, text
        return json.loads(text) if text else None


def _texts(endpoint: Endpoint) -> list[str]:
    return [json.loads(raw)["text"] for raw, _ in endpoint.posts]


async def test_what_a_customer_writes_is_told_in_order_and_signed(toy: World, endpoint: Endpoint) -> None:
    for text in ("Grüß Gott", "mein Lenker", "wackelt 🚲"):
        await _ask(toy, "POST", "apps/toy/customers/aylin/messages", {"text": text})
    await endpoint.until(lambda: len(endpoint.posts) == 3)
    assert _texts(endpoint) == ["Grüß Gott", "mein Lenker", "wackelt 🚲"]
    raw, signed = endpoint.posts[0]
    assert signed == "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


async def test_a_webhook_that_is_not_taken_comes_again_before_the_next_one(toy: World, endpoint: Endpoint) -> None:
    endpoint.statuses = [500, 503]
    for text in ("eins", "zwei"):
        await _ask(toy, "POST", "apps/toy/customers/aylin/messages", {"text": text})
    await endpoint.until(lambda: len(endpoint.posts) == 4)
    assert _texts(endpoint) == ["eins", "eins", "eins", "zwei"]
    await toy.sandbox.platforms["toy"].courier.settled()
    assert [one["state"] for one in await _ask(toy, "GET", "apps/toy/customers/aylin/messages")] == ["delivered", "delivered"]


async def test_duplicates_and_forgeries_come_on_demand(toy: World, endpoint: Endpoint) -> None:
    await _ask(toy, "POST", "apps/toy/faults", {"kind": "duplicate", "times": 2, "remaining": 1})
    await _ask(toy, "POST", "apps/toy/faults", {"kind": "wrong_signature", "remaining": 1})
    await _ask(toy, "POST", "apps/toy/customers/aylin/messages", {"text": "Hallo"})
    await endpoint.until(lambda: len(endpoint.posts) == 4)
    good = [
        hmac.compare_digest(signed[7:], hmac.new(SECRET.encode(), raw, "sha256").hexdigest()) for raw, signed in endpoint.posts
    ]
    assert good == [False, True, True, True]


async def test_reversed_webhooks_overtake_each_other(toy: World, endpoint: Endpoint) -> None:
    await _ask(toy, "POST", "apps/toy/faults", {"kind": "reversed"})
    items = [{"customer": "aylin", "text": text} for text in ("eins", "zwei", "drei")]
    await _ask(toy, "POST", "apps/toy/load", items)
    await endpoint.until(lambda: len(endpoint.posts) == 3)
    assert sorted(_texts(endpoint)) == ["drei", "eins", "zwei"] and _texts(endpoint) != ["eins", "zwei", "drei"]


async def test_an_answer_reaches_the_phone_and_is_read_when_it_is_looked_at(toy: World) -> None:
    sent = await _ask(toy, "POST", "toy/send", {"to": "aylin", "text": "Kommen Sie vorbei!", "key": "k1"})
    phone = toy.sandbox.platforms["toy"].phone
    phone.see("aylin")
    assert phone.message(sent["id"]).state == "read"
    assert await _ask(toy, "GET", "apps/toy/accepted/counts?by=key") == {"k1": 1}


async def test_a_connection_that_is_cut_after_acceptance_leaves_the_message_with_the_customer(toy: World) -> None:
    await _ask(toy, "POST", "apps/toy/faults", {"kind": "cut_after_accept", "remaining": 1})
    with pytest.raises(aiohttp.ClientError):
        await _ask(toy, "POST", "toy/send", {"to": "aylin", "text": "Hallo", "key": "k2"})
    assert await _ask(toy, "GET", "apps/toy/accepted/counts?by=key") == {"k2": 1}


async def test_unknown_platforms_customers_and_messages_are_named(toy: World) -> None:
    answer = await _ask(toy, "GET", "apps/nothing/customers", status=404)
    assert "nothing" in answer["detail"]
    answer = await _ask(toy, "POST", "apps/toy/customers/nobody/messages", {"text": "?"}, status=404)
    assert "nobody" in answer["detail"]


async def test_comments_gather_below_their_post(toy: World, endpoint: Endpoint) -> None:
    post = await _ask(toy, "POST", "apps/toy/posts", {"author": "aylin", "text": "Schöner Laden!", "rating": 5})
    comment = await _ask(toy, "POST", "apps/toy/posts", {"author": "jürgen", "text": "Finde ich auch", "parent": post["id"]})
    answer = await _ask(toy, "POST", "toy/comment", {"text": "Danke!", "below": comment["id"]})
    threads = await _ask(toy, "GET", "apps/toy/posts")
    assert [one["id"] for one in threads] == [post["id"]]
    assert [(one["id"], one["author"], one["parent"]) for one in threads[0]["comments"]] == [
        (comment["id"], "jürgen", post["id"]),
        (answer["id"], "", comment["id"]),
    ]


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as browser:
        yield browser


@pytest.mark.browser
async def test_a_customer_writes_and_chooses_on_the_phone(browser: Browser, toy: World, endpoint: Endpoint) -> None:
    context = await browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    troubles = complaints(context)
    page = await context.new_page()
    await page.goto(f"{toy.base}/phone/toy")
    await page.get_by_role("button", name="Jürgen Groß").click()
    await page.get_by_role("textbox", name="Nachricht").fill("Wann haben Sie offen?")
    await page.keyboard.press("Enter")
    await endpoint.until(lambda: "Wann haben Sie offen?" in _texts(endpoint))
    await _ask(toy, "POST", "toy/send", {"to": "jürgen", "text": "Für welchen Tag?", "choices": ["Montag", "Dienstag"]})
    await page.get_by_role("button", name="Dienstag").click()
    await endpoint.until(lambda: "Dienstag" in _texts(endpoint))
    await expect(page.locator(".message.mine").last).to_contain_text("Dienstag")
    await context.close()
    assert troubles == []


@pytest.mark.browser
async def test_somebody_reviews_comments_and_reads_the_answer_in_public(browser: Browser, toy: World, endpoint: Endpoint) -> None:
    context = await browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    troubles = complaints(context)
    page = await context.new_page()
    await page.goto(f"{toy.base}/timeline/toy")
    await page.get_by_label("Eine Bewertung schreiben").check()
    await page.get_by_label("Text").fill("Sehr freundlich, etwas teuer")
    await page.get_by_role("button", name="Veröffentlichen").click()
    await page.get_by_role("button", name="Antworten").click()
    await page.locator("#below").fill("Und der Kaffee ist gut ☕")
    await page.locator(".below-form").get_by_role("button", name="Antworten").click()
    await endpoint.until(lambda: len(endpoint.posts) == 2)
    below = toy.sandbox.platforms["toy"].timeline.threads()[0].id
    await _ask(toy, "POST", "toy/comment", {"text": "Danke, das freut uns!", "below": below})
    await expect(page.locator(".post.ours")).to_contain_text("Danke, das freut uns!")
    await context.close()
    assert troubles == []


@pytest.mark.browser
@pytest.mark.parametrize("language", LOOKS)
async def test_axe_finds_nothing_on_the_two_pages(browser: Browser, toy: World, language: str) -> None:
    post = await _ask(toy, "POST", "apps/toy/posts", {"author": "aylin", "text": "Schöner Laden! 🚲", "rating": 4})
    await _ask(toy, "POST", "apps/toy/posts", {"author": "jürgen", "text": "Stimmt", "parent": post["id"]})
    await _ask(toy, "POST", "toy/comment", {"text": "Danke!", "below": post["id"]})
    await _ask(toy, "POST", "apps/toy/customers/jürgen/messages", {"text": "Guten Tag"})
    await _ask(toy, "POST", "toy/send", {"to": "jürgen", "text": "Wann?", "choices": ["Montag", "Dienstag"]})
    context = await new_context(browser, language)
    troubles = complaints(context)
    page = await context.new_page()
    await page.goto(f"{toy.base}/phone/toy")
    await page.wait_for_selector("html[data-ready]", state="attached")
    found = {"phone": await looked(page, language, shown=".taps button")}
    await page.goto(f"{toy.base}/timeline/toy")
    await page.wait_for_selector("html[data-ready]", state="attached")
    found["timeline"] = await looked(page, language, shown=".post.ours")
    await context.close()
    assert troubles == []
    assert {state: seen for state, seen in found.items() if seen} == {}
