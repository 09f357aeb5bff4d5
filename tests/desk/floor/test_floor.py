"""The figures of a prepared desk, by a number of queries that does not grow with it."""

import pytest
from tests.desk.floor.ground import Prepared
from tests.statements import statements

from oase.desk.floor import Unreached
from oase.desk.routing import Stranded


async def test_queues_say_how_much_waits_how_long_and_what_is_due_next(prepared: Prepared) -> None:
    await prepared.joins("Anna")
    await prepared.team("Werkstatt", "Anna")
    first = await prepared.waits(12, team="Werkstatt", minutes=20, due=10)
    await prepared.waits(3, team="Werkstatt", minutes=45, due=-5, to="Anna")
    await prepared.waits(1, channel="email", minutes=600, due=None)
    floor = await prepared.floor()
    assert [(one.team_id, one.pace, one.count, one.nobodys, one.over, one.soon) for one in floor.queues] == [
        (prepared.teams["Werkstatt"], "messaging", 15, 12, 3, 12),
        (None, "mail", 1, 1, 0, 0),
    ]
    queue = floor.queues[0]
    assert (prepared.clock.now() - queue.oldest).total_seconds() == 45 * 60
    assert queue.due_at is not None
    assert (queue.due_at - prepared.clock.now()).total_seconds() == 10 * 60 + 1
    assert len(queue.first) == 8
    assert [one.id for one in queue.first[3:5]] == first[:2]  # after the three that are over
    assert (floor.totals.waiting, floor.totals.nobodys, floor.totals.over, floor.totals.soon) == (16, 13, 3, 12)
    assert [one.id for one in floor.risk] == first
    assert len(floor.over) == 3


async def test_agents_show_what_they_do_and_how_full_they_are(prepared: Prepared) -> None:
    for name, state in (("Anna", "online"), ("Ben", "busy"), ("Cem", "break")):
        await prepared.joins(name, state)  # type: ignore[arg-type]
    await prepared.joins("Dora", None)
    chats = await prepared.waits(2, channel="webchat", to="Anna", minutes=1)
    (mail,) = await prepared.waits(channel="email", to="Ben")
    (asked,) = await prepared.waits(channel="email")
    await prepared.waits(channel="webchat", to="Ben", minutes=15)  # nobody has said anything for long
    await prepared.offered(mail, "Ben")
    await prepared.offered(asked, "Anna", "made")
    await prepared.offered(chats[0], "Anna")
    anna, ben, cem = (await prepared.floor()).crew
    assert (anna.name, anna.held, anna.load) == ("Anna", {"live": 2, "messaging": 0, "mail": 0}, 0.67)
    assert ([one.id for one in anna.at_work], [one.id for one in anna.offered]) == ([chats[0]], [asked])
    assert [one.id for one in anna.next] == [chats[1]]
    assert (ben.name, ben.load, ben.waiting) == ("Ben", 1.0, 2)
    assert (cem.name, cem.state, cem.load) == ("Cem", "break", 0.0)
    floor = await prepared.floor()
    assert [one.name for one in floor.away] == ["Dora"]
    assert (floor.totals.online, floor.totals.busy, floor.totals.on_break, floor.totals.away) == (1, 1, 1, 1)
    assert floor.totals.load == pytest.approx(0.835, abs=0.01)


async def test_one_team_is_shown_by_itself(prepared: Prepared) -> None:
    await prepared.joins("Anna")
    await prepared.joins("Ben")
    await prepared.team("Werkstatt", "Anna")
    await prepared.waits(2, team="Werkstatt", due=5)
    await prepared.waits(5, due=5)
    floor = await prepared.floor("Werkstatt")
    assert (floor.totals.waiting, len(floor.risk), [one.name for one in floor.crew]) == (2, 2, ["Anna"])


async def test_what_nobody_on_duty_can_do_is_said_with_what_is_missing(prepared: Prepared) -> None:
    await prepared.skill("Lastenrad")
    await prepared.joins("Anna")
    await prepared.joins("Ben", "break", skills=("Lastenrad",))  # on a break is not there
    await prepared.joins("Cem", "away")
    await prepared.team("Werkstatt", "Cem")
    await prepared.team("Verkauf", "Anna", "Ben")
    shop, sales, bikes = prepared.teams["Werkstatt"], prepared.teams["Verkauf"], (prepared.skills["Lastenrad"],)
    await prepared.stranded(
        Stranded(pace="live", team_id=shop, skills=(), count=3),
        Stranded(pace="mail", team_id=shop, skills=bikes, count=1),
        Stranded(pace="mail", team_id=sales, skills=bikes, count=5),
    )
    assert (await prepared.floor()).unreached == [
        Unreached(team_id=sales, anybody=True, skills=bikes, count=5),
        Unreached(team_id=shop, anybody=False, skills=(), count=4),
    ]
    assert [one.count for one in (await prepared.floor("Werkstatt")).unreached] == [4]


async def test_skills_that_are_there_but_in_no_one_person_are_all_named(prepared: Prepared) -> None:
    for skill, name in (("Lastenrad", "Anna"), ("Leasing", "Ben")):
        await prepared.skill(skill)
        await prepared.joins(name, skills=(skill,))
    both = tuple(prepared.skills.values())
    await prepared.stranded(Stranded(pace="live", team_id=None, skills=both, count=2))
    assert (await prepared.floor()).unreached == [Unreached(team_id=None, anybody=True, skills=both, count=2)]


async def test_ten_thousand_that_nobody_can_do_are_one_line_and_cost_no_more_queries(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared.joins("Anna")
    await prepared.team("Leasing")
    (one,) = await prepared.waits(team="Leasing")
    await prepared.floor()
    await prepared.stranded(Stranded(pace="messaging", team_id=prepared.teams["Leasing"], skills=(), count=10_000))
    with statements(monkeypatch) as few:
        await prepared.floor()
    async with prepared.work() as work:
        await work.run(
            "INSERT INTO conversation (workspace_id, id, number, person_id, channel, state, team_id, due_at, waiting_since, last_at,"
            " token, created_at) SELECT workspace_id, gen_random_uuid(), nextval('conversation_number'), person_id, channel, state,"
            " team_id, due_at + n * interval '1 second', waiting_since, last_at, gen_random_uuid()::text, created_at"
            " FROM conversation, generate_series(1, 9999) AS n WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": one},
        )
    for number in range(20):
        await prepared.joins(f"Agent {number}")
    with statements(monkeypatch) as many:
        floor = await prepared.floor()
    assert len(many) == len(few) <= 24
    assert floor.unreached == [Unreached(team_id=prepared.teams["Leasing"], anybody=False, skills=(), count=10_000)]
    assert (floor.totals.waiting, len(floor.queues[0].first), len(floor.risk) <= 50) == (10_000, 8, True)
