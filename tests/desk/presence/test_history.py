"""What is kept of what agents did, and who is away by signing out."""

from datetime import timedelta
from typing import Any

from oase.desk.presence import RULE, DutyRules, history_of, set_duty_rules, signs_out
from oase.staff import Visit, sign_out
from oase.staff.actions.sessions import open_session

from .conftest import Company


async def kept(company: Company, name: str = "Anna") -> list[tuple[str, int, int | None]]:
    """State, and minutes from the test's beginning, the oldest first."""
    async with company.work() as work:
        found = await history_of(work, company.agents[name], company.clock.now() - timedelta(days=365))
    began = min((one.began_at for one in found), default=company.clock.now())

    def minute(at: Any) -> int | None:
        return round((at - began).total_seconds() / 60) if at else None

    return [(one.state, minute(one.began_at) or 0, minute(one.ended_at)) for one in reversed(found)]


async def test_what_was_done_when_is_kept_without_reasons_and_being_away_is_what_lies_between(company: Company) -> None:
    await company.says("Anna", "online")
    await company.passes(minutes=0)
    company.clock.advance(timedelta(minutes=30))
    await company.beats("Anna", acted=True)
    await company.says("Anna", "break", "Arzt")
    await company.says("Anna", "break", "Mittag")  # the same state with another reason is no other stretch
    company.clock.advance(timedelta(minutes=30))
    await company.says("Anna", "online")
    assert await company.passes(minutes=2) == ["Anna"]
    await company.beats("Anna", acted=True)
    assert await kept(company) == [("online", 0, 30), ("break", 30, 60), ("online", 60, 62), ("online", 62, None)]


async def test_a_workspace_that_wants_no_history_keeps_none_and_what_is_old_goes(company: Company) -> None:
    await company.says("Anna", "online")
    async with company.work() as work:
        await set_duty_rules(work, DutyRules(history=False))
    company.clock.advance(timedelta(minutes=5))
    await company.says("Anna", "busy")
    await company.says("Mehmet", "online")
    assert (await kept(company), await kept(company, "Mehmet")) == ([("online", 0, 5)], [])
    async with company.work() as work:
        later = company.clock.now() + timedelta(days=1)
        assert (await RULE.count(work, later, 10), await RULE.sweep(work, later, 10)) == (1, 1)
    assert await kept(company) == []


async def test_who_signs_out_is_away_at_once_unless_another_device_is_in_use(company: Company) -> None:
    async with company.work() as work:
        visit = Visit(address="192.0.2.1", user_agent="")
        first = await open_session(work, company.agents["Anna"], visit)
        second = await open_session(work, company.agents["Anna"], visit)
    await company.says("Anna", "online")

    async def leaves(session: Any) -> str:
        async with company.work() as work:
            await sign_out(work, company.agents["Anna"], session.session_id)
            await signs_out(work, company.agents["Anna"])
        return await company.state("Anna")

    assert await leaves(first) == "online"
    assert await leaves(second) == "away"
    await company.beats("Anna", acted=True)
    assert await company.state("Anna") == "away"  # it was meant
    assert [one["state"] for _, one in await company.heard("duty")] == ["online", "away"]
