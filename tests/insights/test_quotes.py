"""What became of waits that were foretold: written down once, and reported with the number of cases."""

from datetime import datetime, timedelta
from uuid import UUID

from oase.conversations import Author, set_state
from oase.desk.hours import Calendar, Timetable, Timetables, always_open, week_of
from oase.desk.routing.repository import insert_quotes
from oase.desk.routing.types import Quoted
from oase.insights import report
from oase.insights.readmodels import quotes_kept

from .conftest import Company

MINUTE = timedelta(minutes=1)
ALWAYS = Timetable(always_open("UTC"))
NEVER = Timetable(Calendar(zone="UTC", week=week_of({})))


async def foretold(company: Company, talk: UUID, minutes: int, *, pace: str = "messaging", busy: bool = False) -> None:
    """Routing says how long it takes at most."""
    async with company.work() as work:
        since: datetime = await work.value("SELECT waiting_since FROM conversation WHERE id = %(id)s", {"id": talk})
        seconds = minutes * 60.0
        quote = Quoted(
            conversation_id=talk, waiting_since=since, pace=pace, p50=seconds, p80=seconds, p90=seconds, usually=False, busy=busy
        )
        await insert_quotes(work, [quote])


async def waited(company: Company) -> list[float | None]:
    """What is known of each, in the order in which they were foretold."""
    await company.waits()
    async with company.work() as work:
        return [row[0] for row in await work.tuples("SELECT waited FROM wait_quote ORDER BY made_at, id")]


async def test_how_long_it_was_is_known_with_the_answer_and_of_who_left_never(company: Company) -> None:
    first, second = await company.asks(1), await company.asks(2)
    for talk in (first, second):
        await foretold(company, talk, 10)
        company.clock.advance(timedelta(seconds=1))
    assert await waited(company) == [None, None]
    company.clock.advance(7 * MINUTE)
    await company.answers(first, automatic=True)
    assert await waited(company) == [None, None]
    await company.answers(first)
    async with company.work() as work:
        await set_state(work, Author(name="Anna"), second, "solved")
    known, nothing = await waited(company)
    assert known is not None and 420 <= known <= 425 and nothing is None
    company.clock.advance(60 * MINUTE)
    await company.asks(1)
    company.clock.advance(30 * MINUTE)
    await company.answers(first)
    assert await waited(company) == [known, None]


async def test_it_is_reported_by_pace_and_when_busy_and_who_still_waits_for_longer_counts(company: Company) -> None:
    now = company.clock.now()
    async with company.work() as work:
        talk = await company.asks()
        for place in range(20):
            await work.run(
                "INSERT INTO wait_quote (workspace_id, id, conversation_id, waiting_since, kind, made_at, p50, p80, p90, usually, busy,"
                " waited) VALUES (%(workspace_id)s, gen_random_uuid(), %(talk)s, %(at)s, %(kind)s, %(at)s, 60, 60, 60, %(usually)s,"
                " %(busy)s, %(waited)s)",
                {
                    "talk": talk, "at": now - timedelta(days=8) - place * MINUTE, "kind": "mail" if place < 2 else "live",
                    "usually": place == 19, "busy": place < 5, "waited": 61 if place == 3 else 60,
                },
            )  # fmt: skip
    await foretold(company, talk, 10)
    async with company.work() as work:
        later = now + timedelta(minutes=11)
        found = {(one.days, one.of): (one.kept, one.count) for one in await quotes_kept(work, later, (7, 28), ALWAYS)}
        closed = {(one.days, one.of): (one.kept, one.count) for one in await quotes_kept(work, later, (7, 28), NEVER)}
        assert (await report(work, Timetables(), later)).quotes
    assert found == {
        (7, "all"): (0, 1), (7, "messaging"): (0, 1), (28, "all"): (18, 20), (28, "live"): (16, 17), (28, "messaging"): (0, 1),
        (28, "mail"): (2, 2), (28, "busy"): (4, 5), (28, "learning"): (1, 1),
    }  # fmt: skip
    assert closed[28, "all"] == (18, 19)
