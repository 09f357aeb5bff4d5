"""Who is away by silence, who comes back by themselves, and how full somebody is: decided without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from oase.desk.presence import Capacity, Duty, DutyRules, Standing, State, TeamDesk, has_room, load
from oase.desk.presence.rules import after_beat, after_silence, check_rules, check_team, chosen
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def stands(state: State = "online", *, seen: timedelta = timedelta(0), acted: timedelta = timedelta(0)) -> Standing:
    """Somebody who has said so an hour ago, and gave a sign so long ago."""
    return Standing(state=state, since=NOW - HOUR, seen_at=NOW - seen, acted_at=NOW - acted)


@pytest.mark.parametrize("state", ["online", "busy"])
def test_who_works_is_away_after_a_minute_without_a_page_and_not_before(state: State) -> None:
    assert after_silence(NOW, stands(state, seen=59 * SECOND), None) is None
    gone = after_silence(NOW, stands(state, seen=60 * SECOND), None)
    assert gone and (gone.state, gone.left_by, gone.back_to, gone.since) == ("away", "unseen", state, NOW)


def test_who_does_nothing_is_away_only_where_the_workspace_wants_it() -> None:
    still = stands(acted=3 * HOUR)
    assert after_silence(NOW, still, None) is None
    gone = after_silence(NOW, still, 2 * HOUR)
    assert gone and (gone.state, gone.left_by, gone.back_to) == ("away", "idle", "online")


def test_a_break_without_a_page_stays_a_break_for_hours_and_ends_as_away_for_good() -> None:
    assert after_silence(NOW, stands("break", seen=HOUR, acted=HOUR), MINUTE) is None
    gone = after_silence(NOW, stands("break", seen=4 * HOUR), None)
    assert gone and (gone.state, gone.back_to) == ("away", "")


def test_who_went_away_by_silence_comes_back_by_silence() -> None:
    gone = after_silence(NOW, stands("busy", seen=MINUTE), None)
    assert gone is not None
    back = after_beat(NOW + 5 * MINUTE, gone, acted=False)
    assert (back.state, back.since, back.left_by, back.back_to) == ("busy", NOW + 5 * MINUTE, "", "")


def test_who_did_nothing_comes_back_by_an_act_only() -> None:
    gone = after_silence(NOW, stands(acted=2 * HOUR), HOUR)
    assert gone is not None
    assert after_beat(NOW + MINUTE, gone, acted=False).state == "away"
    assert after_beat(NOW + MINUTE, gone, acted=True).state == "online"


@pytest.mark.parametrize("state", ["away", "break"])
def test_who_said_so_themselves_does_not_come_back_by_themselves(state: State) -> None:
    said = chosen(NOW, state, "Mittag")
    after = after_beat(NOW + MINUTE, said, acted=True)
    assert (after.state, after.reason, after.since, after.seen_at) == (state, "Mittag", NOW, NOW + MINUTE)


def test_who_was_gone_for_more_than_an_hour_says_again_that_they_are_here() -> None:
    gone = after_silence(NOW, stands(seen=MINUTE), None)
    assert gone is not None
    assert after_beat(NOW + 61 * MINUTE, gone, acted=True).state == "away"


def test_a_second_device_keeps_somebody_here_when_the_first_falls_silent() -> None:
    here, laptop_until = stands(), NOW + 30 * SECOND
    for second in range(0, 600, 20):
        moment = NOW + second * SECOND
        here = after_beat(moment, here, acted=moment < laptop_until)
        assert after_silence(moment + 19 * SECOND, here, None) is None
    assert here.state == "online" and here.since == NOW - HOUR


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 400 * 24 * HOUR])
def test_when_the_servers_clock_jumps_people_are_back_with_the_next_beat(jump: timedelta) -> None:
    later = NOW + jump
    gone = after_silence(later, stands(), None)
    assert gone is not None and gone.state == "away"
    assert after_beat(later + 20 * SECOND, gone, acted=False).state == "online"


def test_a_clock_set_back_while_somebody_was_away_does_not_bring_them_back() -> None:
    gone = after_silence(NOW, stands(seen=MINUTE), None)
    assert gone is not None
    assert after_beat(NOW - 2 * HOUR, gone, acted=True).state == "away"


def test_a_reason_is_one_line_of_a_bearable_length() -> None:
    assert chosen(NOW, "break", "  Mittag\n mit  Ayşe ").reason == "Mittag mit Ayşe"
    with pytest.raises(Invalid, match="60 characters"):
        chosen(NOW, "break", "x" * 61)


def test_different_kinds_share_the_same_room() -> None:
    duty = Duty(agent_id=new_id(), name="Anna", state="online", since=NOW, capacity=Capacity(live=3, messaging=5))
    assert load(duty.capacity, {"live": 2, "messaging": 1}) * 15 == 13
    assert has_room(duty, "live", {"live": 2}) and not has_room(duty, "live", {"live": 3})
    assert has_room(duty, "messaging", {"live": 2}) and not has_room(duty, "messaging", {"live": 2, "messaging": 1})
    assert has_room(duty, "mail", {}) and not has_room(duty, "mail", {"messaging": 1})
    assert not has_room(replace(duty, state="busy"), "live", {})


def test_settings_that_no_person_can_work_by_are_refused() -> None:
    for wrong in (DutyRules(capacity=Capacity(live=0)), DutyRules(capacity=Capacity(messaging=99)), DutyRules(idle_minutes=-1)):
        with pytest.raises(Invalid):
            check_rules(wrong)
    assert check_rules(DutyRules(reasons=(" Mittag ", "", "Mittag", "Kind krank"))).reasons == ("Mittag", "Kind krank")
    for team in (TeamDesk(accept_seconds=1), TeamDesk(accept_seconds=6000), TeamDesk(overflow_after_seconds=-1)):
        with pytest.raises(Invalid):
            check_team(team)
