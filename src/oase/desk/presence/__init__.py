"""Presence: what agents do, what they can do and take on, and how teams get their work.

page open --beat (every 20 s)--> heartbeat --> agent_duty --on_duty--> whoever routes
agent says so --> set_state --^       ^-- clock: away after a minute's silence, back by the next beat
"""

from oase.desk.presence.actions import (
    heartbeat,
    let_go,
    set_capacity,
    set_duty_rules,
    set_overload,
    set_state,
    set_team_desk,
    signs_out,
)
from oase.desk.presence.clock import PresenceClock
from oase.desk.presence.errors import UnknownState
from oase.desk.presence.history import RULE, Stretch, history_of
from oase.desk.presence.needs import needing, takes
from oase.desk.presence.queries import (
    capacity_of,
    default_capacity,
    duty_rules,
    on_duty,
    overload_of,
    standing_of,
    standings,
    team_desks,
)
from oase.desk.presence.roster import delete_shift, list_shifts, on_shift, save_shifts
from oase.desk.presence.rules import AWAY_REASONS, REASONS, STATE_NAMES, has_room, is_here, load, say_what_they_do
from oase.desk.presence.shifts import DAY, Shift, shifts_on
from oase.desk.presence.types import STATES, Capacity, Duty, DutyRules, Overload, Standing, State, TeamDesk

__all__ = [
    "AWAY_REASONS",
    "DAY",
    "REASONS",
    "RULE",
    "STATES",
    "STATE_NAMES",
    "Capacity",
    "Duty",
    "DutyRules",
    "Overload",
    "PresenceClock",
    "Shift",
    "Standing",
    "State",
    "Stretch",
    "TeamDesk",
    "UnknownState",
    "capacity_of",
    "default_capacity",
    "delete_shift",
    "duty_rules",
    "has_room",
    "heartbeat",
    "history_of",
    "is_here",
    "let_go",
    "list_shifts",
    "load",
    "needing",
    "on_duty",
    "on_shift",
    "overload_of",
    "save_shifts",
    "say_what_they_do",
    "set_capacity",
    "set_duty_rules",
    "set_overload",
    "set_state",
    "set_team_desk",
    "shifts_on",
    "signs_out",
    "standing_of",
    "standings",
    "takes",
    "team_desks",
]
