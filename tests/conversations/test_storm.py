"""A comment storm: 5,000 comments on one post in ten minutes, delivered three times and out of order, through the real intake.

They gather in one conversation; the inbox asks as few questions as ever, and the page shows those who still wait on top.
"""

import random
from uuid import UUID

import pytest
import pytest_asyncio
from tests.statements import statements

from oase.channels.contract import Address
from oase.conversations import Window, crowd_page, inbox_page, open_conversation, view_of
from oase.kernel.ids import new_id

from .page import AYLIN, answers, comment, delivery, posts, somebody
from .test_public import Wall, wall

__all__ = ["wall"]
COMMENTS = 5_000
SPEAKERS = 3_000
_TOGETHER = 20  # comments of one delivery


def _who(number: int) -> Address:
    return somebody(number % SPEAKERS)


@pytest_asyncio.fixture
async def storm(wall: Wall) -> UUID:
    """The conversation after the storm; nothing is answered yet."""
    chance = random.Random(4711)
    comments = [
        comment(number, f"Kommentar {number}: Frechheit! 😤", _who(number), minutes=number / 500) for number in range(COMMENTS)
    ]
    deliveries = [delivery(*comments[start : start + _TOGETHER]) for start in range(0, COMMENTS, _TOGETHER)]
    again = [one for one in deliveries if chance.random() < 0.2]
    near = [(place + chance.random() * 12, one) for place, one in enumerate(deliveries)]  # neighbours overtake each other
    await wall.hears(posts())
    await wall.takes(*(one for _, one in sorted(near, key=lambda pair: pair[0])), *again, *reversed(again))
    found = await wall.value("SELECT id FROM conversation")
    assert isinstance(found, UUID)
    return found


async def test_a_storm_gathers_in_one_conversation_and_the_inbox_stays_usable(
    wall: Wall, storm: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await wall.rows(
        "SELECT state, message_count, waiting_count, speaker_count, (SELECT count(*) FROM conversation) FROM conversation"
    ) == [("open", COMMENTS + 1, COMMENTS, SPEAKERS, 1)]
    assert await wall.rows("SELECT count(*), count(DISTINCT external_id) FROM message WHERE direction = 'in'") == [
        (COMMENTS, COMMENTS)
    ]
    assert await wall.value("SELECT count(*) FROM participant") == SPEAKERS
    me, view = new_id(), view_of("open", new_id())
    assert view is not None
    async with wall.database.work(wall.workspace_id) as work:
        with statements(monkeypatch) as listing:
            rows, _ = await inbox_page(work, view, me)
        with statements(monkeypatch) as opening:
            found = await open_conversation(work, storm, me)
            page = await crowd_page(work, storm, found.thread_external_id or "", Window())
    assert [(row.kind, row.waiting_count, row.speaker_count, row.unread) for row in rows] == [("public", COMMENTS, SPEAKERS, 100)]
    assert (len(listing), len(opening)) == (1, 6)
    assert page.post is not None
    assert [branch.messages[0].text for branch in page.waiting] == [f"Kommentar {number}: Frechheit! 😤" for number in range(20)]
    assert (page.waiting_branches, len(page.rest), page.rest_branches) == (COMMENTS, 0, 0)


async def test_after_the_storm_those_who_still_wait_stand_on_top_and_answers_count(wall: Wall, storm: UUID) -> None:
    done = [number for number in range(COMMENTS) if number % 10]
    for start in range(0, len(done), 300):
        await wall.hears(
            *(answers(n, "Das tut uns leid.", f"c-{n}", to=_who(n), minutes=20 + n / 100) for n in done[start : start + 300])
        )
    assert await wall.rows("SELECT state, waiting_count, message_count FROM conversation") == [
        ("open", COMMENTS // 10, COMMENTS + len(done) + 1)
    ]
    async with wall.database.work(wall.workspace_id) as work:
        page = await crowd_page(work, storm, "post-1", Window())
    assert [branch.key for branch in page.waiting] == [f"c-{number}" for number in range(0, 200, 10)]
    assert [[one.text for one in branch.messages] for branch in page.rest[:2]] == [
        [f"Kommentar {n}: Frechheit! 😤", "Das tut uns leid."] for n in (4999, 4998)
    ]


async def test_a_long_branch_shows_its_beginning_what_waits_and_the_newest_and_the_whole_when_asked(wall: Wall) -> None:
    await wall.hears(posts(), comment(1, "Was kostet das rote?"))
    await wall.hears(*(comment(n, f"Antwort {n}", somebody(n), below="c-1", minutes=n) for n in range(2, 60)))
    await wall.hears(*(answers(n, "Danke", f"c-{n}", to=somebody(n), minutes=60 + n) for n in range(2, 60) if n != 30))
    async with wall.database.work(wall.workspace_id) as work:
        conversation = await work.value("SELECT id FROM conversation")
        (branch,) = (await crowd_page(work, conversation, "post-1", Window())).waiting
        (whole,) = (await crowd_page(work, conversation, "post-1", Window(whole=["c-1"]))).waiting
    assert [one.text for one in branch.messages] == ["Was kostet das rote?", "Antwort 30", *["Danke"] * 6]
    assert (branch.count, branch.waits, len(whole.messages)) == (116, 2, 116)
    assert AYLIN.name in {one.author_name for one in branch.messages}
