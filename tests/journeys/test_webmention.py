"""A stranger's blog mentions a page of ours: heard, answered on a page of our own, shown by the blog; and what goes wrong on the way."""

from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import mf2py
import pytest
from playwright.async_api import Browser, Page, expect
from tests.looks import LOOKS, new_context

from .ground import Installation, People, answer, open_row, until
from .looks import looked_at, told
from .test_every_app import PNG, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]


async def blog(people: People) -> Page:
    """A stranger with a blog of their own."""
    public = await people.somebody("/sandbox/timeline/webmention")
    await public.wait_for_selector("html[data-ready]", state="attached")
    return public


async def mention(public: Page, text: str, picture: Path | None = None) -> None:
    """An article that links to the company's page."""
    await public.locator("#say textarea").fill(text)
    if picture is not None:
        await public.locator("#say input[type=file]").set_input_files(picture)
    await public.get_by_role("button", name="Veröffentlichen").click()
    await expect(public.locator(".post", has_text=text)).to_be_visible()


async def page_of(oase: Installation, word: str) -> str:
    """The address of our answer."""
    statement = (
        "SELECT d.external_id FROM delivery d JOIN message m ON m.workspace_id = d.workspace_id AND m.id = d.message_id"
        " WHERE m.channel = 'webmention' AND m.direction = 'out' AND m.text LIKE %(word)s AND d.external_id IS NOT NULL"
    )
    found = await until(lambda: oase.rows(statement, word=f"%{word}%"), "the answer has left")
    return str(found[0]["external_id"])


async def test_an_article_with_a_picture_is_answered_with_one_and_what_its_author_changes_is_seen(
    browser: Browser, oase: Installation, people: People, tmp_path: Path
) -> None:
    picture, word = tmp_path / "Winterreifen.png", uuid4().hex[:8]
    picture.write_bytes(PNG)
    public, agent = await blog(people), await people.agent()
    await mention(public, f"Drei Reifen im Wintertest ({word}) ❄️", picture)
    await open_row(agent, word)
    entry = agent.locator("#entries .entry.in", has_text=word)
    await expect(entry.locator("img")).to_be_visible()
    own_id = await entry.get_attribute("id")  # others mention the same page
    await entry.get_by_role("button", name="Antworten").click()
    await expect(agent.locator(".composer-public")).to_be_visible()
    await agent.locator("input[type=file]").first.set_input_files(picture)
    await answer(agent, f"Danke für den Test! So fährt unserer. ({word})")
    await expect(public.locator(".post.ours", has_text=f"So fährt unserer. ({word})")).to_have_count(1)
    await expect(public.locator(".post.ours", has_text=word).locator("img")).to_be_visible()
    ticks = agent.locator("#entries .entry.out", has_text=word).locator(".ticks").first
    await expect(ticks).to_have_attribute("title", "Gesendet")
    await everybody_can_read_it(browser, oase, await page_of(oase, word), word)
    article = public.locator(".post:not(.ours)", has_text=word)
    await article.get_by_role("button", name="Ändern").click()
    await public.locator("#below").fill(f"Vier Reifen im Wintertest ({word})")
    await public.locator(".below-form").get_by_role("button", name="Ändern").click()
    await expect(agent.locator("#entries .entry.in", has_text="Vier Reifen im Wintertest")).to_contain_text("geändert")
    await public.locator(".post:not(.ours)", has_text=word).get_by_role("button", name="Löschen").click()
    await expect(agent.locator(f"#{own_id}")).to_contain_text("zurückgenommen")


async def everybody_can_read_it(browser: Browser, oase: Installation, address: str, word: str) -> None:
    """People in both languages and looks, and programs by the microformats in it."""
    wrong: dict[str, list[str]] = {}
    for language in LOOKS:
        context = await new_context(browser, language)
        page = await context.new_page()
        wrong |= await looked_at(page, oase.url, urlsplit(address).path, language)
        await expect(page.locator("article")).to_contain_text(f"So fährt unserer. ({word})")
        await expect(page.locator("article img")).to_be_visible()
        assert await page.locator("article img").evaluate("one => one.naturalWidth") > 0
        await context.close()
    assert not wrong, told(wrong)
    async with aiohttp.ClientSession() as session, session.get(address) as shown:
        assert shown.links["webmention"]["url"].path.startswith("/hooks/webmention/")
        (entry,) = mf2py.parse(doc=await shown.text(), url=address)["items"]
    said = entry["properties"]
    assert said["content"][0]["value"] == f"Danke für den Test! So fährt unserer. ({word})"
    assert said["author"][0]["properties"]["name"] == ["Lindgrün Fahrräder"]
    assert said["url"] == [address]
    assert "/sandbox/webmention/entries/" in said["in-reply-to"][0]
    assert len(said["photo"]) == 1


async def test_a_blog_that_takes_no_mentions_is_told_in_words_and_nobody_reads_an_answer_that_was_not_sent(
    oase: Installation, people: People
) -> None:
    word = uuid4().hex[:8]
    public, agent = await blog(people), await people.agent()
    await mention(public, f"Noch ein Reifen ({word})")
    await open_row(agent, word)
    async with faults_of(oase, "webmention") as faults:
        await faults.add("no_endpoint")
        await agent.locator("#entries .entry.in", has_text=word).get_by_role("button", name="Antworten").click()
        await answer(agent, f"Den kennen wir. ({word})")
        failed = agent.locator("#entries .entry.out", has_text=word)
        await expect(failed.locator(".fate-failed")).to_contain_text("Diese Website nimmt keine Webmentions")
        link = "SELECT outbound->'outbound'->'envelope'->>'link' AS link FROM delivery WHERE outbound::text LIKE %(word)s"
        (row,) = await oase.rows(link, word=f"%Den kennen wir. ({word})%")
        async with aiohttp.ClientSession() as session, session.get(row["link"]) as hidden:
            assert hidden.status == 404
            async with session.get(f"{oase.url}/said/{'A' * 64}") as forged:
                assert forged.status == 404
            wrong = {"source": "https://nele.example/1", "target": "https://andere.example/"}
            hook = f"{oase.url}/hooks/webmention/{await oase.account('webmention')}"
            async with session.post(hook, data=wrong) as refused:
                assert refused.status == 400
    await failed.get_by_role("button", name="Noch einmal senden").click()
    await expect(public.locator(".post.ours", has_text=f"Den kennen wir. ({word})")).to_have_count(1)
