"""In public places that a company has of its own: somebody comments, an agent answers, everybody reads it there."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from oase.main.demo.places import CONNECTIONS
from oase.sandbox.installed import PLATFORMS
from oase.sandbox.places import Platform

from .ground import Installation, People, answer, open_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]
_OWN = ("facebook", "instagram", "forum", "blog", "teams", "webmention")
PLACES = [one for one in PLATFORMS if one.id in CONNECTIONS and one.id in _OWN]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
async def test_a_comment_is_answered_before_everybody(oase: Installation, people: People, place: type[Platform]) -> None:
    word = uuid4().hex[:8]
    public = await people.somebody(f"/sandbox/timeline/{place.id}")
    await public.wait_for_selector("html[data-ready]", state="attached")
    await public.get_by_role("button", name="Antworten").first.click()
    await public.locator("#below").fill(f"Gibt es das auch in Grün? ({word}) 🚲")
    await public.locator(".below-form").get_by_role("button", name="Antworten").click()
    agent = await people.agent()
    await agent.locator("#rows .row-link", has_text=word).first.wait_for(timeout=45_000)  # a blog is asked every 20 seconds
    await open_row(agent, word)
    await expect(agent.locator(".composer-public")).to_be_visible()
    await answer(agent, f"Ja, ab Montag im Laden! ({word})")
    await expect(public.locator(".post.ours", has_text=f"Ja, ab Montag im Laden! ({word})")).to_have_count(1)
    await expect(public.locator(".post.ours .text", has_text=word)).to_have_text(f"Ja, ab Montag im Laden! ({word})")
    await expect(agent.locator("#entries .entry.out", has_text=word)).to_have_count(1)
