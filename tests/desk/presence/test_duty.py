"""Presence on the database: what is said and seen, who is on duty with what, what others hear of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncCursor

from oase.desk.presence import (
    Capacity,
    DutyRules,
    PresenceClock,
    TeamDesk,
    UnknownState,
    duty_rules,
    on_duty,
    overload_of,
    set_capacity,
    set_duty_rules,
    set_overload,
    set_state,
    set_team_desk,
    standings,
    team_desks,
)
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.kernel.locks import Locks
from oase.staff import UnknownAgent, UnknownTeam, deactivate, delete_skill, list_roles, save_skill, save_team, set_skills

from .conftest import Company


async def test_nobody_is_on_duty_until_they_say_so(company: Company) -> None:
    await company.beats("Anna", acted=True)
    async with company.work() as work:
        assert await on_duty(work) == [] and await standings(work) == {}
    assert await company.state("Anna") == "away"


async def test_who_is_on_duty_comes_with_skills_teams_and_capacity(company: Company) -> None:
    await company.says("Anna", "online")
    await company.says("Mehmet", "busy")
    await company.says("Sophie", "away", "Arzt")
    async with company.work() as work:
        french = await save_skill(work, kind="language", name="Französisch", code="FR")
        await set_skills(work, company.agents["Mehmet"], {french.id: 4})
        team = await save_team(work, name="Werkstatt", members=[company.agents["Mehmet"]])
        await set_duty_rules(work, DutyRules(capacity=Capacity(live=2, messaging=4)))
        await set_capacity(work, company.agents["Mehmet"], live=1, messaging=None)
        anna, mehmet = await on_duty(work)
    assert (anna.name, anna.state, anna.capacity, anna.skills, anna.teams) == (
        "Anna",
        "online",
        Capacity(live=2, messaging=4),
        {},
        frozenset(),
    )
    assert (mehmet.state, mehmet.capacity, mehmet.skills) == ("busy", Capacity(live=1, messaging=4), {french.id: 4})
    assert (mehmet.teams, french.code) == (frozenset({team}), "fr")


async def test_who_is_on_duty_is_asked_with_the_same_number_of_queries_for_however_many(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    execute = AsyncCursor.execute

    async def counted(self: AsyncCursor[Any], query: Any, *rest: Any, **named: Any) -> Any:
        asked.append(query)
        return await execute(self, query, *rest, **named)

    monkeypatch.setattr(AsyncCursor, "execute", counted)
    numbers = []
    for name in company.agents:
        await company.says(name, "online")
        async with company.work() as work:
            asked.clear()
            assert await on_duty(work)
            numbers.append(len(asked))
    assert len(set(numbers)) == 1 and numbers[0] <= 5


async def test_a_closed_page_counts_at_once_and_is_written_down_by_the_clock(company: Company) -> None:
    await company.says("Anna", "online")
    await company.says("Mehmet", "online")
    assert await company.passes(seconds=40) == []
    await company.beats("Mehmet")
    company.clock.advance(timedelta(seconds=20))
    async with company.work() as work:
        assert [one.name for one in await on_duty(work)] == ["Mehmet"]
    assert await company.passes() == ["Anna"] and await company.passes() == []
    await company.beats("Anna")
    assert await company.state("Anna") == "online"
    states = [payload["state"] for key, payload in await company.heard("duty") if key == company.agents["Anna"]]
    assert states == ["online", "away", "online"]


async def test_where_acts_count_whoever_only_keeps_a_page_open_is_away(company: Company) -> None:
    async with company.work() as work:
        await set_duty_rules(work, DutyRules(idle_minutes=10))
    await company.says("Anna", "online")
    await company.says("Mehmet", "online")
    gone = []
    for _ in range(20):
        gone += await company.passes(seconds=30)
        await company.beats("Anna")
        await company.beats("Mehmet", acted=True)
    assert gone == ["Anna"] and await company.state("Anna") == "away" and await company.state("Mehmet") == "online"
    await company.beats("Anna", acted=True)
    assert await company.state("Anna") == "online"


async def test_the_clock_gives_pages_a_minute_to_come_back_after_a_standstill(company: Company) -> None:
    locks = Locks(company.database.dsn)
    clock = PresenceClock(company.database, locks)
    await company.says("Anna", "online")
    company.clock.advance(timedelta(minutes=20))
    assert [await clock.turn(number) for number in range(6)] == [0] * 6
    await clock.turn(6)
    assert await company.state("Anna") == "away"
    await locks.close()


async def test_a_page_that_is_open_again_is_told_before_anybody_has_written_down_that_it_was_closed(company: Company) -> None:
    await company.says("Anna", "online")
    company.clock.advance(timedelta(minutes=5))
    await company.beats("Anna")
    await company.beats("Anna")
    assert [payload["state"] for _, payload in await company.heard("duty")] == ["online", "online"]


async def test_what_a_lead_says_of_somebody_is_written_down_and_what_one_says_oneself_is_not(company: Company) -> None:
    await company.says("Anna", "online")
    async with company.work("Mehmet") as work:
        await set_state(work, company.agents["Anna"], "away", "krank")
    async with company.work() as work:
        rows = await work.tuples("SELECT data FROM audit_entry WHERE act = 'agent.duty_set' AND workspace_id = %(workspace_id)s")
    assert rows == [({"name": "Anna", "state": "away", "reason": "krank"},)]


async def test_saying_the_same_again_keeps_since_when_and_tells_nobody(company: Company) -> None:
    await company.says("Anna", "online")
    begun = company.clock.now()
    await company.passes(seconds=30)
    await company.says("Anna", "online")
    async with company.work() as work:
        found = (await standings(work))[company.agents["Anna"]]
    assert (found.since, found.seen_at) == (begun, company.clock.now())
    assert len(await company.heard("duty")) == 1


async def test_unknown_states_and_agents_are_refused(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(UnknownState):
            await set_state(work, company.agents["Anna"], "asleep")  # type: ignore[arg-type]
        with pytest.raises(UnknownAgent):
            await set_state(work, new_id(), "online")


async def test_a_deactivated_agent_is_not_on_duty(company: Company) -> None:
    await company.says("Anna", "online")
    async with company.work() as work:
        held = frozenset(permission for role in await list_roles(work) for permission in role.permissions)
        await deactivate(work, company.agents["Anna"], held=held)
        assert await on_duty(work) == []
        with pytest.raises(Invalid):
            await set_state(work, company.agents["Anna"], "online")


async def test_how_a_team_gets_its_work_is_checked_kept_and_told(company: Company) -> None:
    async with company.work() as work:
        team = await save_team(work, name="Werkstatt", members=[])
        other = await save_team(work, name="Verkauf", members=[])
        wanted = TeamDesk(pull_only=True, accept_seconds=60, overflow_team_id=other, overflow_after_seconds=300)
        await set_team_desk(work, team, wanted)
        assert await team_desks(work) == {team: wanted}
        with pytest.raises(Invalid):
            await set_team_desk(work, team, TeamDesk(overflow_team_id=team))
        with pytest.raises(UnknownTeam):
            await set_team_desk(work, team, TeamDesk(overflow_team_id=new_id()))
    assert (team, {"what": "team"}) in await company.heard("desk")


async def test_what_overload_sacrifices_is_a_setting(company: Company) -> None:
    async with company.work() as work:
        assert await overload_of(work) == "protect_live"
        await set_overload(work, "protect_mail")
        assert await overload_of(work) == "protect_mail"
        with pytest.raises(Invalid):
            await set_overload(work, "protect_nobody")  # type: ignore[arg-type]
        assert await duty_rules(work) == DutyRules()


async def test_a_skill_that_goes_is_gone_from_everybody_and_told(company: Company) -> None:
    anna: UUID = company.agents["Anna"]
    await company.says("Anna", "online")
    async with company.work() as work:
        skill = await save_skill(work, kind="own", name="Rahmenbau", code="rahmenbau")
        await set_skills(work, anna, {skill.id: 5})
        await delete_skill(work, skill.id)
        assert (await on_duty(work))[0].skills == {}
    assert [payload for _, payload in await company.heard("desk")] == [{"what": "skills"}] * 3
