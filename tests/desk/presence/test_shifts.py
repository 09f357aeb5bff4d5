"""Shifts: what counts on a day, until when, and what is no shift."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oase.desk.presence import Shift, delete_shift, list_shifts, on_shift, save_shifts, shifts_on
from oase.desk.presence.shifts import check_shift, until
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.ids import new_id
from oase.staff import UnknownAgent, save_team

from .conftest import Company

ANNA, TED, TEAM = new_id(), new_id(), new_id()
TUESDAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")


def shift(**given: Any) -> Shift:
    return Shift(id=new_id(), **{"begins": 480, "ends": 990, **given})


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def test_ones_own_goes_before_the_teams_and_a_day_before_a_weekday() -> None:
    team, own, once = shift(team_id=TEAM, weekday=1), shift(agent_id=ANNA, weekday=1), shift(agent_id=ANNA, day=TUESDAY)
    team_once = shift(team_id=TEAM, day=TUESDAY)
    assert shifts_on([team, own, once, team_once], ANNA, [TEAM], TUESDAY) == [once]
    assert shifts_on([team, own, team_once], ANNA, [TEAM], TUESDAY) == [own]
    assert shifts_on([team, team_once], ANNA, [TEAM], TUESDAY) == [team_once]
    assert shifts_on([team], ANNA, [TEAM], TUESDAY) == [team] and shifts_on([team], ANNA, [], TUESDAY) == []
    assert shifts_on([team], TED, [TEAM], TUESDAY + timedelta(days=1)) == []


def test_a_shift_has_breaks_and_may_go_over_midnight() -> None:
    early = shift(agent_id=ANNA, weekday=1, breaks=((720, 750),))
    night = shift(agent_id=TED, weekday=1, begins=1320, ends=1800)
    assert until([early], ANNA, [], at(8)) == at(16, 30) and until([early], ANNA, [], at(16, 30)) is None
    assert until([early], ANNA, [], at(12, 10)) is None and until([early], ANNA, [], at(7, 59)) is None
    assert until([night], TED, [], at(23)) == at(6, day=25) == until([night], TED, [], at(5, 59, day=25))
    assert until([night], TED, [], at(6, day=25)) is None


def test_a_day_off_is_no_shift() -> None:
    off = shift(agent_id=ANNA, day=TUESDAY, begins=0, ends=0)
    assert until([shift(agent_id=ANNA, weekday=1), off], ANNA, [], at(10)) is None


@pytest.mark.parametrize(
    "given",
    [
        {"weekday": 1}, {"agent_id": ANNA, "team_id": TEAM, "weekday": 1}, {"agent_id": ANNA},
        {"agent_id": ANNA, "weekday": 1, "day": TUESDAY}, {"agent_id": ANNA, "weekday": 7},
        {"agent_id": ANNA, "weekday": 1, "begins": 990, "ends": 480}, {"agent_id": ANNA, "weekday": 1, "begins": 1440, "ends": 1500},
        {"agent_id": ANNA, "weekday": 1, "begins": 0, "ends": 0}, {"agent_id": ANNA, "weekday": 1, "breaks": ((700, 690),)},
        {"agent_id": ANNA, "weekday": 1, "breaks": ((400, 500),)}, {"agent_id": ANNA, "weekday": 1, "begins": 60, "ends": 1501},
    ],
)  # fmt: skip
def test_what_is_no_shift_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_shift(shift(**given))


async def test_who_is_to_be_there_is_told_by_the_clock_of_the_company(company: Company) -> None:
    anna, mehmet = company.agents["Anna"], company.agents["Mehmet"]
    async with company.work() as work:
        assert await on_shift(work) == {}
        team = await save_team(work, name="Werkstatt", members=[mehmet])
        mine = shift(agent_id=anna, weekday=1, begins=600, ends=660)  # 10:00 in Berlin is 9:00 here
        await save_shifts(work, [mine, shift(team_id=team, day=TUESDAY), shift(team_id=team, day=date(2026, 1, 1))])
        assert company.clock.now() == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
        assert await on_shift(work) == {anna: "11:00", mehmet: "16:30"} and await on_shift(work, anna) == {anna: "11:00"}
        assert len(await list_shifts(work, TUESDAY, TUESDAY)) == 2
        await delete_shift(work, mine.id)
        assert await on_shift(work) == {mehmet: "16:30"}
        with pytest.raises(NotFound):
            await delete_shift(work, mine.id)
        with pytest.raises(UnknownAgent):
            await save_shifts(work, [shift(agent_id=new_id(), weekday=0)])
