"""The automatic reply on messengers: once, only where it is worth it, and never where somebody else has said something."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import SAFE, Desk, desk
from tests.desk.promises.conftest import Promising, promising

from oase.channels import AccountBook
from oase.conversations import Answer, Author, say
from oase.desk.hours import Calendar, Closure, Timetables, save_calendar, week_of
from oase.desk.promises import repromise
from oase.desk.routing.repository import insert_quotes, keep_expected, next_epoch
from oase.desk.routing.types import Expected, Quoted
from oase.desk.waits.telling import tell_waits
from oase.kernel.ids import new_id
from oase.people import Wished, hear_wishes

__all__ = ["desk", "promising"]
ALWAYS = week_of({day: [("00:00", "24:00")] for day in range(7)})


@dataclass
class Telling:
    """What tests do and ask."""

    promising: Promising
    desk: Desk
    book: AccountBook
    passed_over: set[UUID] = field(default_factory=set)
    on_duty: bool = True  # somebody is there, so the leader foretells something

    async def wants(self, **policy: Any) -> None:
        await self.promising.edit(**{"tell_wait": True, **policy})

    async def foretells(self, conversation_id: UUID, minutes: float, *, usually: bool = False) -> None:
        """Routing says how long it takes."""
        async with self.desk.work() as work:
            since = await work.value("SELECT waiting_since FROM conversation WHERE id = %(id)s", {"id": conversation_id})
            seconds = minutes * 60
            quote = Quoted(
                conversation_id=conversation_id, waiting_since=since, pace="messaging", p50=seconds, p80=seconds, p90=seconds,
                usually=usually, busy=True,
            )  # fmt: skip
            await insert_quotes(work, [quote])

    async def closes(self) -> None:
        """Closed until the end of tomorrow."""
        today = self.desk.clock.now().date()
        closure = Closure(first=today - timedelta(days=1), last=today + timedelta(days=1))
        async with self.desk.work() as work:
            calendar = Calendar(zone="UTC", week=ALWAYS, closures=(closure,))
            known = await work.value("SELECT id FROM calendar WHERE workspace_id = %(workspace_id)s AND is_default")
            await save_calendar(work, name="Hours", calendar=calendar, team_ids=(), is_default=True, calendar_id=known)

    async def says_something(self, conversation_id: UUID, *, automatic: bool) -> None:
        answer = Answer(client_key=new_id(), text="Guten Tag.", automatic=automatic, undo=timedelta(0), then=None)
        async with self.desk.work() as work:
            await say(work, self.book, Author(name="Lindgrün"), conversation_id, answer)

    async def told(self, *, after: float = 40) -> list[str]:
        """What is said when so many seconds have passed."""
        self.desk.clock.advance(timedelta(seconds=after))
        async with self.desk.work() as work:
            await next_epoch(work)
            now = Expected(p50=60, p90=60, usually=False, at_once=False)
            await keep_expected(work, {"messaging": now} if self.on_duty else {})
            await tell_waits(work, self.book, Timetables(), self.passed_over)
            rows = await work.tuples(
                "SELECT text FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'out' AND automatic <> ''"
                " AND client_key IS NOT NULL AND author_id IS NULL ORDER BY at"
            )
        return [row[0] for row in rows if row[0] != "Guten Tag."]


@pytest_asyncio.fixture
async def telling(promising: Promising) -> AsyncIterator[Telling]:
    """The company wants it."""
    made = Telling(promising, promising.desk, AccountBook(promising.desk.database, SAFE, "https://support.example.com"))
    await made.wants()
    yield made


async def test_a_long_wait_is_said_once_in_the_customers_language(telling: Telling) -> None:
    conversation = await telling.desk.writes("Could you please tell me where my new bicycle is right now?")
    await telling.foretells(conversation, 40, usually=True)
    assert await telling.told(after=5) == []  # somebody may still be quicker
    (text,) = await telling.told()
    assert text.startswith("Thank you for your message. We usually answer within ")
    await telling.desk.writes("Hello?")
    assert await telling.told() == [text]


async def test_a_short_wait_is_not_worth_a_message_unless_the_workspace_thinks_so(telling: Telling) -> None:
    conversation = await telling.desk.writes("Wo bleibt mein neues Fahrrad, das ich letzte Woche bestellt habe?")
    await telling.foretells(conversation, 10)
    assert await telling.told() == []
    telling.on_duty = False
    await telling.wants(wait_minutes=5)
    assert await telling.told() == []  # nobody is there who could keep it
    telling.on_duty = True
    await telling.wants(wait_minutes=5, waits={"de": "{{company}}: {{wait}}"})
    (text,) = await telling.told()
    assert ": Sie haben unsere Antwort bis " in text


async def test_while_it_is_closed_the_opening_is_said_whether_something_was_foretold_or_not(telling: Telling) -> None:
    await telling.closes()
    await telling.desk.writes("Wo bleibt mein neues Fahrrad, das ich letzte Woche bestellt habe?")
    (text,) = await telling.told()
    assert text.startswith("Vielen Dank für Ihre Nachricht. Wir antworten ")


async def test_where_somebody_else_has_said_something_or_is_about_to_nothing_is_said(telling: Telling) -> None:
    by_rule, renewed, offered = [
        await telling.desk.writes(words, phone=f"491522881738{number}")
        for number, words in enumerate(("Wo bleibt mein Rad?", "Und meins?", "Und unsere?"))
    ]
    for one in (by_rule, renewed, offered):
        await telling.foretells(one, 40)
    await telling.says_something(by_rule, automatic=True)
    await telling.promising.feed.catch_up()
    async with telling.desk.work() as work:
        await repromise(work, telling.book, renewed, telling.desk.clock.now() + timedelta(minutes=50))
        await work.run(
            "INSERT INTO offer (workspace_id, id, conversation_id, waiting_since, agent_id, state, made_at, rule, epoch)"
            " SELECT workspace_id, %(new)s, id, waiting_since, %(agent)s, 'made', %(now)s, 1, 1 FROM conversation WHERE id = %(id)s",
            {"new": new_id(), "agent": telling.desk.agents["Anna"], "now": work.clock.now(), "id": offered},
        )
    (promise,) = await telling.told()
    assert "Geduld" in promise


async def test_machines_are_told_nothing_nor_who_asked_for_it_nor_who_was_told_often_nor_who_knows(telling: Telling) -> None:
    machine = await telling.desk.writes("Wo bleibt mein Rad?")
    silent = await telling.desk.writes("Wo bleibt unser Rad?", phone="4915228817389")
    alone = await telling.desk.writes("Wo bleibt ihr Rad?", phone="4915228817390")
    often = await telling.desk.writes("Und meins?", phone="4915228817387")
    for _ in range(3):
        await telling.says_something(often, automatic=True)
    async with telling.desk.work() as work:
        await work.run("UPDATE message SET automatic = 'auto_reply' WHERE conversation_id = %(id)s", {"id": machine})
        await work.run(
            "UPDATE message SET data = data || '{\"unanswerable\": true}' WHERE conversation_id = %(id)s", {"id": silent}
        )
        identity = await work.value("SELECT identity_id FROM conversation WHERE id = %(id)s", {"id": alone})
        await hear_wishes(work, {identity: Wished(what="stop", source="WhatsApp", words="STOP", confirm=False)})
        await work.run(
            "UPDATE conversation SET waiting_since = %(now)s WHERE id = %(id)s",
            {"id": often, "now": work.clock.now() + timedelta(seconds=1)},
        )
    for one in (machine, silent, alone, often):
        await telling.foretells(one, 40)
    assert await telling.told() == []
    late = await telling.desk.writes("Und unseres?", phone="4915228817388")
    await telling.foretells(late, 400)
    assert await telling.told(after=3_700) == []


async def test_without_being_switched_on_and_outside_the_reply_window_nothing_is_said(telling: Telling) -> None:
    conversation = await telling.desk.writes("Wo bleibt mein Rad?")
    await telling.foretells(conversation, 40)
    await telling.wants(tell_wait=False)
    assert await telling.told() == []
    await telling.wants()
    async with telling.desk.work() as work:
        long_ago = work.clock.now() - timedelta(days=2)
        await work.run("UPDATE conversation SET last_in_at = %(at)s WHERE id = %(id)s", {"at": long_ago, "id": conversation})
    assert await telling.told() == []
    assert len(telling.passed_over) == 1
