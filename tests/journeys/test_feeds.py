"""A feed that is followed: set up by its address, wrong ones are told in words; what is said below an article is read in the inbox."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from .ground import Installation, People, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]


async def test_a_feed_is_followed_and_says_that_it_cannot_be_answered(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    reader = await people.somebody("/sandbox/timeline/blog")
    await reader.wait_for_selector("html[data-ready]", state="attached")
    await reader.get_by_role("button", name="Antworten").first.click()
    await reader.locator("#below").fill(f"Welcher Reifen hält am längsten? ({word})")
    await reader.locator(".below-form").get_by_role("button", name="Antworten").click()
    admin = await people.agent()
    await admin.goto(f"{oase.url}/admin/channels/new/feeds")
    await admin.get_by_label("Name für Ihr Team").fill("Blog der Werkstatt")
    await admin.get_by_label("Adresse des Feeds").fill(f"{oase.url}/sandbox/blog/")
    await admin.get_by_role("button", name="Verbindung prüfen").click()
    await expect(admin.locator("#check-result")).to_contain_text("Die Verbindung steht nicht.")
    await admin.get_by_label("Adresse des Feeds").fill(f"{oase.url}/sandbox/blog/feed")
    await admin.get_by_role("button", name="Verbindung prüfen").click()
    await expect(admin.locator("#check-result")).to_contain_text("Die Verbindung steht.")
    await admin.get_by_role("button", name="Speichern").click()
    await admin.wait_for_url("**/admin/channels/*-*")
    found = (
        "SELECT m.conversation_id FROM message m JOIN account a ON a.id = m.account_id"
        " WHERE a.channel = 'feeds' AND m.text LIKE %(word)s"
    )
    (row,) = await until(lambda: oase.rows(found, word=f"%{word}%"), "the comment is read from the feed", seconds=60)
    await admin.goto(f"{oase.url}/inbox/open/{row['conversation_id']}")
    await expect(admin.locator("#entries .entry.in", has_text=word)).to_be_visible()
    await expect(admin.locator("#composer")).to_contain_text("Von hier aus können Sie nicht antworten.")
    await expect(admin.locator("#composer-text")).to_be_hidden()
    await admin.get_by_role("tab", name="Interne Notiz").click()
    await expect(admin.locator("#composer-text")).to_be_focused()
