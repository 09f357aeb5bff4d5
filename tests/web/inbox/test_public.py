"""Public conversations on the screen: the row, the stage, who will read an answer, what is done about a comment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.axe import axe
from tests.conversations import page as page_channel
from tests.conversations.page import AYLIN, BORIS, POST, comment, delivery, posts, somebody
from tests.statements import statements

from oase.channels import create_account
from oase.channels.contract import Content, Deleted, Edited, Event, Moderated
from oase.conversations import Answer, Author, moderate, needs_no_answer, note, say
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

from .conftest import Desk, Screens, settled
from .test_live import is_as_if_opened_now

pytestmark = pytest.mark.browser
BEN = Author(name="Ben Öztürk")
LONG = "Ich habe das Rad seit März und bin sehr zufrieden, nur die Schaltung knackt, wenn es kalt ist. Kennt das jemand? " * 3


class Wall:
    """The company's page with its desk."""

    def __init__(self, desk: Desk, account_id: UUID) -> None:
        self.desk = desk
        self.account_id = account_id

    async def hears(self, *events: Event) -> None:
        """These events arrive and are taken in."""
        desk = self.desk
        await desk.services.journal.accept(desk.workspace_id, self.account_id, "testpage", delivery(*events))
        while await desk.worker.take_batch(desk.workspace_id, self.account_id):
            continue

    async def message(self, external_id: str) -> UUID:
        """The message with this id of the place."""
        found = await self.desk.value("SELECT id FROM message WHERE external_id = %(id)s", id=external_id)
        assert isinstance(found, UUID)
        return found

    async def path(self) -> str:
        """Where the conversation is opened."""
        found = await self.desk.value("SELECT id FROM conversation WHERE kind = 'public'")
        return f"/inbox/open/{found}"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is a channel before the pages are served; everything there happened just now."""
    page_channel.installed(monkeypatch)
    monkeypatch.setattr(page_channel, "AT", datetime.now(UTC) - timedelta(minutes=30))


@pytest_asyncio.fixture
async def wall(installed: None, desk: Desk) -> AsyncIterator[Wall]:
    """A post with comments of three people."""
    async with desk.database.work(desk.workspace_id) as work:
        given = {"base_url": "https://page.example"}
        account_id = await create_account(work, desk.services.safe, "testpage", "Rad & Tat", given)
    wall = Wall(desk, account_id)
    await wall.hears(posts("Wir haben wieder Lastenräder! 🚲 Rot, blau und in einem sehr schönen Grün. Kommt vorbei."))
    await wall.hears(
        comment(1, "Was kostet das rote?"),
        comment(2, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=1),
        comment(3, LONG, somebody(3, "Wilhelmine Freifrau von Donnersmarck-Hohenlohe"), minutes=2),
        comment(4, "Kauft lieber bei mir! 💸 https://spam.example", somebody(4, "💸💸💸"), minutes=3),
    )
    yield wall


def a_comment(page: Page, words: str) -> Any:
    """The comment that says this."""
    return page.locator("#entries .comment", has_text=words).first


async def test_the_row_says_where_how_many_speak_and_how_many_wait(wall: Wall, screens: Screens) -> None:
    page = await screens.open("/inbox/open")
    row = page.locator("#rows .row")
    await expect(row.locator(".row-name")).to_have_text(POST.title)
    await expect(row.locator(".row-public")).to_contain_text("4 warten")
    await expect(row.locator(".avatar-place")).to_be_visible()
    await expect(row).to_contain_text("4 Personen sprechen")


async def test_the_stage_shows_the_post_then_who_waits_each_below_what_it_answers(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    texts = await page.locator("#entries .comment .bubble-text").all_inner_texts()
    assert [text[:20] for text in texts] == [
        "Wir haben wieder Las", "Was kostet das rote?", "Das wüsste ich auch ", LONG[:20], "Kauft lieber bei mir",
    ]  # fmt: skip
    await expect(page.locator("#entries .depth-1")).to_contain_text("Das wüsste ich auch gern")
    await expect(page.locator(".crowd-head h3")).to_have_text(["4 Nachrichten brauchen eine Antwort"])
    await expect(page.locator("#person h2").first).to_have_text("Aylin Öztürk")


async def test_an_answer_in_public_says_who_reads_it_and_goes_below_the_comment(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await expect(page.locator("#composer-readers")).to_have_text("Öffentlich: Alle, die die Seite besuchen, lesen das.")
    await expect(page.locator('[name="audience"][value="private"]')).to_be_disabled()
    await a_comment(page, "Was kostet das rote?").locator("[data-answers]").click()
    await page.fill("#composer-text", "2.390 € 🙂")
    await page.click("#composer-send")
    await expect(a_comment(page, "2.390 €")).to_be_visible()
    await expect(page.locator(".crowd-head h3").first).to_have_text("3 Nachrichten brauchen eine Antwort")
    row = await wall.desk.value("SELECT outbound->'outbound'->'envelope' FROM delivery")
    assert (row["thread"], row["reply_to"], row["to"]) == ("post-1", "c-1", "aylin")
    await settled(page)
    await is_as_if_opened_now(page)


async def test_a_private_answer_is_announced_in_other_colours_and_both_sides_lead_to_each_other(
    wall: Wall, screens: Screens
) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Was kostet das rote?").locator("[data-answers-aside]").click()
    await expect(page.locator(".composer-private")).to_have_text("Nur Aylin Öztürk liest das.")
    await expect(page.locator("#composer-readers")).to_be_hidden()
    await page.fill("#composer-text", "Für Sie machen wir 2.200 €.")
    await page.click("#composer-send")
    await page.click(".comment-aside a")
    await expect(page.locator("#entries .event").first).to_contain_text(
        "hat hier privat auf eine öffentliche Nachricht geantwortet"
    )
    await expect(page.locator("#entries .entry.out")).to_contain_text("2.200 €")
    await page.click("#entries .event [data-shows-conversation]")
    await expect(page.locator("#talk-head h2")).to_have_text(POST.title)


async def test_whoever_changes_ones_mind_switches_between_everybody_and_one(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Was kostet das rote?").locator("[data-answers]").click()
    await page.locator(".audience-private").click()
    await expect(page.locator(".composer-private")).to_be_visible()
    await page.locator(".audience-public").click()
    await expect(page.locator("#composer-readers")).to_be_visible()
    await page.locator(".audience-private").click()
    await page.click("[data-unquotes]")
    await expect(page.locator("#composer-readers")).to_be_visible()
    await expect(page.locator('[name="audience"][value="private"]')).to_be_disabled()


async def test_the_draft_keeps_who_is_to_read_it(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Was kostet das rote?").locator("[data-answers-aside]").click()
    await page.fill("#composer-text", "Nur für Sie")
    async with page.expect_response("**/draft"):
        pass
    await page.reload()
    await expect(page.locator(".composer-private")).to_have_text("Nur Aylin Öztürk liest das.")
    await expect(page.locator("#composer-text")).to_have_value("Nur für Sie")


async def test_spam_is_hidden_by_keyboard_and_shown_again_by_undo(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Kauft lieber bei mir").focus()
    await page.keyboard.press("h")
    await expect(a_comment(page, "Kauft lieber bei mir")).to_contain_text("Wird verborgen")
    await expect(page.locator(".crowd-head h3").first).to_have_text("3 Nachrichten brauchen eine Antwort")
    await page.keyboard.press("z")
    await expect(page.locator(".crowd-head h3").first).to_have_text("4 Nachrichten brauchen eine Antwort")


async def test_deleting_asks_first_and_says_what_it_means(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Kauft lieber bei mir").locator("[data-comment]").click()
    await page.click('#comment-menu [data-does="delete"]')
    await expect(page.locator("#delete-comment-line")).to_contain_text("Kauft lieber bei mir")
    await page.click("#delete-comment-do")
    await expect(a_comment(page, "Kauft lieber bei mir")).to_contain_text("Wird gelöscht")


async def test_what_needs_no_answer_is_done_with_one_key_and_the_next_one_has_the_focus(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Was kostet das rote?").focus()
    await page.keyboard.press("d")
    await expect(page.locator(".crowd-head h3").first).to_have_text("3 Nachrichten brauchen eine Antwort")
    assert "Das wüsste ich" in await page.evaluate("document.activeElement.textContent")


async def test_the_person_beside_follows_the_comment_that_one_looks_at(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await a_comment(page, "Das wüsste ich auch").click(position={"x": 60, "y": 30})
    await expect(page.locator("#person h2").first).to_have_text("Boris O’Brien 🚴")
    await wall.hears(comment(5, "Noch eine Frage", AYLIN, minutes=9))
    await expect(a_comment(page, "Noch eine Frage")).to_be_visible()
    await settled(page)
    await expect(page.locator("#person h2").first).to_have_text("Boris O’Brien 🚴")


Act = Callable[[UnitOfWork, Wall], Awaitable[object]]


async def _answered(work: UnitOfWork, wall: Wall) -> None:
    conversation = await work.value("SELECT id FROM conversation")
    answer = Answer(client_key=new_id(), text="Ja!", reply_to_id=await wall.message("c-3"), undo=timedelta(0))
    await say(work, wall.desk.services.book, BEN, conversation, answer)


async def _aside(work: UnitOfWork, wall: Wall) -> None:
    conversation = await work.value("SELECT id FROM conversation")
    more: dict[str, Any] = {"audience": "private", "undo": timedelta(0)}
    answer = Answer(client_key=new_id(), text="Ja!", reply_to_id=await wall.message("c-3"), **more)
    await say(work, wall.desk.services.book, BEN, conversation, answer)


async def _noted(work: UnitOfWork, wall: Wall) -> None:
    await note(work, BEN, await work.value("SELECT id FROM conversation"), "Wer kennt den Preis?", client_key=new_id())


async def _moderated(work: UnitOfWork, wall: Wall, act: Any) -> None:
    await moderate(work, wall.desk.services.book, BEN, await wall.message("c-4"), act)


async def _done(work: UnitOfWork, wall: Wall) -> None:
    await needs_no_answer(work, BEN, [await wall.message("c-4"), await wall.message("c-1")])


ACTS: dict[str, Act] = {
    "answer": _answered,
    "private answer": _aside,
    "note": _noted,
    "hide": lambda work, wall: _moderated(work, wall, "hide"),
    "like": lambda work, wall: _moderated(work, wall, "like"),
    "done": _done,
}


@pytest.mark.parametrize("name", ACTS)
async def test_after_an_act_elsewhere_the_stage_is_as_if_it_were_opened_now(name: str, wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await settled(page)
    await page.mouse.move(1300, 500)
    said = await page.locator("#entries").inner_text()
    async with wall.desk.database.work(wall.desk.workspace_id) as work:
        await ACTS[name](work, wall)
    await page.wait_for_function("said => document.getElementById('entries').innerText !== said", arg=said, timeout=15_000)
    await settled(page)
    await is_as_if_opened_now(page)


async def test_what_the_place_tells_changes_the_stage_as_if_it_were_opened_now(wall: Wall, screens: Screens) -> None:
    page = await screens.open(await wall.path())
    await settled(page)
    await page.mouse.move(1300, 500)
    now = datetime.now(UTC)
    await wall.hears(
        Edited(external_id="c-1", content=Content(text="Was kostet das ROTE?"), at=now),
        Deleted(external_id="c-2", at=now),
        Moderated(external_id="c-4", act="hide", at=now, by="Änne Köhler"),
        comment(6, "Und das grüne? 💚", BORIS, below="c-1", minutes=5),
    )
    await expect(a_comment(page, "Und das grüne?")).to_be_visible()
    await expect(a_comment(page, "Was kostet das ROTE?")).to_contain_text("geändert")
    await expect(a_comment(page, "Ihre Worte sind gelöscht")).to_be_visible()
    await expect(a_comment(page, "Kauft lieber")).to_contain_text("Verborgen von Änne Köhler")
    await settled(page)
    await is_as_if_opened_now(page)


async def test_a_storm_on_the_screen_shows_twenty_who_wait_and_more_when_asked(
    wall: Wall, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in range(100, 900, 200):
        await wall.hears(*(comment(n, f"Kommentar {n}", somebody(n), minutes=n / 100) for n in range(start, start + 200)))
    page = await screens.open(await wall.path())
    assert await page.locator("#entries .branch").count() == 20
    await page.click('[data-more="waiting"]')
    await expect(page.locator("#entries .branch")).to_have_count(40)
    await wall.hears(comment(901, "Auch ich", somebody(901), minutes=10))
    await expect(page.locator("#talk-head")).to_contain_text("805 brauchen eine Antwort")
    await expect(page.locator("#entries .branch")).to_have_count(40)


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("dark", [False, True])
async def test_axe_finds_nothing_on_a_public_conversation(wall: Wall, screens: Screens, phone: bool, dark: bool) -> None:
    await _everything(wall)
    page = await screens.open(await wall.path(), phone=phone, dark=dark)
    await settled(page)
    assert await axe(page) == []
    await a_comment(page, "Was kostet das rote?").locator("[data-answers-aside]").click()
    assert await axe(page) == []


async def _everything(wall: Wall) -> None:
    """One of everything that a comment can be."""
    now = datetime.now(UTC)
    await wall.hears(
        comment(7, "Ich nehme es zurück", BORIS, minutes=4), comment(8, "Wer wartet noch?", somebody(8), below="c-2", minutes=5),
        Edited(external_id="c-3", content=Content(text="Die Schaltung knackt."), at=now), Deleted(external_id="c-7", at=now),
    )  # fmt: skip
    async with wall.desk.database.work(wall.desk.workspace_id) as work:
        for act in (_answered, _noted, ACTS["hide"], ACTS["like"]):
            await act(work, wall)
        conversation = await work.value("SELECT id FROM conversation WHERE kind = 'public'")
        below = Answer(client_key=new_id(), text="Steht im Profil 🙂", reply_to_id=await wall.message("c-8"), undo=timedelta(0))
        await say(work, wall.desk.services.book, BEN, conversation, below)
        aside = Answer(
            client_key=new_id(), text="Hallo", reply_to_id=await wall.message("c-2"), audience="private", undo=timedelta(0)
        )
        await say(work, wall.desk.services.book, BEN, conversation, aside)


async def test_opening_a_public_conversation_costs_as_many_statements_however_long_it_is(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oase.kernel.i18n import translator
    from oase.web.directory import Staff
    from oase.web.inbox.talk import read_conversation

    desk = wall.desk
    conversation = await desk.value("SELECT id FROM conversation")
    staff = Staff(agents=(), teams=(), agent_names={}, team_names={}, teams_of={})
    counts = []
    for more in (0, 300):
        if more:
            await wall.hears(*(comment(1000 + n, "Noch einer", somebody(n), minutes=5) for n in range(more)))
        async with desk.database.work(desk.workspace_id) as work:
            with statements(monkeypatch) as sent:
                await read_conversation(
                    work, desk.services.book, conversation, _anybody(desk), staff, translator("de", "Europe/Berlin")
                )
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 20


def _anybody(desk: Desk) -> Any:
    class Anybody:
        agent_id = new_id()

        def may(self, _: object) -> bool:
            return True

    return Anybody()
