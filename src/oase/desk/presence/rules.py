"""Pure decisions about presence: who is away by silence, who comes back, what fits. Times are the server's, never a page's."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from msgspec import structs

from oase.channels.contract import Pace
from oase.desk.presence.types import Capacity, Duty, DutyRules, LeftBy, Standing, State, TeamDesk
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, message

UNSEEN_AFTER: Final = timedelta(seconds=60)  # three beats of an open page
BACK_WITHIN: Final = timedelta(
    minutes=60
)  # who is gone longer says again that they are here: it is another day, or another shift
BREAK_AT_MOST: Final = timedelta(hours=4)  # of somebody without an open page: they went home
USED_LATELY: Final = timedelta(minutes=2)  # of another session of theirs: what is known of it is exact to a minute
REASON_LENGTH: Final = 60
_USED_WITHIN: Final = timedelta(days=7)
REASONS_AT_MOST: Final = 12
STATE_NAMES: Final[Mapping[str, Message]] = {
    "online": message("Online"), "busy": message("Busy"), "break": message("On a break"), "away": message("Away"),
}  # fmt: skip
"""What agents do, in words."""
REASONS: Final[tuple[Message, ...]] = (
    message("Lunch"), message("Meeting"), message("Training"), message("Telephone"), message("Working on something else"),
)  # fmt: skip
AWAY_REASONS: Final[tuple[Message, ...]] = (message("End of the working day"), message("Appointment elsewhere"))


def after_silence(now: datetime, standing: Standing, idle_after: timedelta | None) -> Standing | None:
    """Where somebody stands after a while without a sign; None: as before. `idle_after` None: acts are not looked at."""
    if standing.state == "away" or standing.seen_at is None or standing.acted_at is None:
        return None
    unseen = abs(now - standing.seen_at)  # from the time to come: the clock was set back, and no page has said anything since
    if standing.state == "break":
        return _away(now, standing, "unseen", back_to="") if unseen >= BREAK_AT_MOST else None
    if unseen >= UNSEEN_AFTER:
        return _away(now, standing, "unseen", back_to=standing.state)
    if idle_after is not None and now - standing.acted_at >= idle_after:
        return _away(now, standing, "idle", back_to=standing.state)
    return None


def _away(now: datetime, standing: Standing, by: LeftBy, *, back_to: State | str) -> Standing:
    return structs.replace(standing, state="away", reason="", since=now, left_by=by, back_to=back_to)


def after_beat(now: datetime, standing: Standing, *, acted: bool) -> Standing:
    """Where somebody stands when an open page has said so, and whether its reader did something.

    Only who went away without saying so comes back without saying so: a page is enough for who had none, an act is needed of who
    did nothing.
    """
    seen = structs.replace(standing, seen_at=now, acted_at=now if acted or standing.acted_at is None else standing.acted_at)
    gone = abs(now - standing.since) if standing.since else None
    if not standing.back_to or gone is None or gone > BACK_WITHIN or (standing.left_by == "idle" and not acted):
        return seen
    return structs.replace(seen, state=standing.back_to, reason="", since=now, acted_at=now, left_by="", back_to="")


def chosen(now: datetime, state: State, reason: str) -> Standing:
    """Where somebody stands who says so themselves (or of whom a lead says so)."""
    return Standing(state=state, reason=check_reason(reason), since=now, seen_at=now, acted_at=now)


def check_reason(reason: str) -> str:
    """A reason on one line; raises Invalid."""
    line = " ".join(reason.split())
    if len(line) > REASON_LENGTH:
        raise Invalid(message("A reason has at most %(n)s characters.", n=REASON_LENGTH), field="reason")
    return line


def seen_lately(now: datetime, seen_at: datetime) -> bool:
    """Whether a page is open, as far as is known."""
    return abs(now - seen_at) < UNSEEN_AFTER


def is_here(standing: Standing, now: datetime) -> bool:
    """Whether somebody works now: online or busy, with a page open."""
    return standing.state in ("online", "busy") and standing.seen_at is not None and seen_lately(now, standing.seen_at)


def say_what_they_do(standings: Iterable[Standing], now: datetime) -> bool:
    """Whether a workspace uses presence: somebody said something within a week. One who tried it once closes no web chat for good."""
    return any(one.state != "away" or (one.since is not None and now - one.since < _USED_WITHIN) for one in standings)


def load(capacity: Capacity, held: Mapping[Pace, int]) -> Fraction:
    """How full somebody is: 0 nothing, 1 full. Two of three chats and one of five messenger conversations are 13/15."""
    return sum((Fraction(number, capacity.of(pace)) for pace, number in held.items()), Fraction(0))


def has_room(duty: Duty, pace: Pace, held: Mapping[Pace, int]) -> bool:
    """Whether another conversation of this kind may be offered."""
    return duty.state == "online" and load(duty.capacity, held) + Fraction(1, duty.capacity.of(pace)) <= 1


def check_rules(rules: DutyRules) -> DutyRules:
    """The rules with tidy reasons; raises Invalid."""
    check_capacity(rules.capacity)
    if not 0 <= rules.idle_minutes <= 480:
        raise Invalid(message("Please give a number from %(least)s to %(most)s.", least=0, most=480), field="idle_minutes")
    return structs.replace(rules, reasons=_tidy(rules.reasons, "reasons"), away_reasons=_tidy(rules.away_reasons, "away_reasons"))


def _tidy(reasons: Iterable[str], field: str) -> tuple[str, ...]:
    tidy = tuple(dict.fromkeys(line for one in reasons if (line := check_reason(one))))
    if len(tidy) > REASONS_AT_MOST:
        raise Invalid(message("Please name at most %(n)s reasons.", n=REASONS_AT_MOST), field=field)
    return tidy


def check_capacity(capacity: Capacity) -> None:
    """Raises Invalid for what no person can do."""
    for name in ("live", "messaging"):
        if not 1 <= getattr(capacity, name) <= 20:
            raise Invalid(message("Please give a number from %(least)s to %(most)s.", least=1, most=20), field=name)


def check_team(desk: TeamDesk) -> None:
    """Raises Invalid for what cannot work."""
    if not 10 <= desk.accept_seconds <= 600:
        text = message("Please give a number from %(least)s to %(most)s.", least=10, most=600)
        raise Invalid(text, field="accept_seconds")
    if not 0 <= desk.overflow_after_seconds <= 86400:
        text = message("Please give a number from %(least)s to %(most)s.", least=0, most=86400)
        raise Invalid(text, field="overflow_after_seconds")
