"""Due times in opening hours: over daylight saving, changed zones, edited calendars, and calendars that never open. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.desk.promises.conftest import BERLIN

from oase.conversations import Owed
from oase.desk.hours import Calendar, Closure, Timetable, week_of
from oase.desk.promises import Circumstances, Policy, Standing, Target
from oase.desk.promises.rules import Case, due_after, fits, is_vip, plan_of, promised
from oase.kernel.ids import new_id

THERE = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
PLAIN = Circumstances(channel="email", pace="mail", team_id=None, priority=0, vip=False)
WEEK = week_of({day: [("08:00", "18:00")] for day in range(5)})


def owed(since: datetime, **changes: Any) -> Owed:
    given = {
        "id": new_id(), "number": 1, "person_id": new_id(), "assignee_id": None, "kind": "private", "channel": "email",
        "state": "open", "team_id": None, "priority": 0, "waiting_since": since, "due_at": None, "last_out_at": None,
        "solved_at": None, "created_at": since, "merged_into": None, "person_tags": [], "person_fields": {}, "language": "",
        "answered_before": False, **changes,
    }  # fmt: skip
    return Owed(**given)


def standing(case: Owed, due: datetime, **changes: Any) -> Standing:
    since = case.waiting_since or case.created_at
    given = {
        "id": new_id(), "conversation_id": case.id, "made_in": case.id, "kind": "first", "number": 1, "since": since,
        "made_at": since, "due_at": due, "target": 8 * HOUR, "made_of": PLAIN,
        "paused_at": None, "left_time": None, "told_at": None, **changes,
    }  # fmt: skip
    return Standing(**given)


MAIL = Policy(targets=(Target(id=new_id(), first=8 * HOUR),))


def test_working_time_passes_the_night_in_which_clocks_change() -> None:
    friday = datetime(2026, 10, 23, 16, 0, tzinfo=THERE)  # clocks go back on Sunday
    (made,) = plan_of([Case(owed(friday), [], {}, PLAIN, Timetable(BERLIN))], MAIL, friday).made
    assert made.due_at.astimezone(THERE) == datetime(2026, 10, 26, 14, 0, tzinfo=THERE)


def test_another_zone_or_another_closure_moves_no_promise_later() -> None:
    friday = datetime(2026, 10, 23, 16, 0, tzinfo=THERE)
    case = owed(friday, due_at=datetime(2026, 10, 26, 14, 0, tzinfo=THERE))
    stands = standing(case, case.due_at)  # type: ignore[arg-type]
    away = Closure(first=date(2026, 10, 26), last=date(2026, 10, 30))
    for calendar in (Calendar(zone="Europe/Berlin", week=WEEK, closures=(away,)), Calendar(zone="Europe/London", week=WEEK)):
        plan = plan_of([Case(case, [stands], {}, PLAIN, Timetable(calendar))], MAIL, friday)
        assert (plan.settled, plan.made, plan.due) == ([], [], [])
    east = Timetable(Calendar(zone="Asia/Tokyo", week=WEEK))
    plan = plan_of([Case(case, [stands], {}, PLAIN, east)], MAIL, friday)  # sooner, and still to be kept
    assert [one.outcome for one in plan.settled] == ["withdrawn"] and plan.made[0].due_at < stands.due_at


def test_a_calendar_that_never_opens_is_counted_around_the_clock_and_says_so() -> None:
    never = Timetable(Calendar(zone="UTC", week=week_of({})))
    since = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    assert due_after(never, since, HOUR) == (since + HOUR, True)
    plan = plan_of([Case(owed(since), [], {}, PLAIN, never)], MAIL, since)
    assert (plan.made[0].never_open, plan.due[0].due_at) == (True, since + 8 * HOUR)


def test_what_is_late_or_was_told_is_not_made_good_by_a_lower_priority() -> None:
    since = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
    case = owed(since, due_at=since + HOUR)
    urgent = Circumstances(channel="email", pace="mail", team_id=None, priority=2, vip=False)
    late, now = standing(case, since + HOUR, made_of=urgent), since + 2 * HOUR
    assert plan_of([Case(case, [late], {}, PLAIN, Timetable(BERLIN))], MAIL, now).made == []
    told = standing(case, since + 3 * HOUR, made_of=urgent, number=2, told_at=since)
    plan = plan_of([Case(case, [late, told], {}, PLAIN, Timetable(BERLIN))], MAIL, now)
    assert (plan.made, [one.due_at for one in plan.due]) == ([], [told.due_at])


def test_the_first_target_that_fits_and_says_something_decides() -> None:
    targets = (
        Target(id=new_id(), name="VIP", vip=True, first=HOUR),
        Target(id=new_id(), name="Mail", paces=("mail",), first=4 * HOUR, solution=40 * HOUR),
        Target(id=new_id(), name="Rest", next=9 * HOUR),
    )
    policy = Policy(targets=targets, vip_tag="Gold", vip_field="wichtig")
    important = Circumstances(channel="email", pace="mail", team_id=None, priority=0, vip=True)
    assert promised(policy, "first", important) == (HOUR, "VIP")
    assert promised(policy, "solution", important) == (40 * HOUR, "Mail")
    assert promised(policy, "next", PLAIN) == (9 * HOUR, "Rest")
    assert promised(Policy(), "solution", PLAIN) == (None, "")
    assert not fits(Target(id=new_id(), teams=(new_id(),), first=HOUR), PLAIN)
    assert [is_vip(policy, tags, fields) for tags, fields in ((["gold"], {}), ([], {"wichtig": True}), (["Silber"], {}))] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("minutes", [0, 90])
def test_pauses_keep_what_is_left_of_opening_hours_over_a_weekend(minutes: int) -> None:
    since = datetime(2026, 11, 27, 15, 0, tzinfo=THERE)
    case = owed(since, state="waiting", due_at=datetime(2026, 11, 30, 13, 0, tzinfo=THERE))
    now, table = since + timedelta(minutes=minutes), Timetable(BERLIN)
    (paused,) = plan_of([Case(case, [standing(case, case.due_at)], {}, PLAIN, table)], MAIL, now).moved  # type: ignore[arg-type]
    assert paused.left_time == 8 * HOUR - timedelta(minutes=minutes)
    back = datetime(2026, 12, 1, 8, 0, tzinfo=THERE)
    resting = standing(case, case.due_at, paused_at=now, left_time=paused.left_time)  # type: ignore[arg-type]
    awake = owed(since, id=case.id, due_at=None)
    (resumed,) = plan_of([Case(awake, [resting], {}, PLAIN, table)], MAIL, back).moved
    assert resumed.due_at.astimezone(THERE) == datetime(2026, 12, 1, 16, 0, tzinfo=THERE) - timedelta(minutes=minutes)
