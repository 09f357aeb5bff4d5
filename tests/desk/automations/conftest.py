"""A desk with rules: the company of `tests/desk`, the feed that asks the rules, and short ways to write them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import SAFE, Desk

from oase.channels import AccountBook
from oase.conversations import Author, save_snippet, set_tags
from oase.conversations.conditions import Condition, Group
from oase.desk.automations import Act, AutomationClock, AutomationFeed, Means, Rule, When, runs_of, save_rule, switch_rule
from oase.desk.hours import Timetables
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Secret
from oase.kernel.settings import Settings


@dataclass
class Ground:
    """The desk, its accounts, and the feed."""

    desk: Desk
    book: AccountBook
    means: Means
    feed: AutomationFeed

    async def rule(self, name: str, when: When | str, *acts: Act, if_: tuple[Condition, ...] = (), **more: Any) -> Rule:
        """A rule that is switched on."""
        asked = When(what=when) if isinstance(when, str) else when  # type: ignore[arg-type]
        groups = (Group(conditions=if_),) if if_ else ()
        async with self.desk.work() as work:
            rule = await save_rule(work, self.book, name=name, when=asked, groups=groups, acts=acts, **more)
            await switch_rule(work, self.book, rule.id, on=True)
        return rule

    async def tags(self, conversation_id: UUID, *names: str) -> None:
        """A colleague tags."""
        async with self.desk.work() as work:
            await set_tags(work, Author(id=self.desk.agents["Anna"], name="Anna"), conversation_id, names)

    async def snippet(self, **texts: str) -> UUID:
        """A prepared answer."""
        async with self.desk.work() as work:
            return await save_snippet(work, shortcut="thanks", name="Dank", texts=texts)

    async def facts(self, conversation_id: UUID) -> dict[str, Any]:
        """The conversation as it stands."""
        async with self.desk.work() as work:
            row = await work.row(
                "SELECT state, tags, team_id, assignee_id, priority FROM conversation"
                " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
                {"id": conversation_id},
            )
        assert row is not None
        return row

    async def said(self, conversation_id: UUID, direction: str = "out") -> list[str]:
        """What our side said there."""
        async with self.desk.work() as work:
            rows = await work.tuples(
                "SELECT text FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s AND direction = %(direction)s"
                " ORDER BY at, id",
                {"id": conversation_id, "direction": direction},
            )
        return [row[0] for row in rows]

    async def outcomes(self) -> list[tuple[str, str, str]]:
        """(rule, outcome, why) of all that rules did, the oldest first."""
        async with self.desk.work() as work:
            return [(one.rule, one.outcome, one.why) for one in reversed(await runs_of(work, None))]


@pytest_asyncio.fixture
async def ground(desk: Desk) -> AsyncIterator[Ground]:
    """The company, with everything before its rules behind it."""
    locks, book = Locks(desk.database.dsn), AccountBook(desk.database, SAFE, "https://support.example.com")
    means = Means(book, Timetables())
    feed = AutomationFeed(desk.database, LiveHub(desk.database), locks, means)
    await desk.visible()
    await feed.catch_up()
    yield Ground(desk, book, means, feed)
    await locks.close()


@pytest_asyncio.fixture
async def timer(ground: Ground) -> AutomationClock:
    """The clock, which nobody winds up but the test."""
    settings = Settings(public_url="https://hilfe.example", smtp_url=Secret("smtp://mail.example"))
    return AutomationClock(ground.desk.database, settings, Locks(ground.desk.database.dsn), Means(ground.book, Timetables()))
