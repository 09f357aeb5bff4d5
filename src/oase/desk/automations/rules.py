"""Which rules apply to what happened, and what becomes of a conversation by them. Pure: no I/O, no clock.

    live event --happenings--> Happening --decide (rules in their order, the facts as they become)--> Application, Application …

A rule sees what the rules above it did to the same conversation. What rules do happens, too, and may set others off: such a
happening carries the chain of rules that led to it. No rule is applied twice in a chain, and a chain has an end (DEPTH).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from oase.conversations.conditions import Facts, Spoken, fits
from oase.desk.automations.means import NO_HOURS, Hours
from oase.desk.automations.types import DEPTH, PASSED, Act, Application, Happening, Rule, What, When
from oase.desk.hours import NeverOpen
from oase.kernel.i18n import Message, message
from oase.kernel.live import LiveEvent

TALKS: Final = ("answer", "note", "webhook")
"""Acts that change nothing in the conversation itself: they are done whatever stands in it."""
NOT_AFTER: Final = timedelta(hours=6)
"""What lies longer (nobody followed the log) sets no rule off any more: an answer would come as a surprise."""
_CHANGES: Final[Mapping[str, What]] = {"assigned": "assignee", "team": "team", "priority": "priority", "tags": "tags"}


def happenings(event: LiveEvent, at: datetime, said: Mapping[UUID, Spoken]) -> Iterator[Happening]:
    """What an event of the live log means to rules. `said`: the messages that it may name."""
    facts, what = event.payload, str(event.payload.get("what", ""))
    named = tuple(UUID(one) for one in facts.get("messages", ()))

    def it(happened: What, to: str = "") -> Happening:
        return Happening(
            what=happened,
            to=to,
            conversation_id=event.key,
            source=str(event.position),
            at=at,
            messages=named,
            chain=_chain(facts),
        )

    if what in ("opened", "received"):
        if what == "opened":
            yield it("opened")
        elif facts.get("reopened"):
            yield it("state", "open")
        if named:
            yield it("received")
    elif what == "said":
        if any(said[one].by_agent for one in named if one in said):
            yield it("answered")
    elif what in ("state", "woke", "snoozed"):
        yield it("state", {"woke": "open", "snoozed": "snoozed"}.get(what, str(facts.get("state", ""))))
    elif what in _CHANGES:
        yield it(_CHANGES[what])


def named_messages(event: LiveEvent) -> list[UUID]:
    """The messages that an event names, if rules ask for them."""
    if event.payload.get("what") not in ("opened", "received", "said"):
        return []
    return [UUID(one) for one in event.payload.get("messages", ())]


def _chain(facts: Mapping[str, object]) -> tuple[UUID, ...]:
    cause = facts.get("cause")
    rules = cause.get("rules", ()) if isinstance(cause, dict) else ()
    return tuple(UUID(one) for one in rules)


def with_states(happening: Happening, said: Mapping[UUID, Spoken], facts: Facts) -> Iterator[Happening]:
    """The happening, and what it changed beside: an answer makes a conversation wait, or solves it, without a word of its own."""
    yield happening
    if happening.what != "answered":
        return
    before = {said[one].state_before for one in happening.messages if one in said} - {None}
    if before and facts.state not in before:
        yield msgspec.structs.replace(happening, what="state", to=facts.state)


def spoken_in(
    happening: Happening, said: Mapping[UUID, Spoken], last: Mapping[UUID, Spoken], hours: Hours, facts: Facts
) -> Facts:
    """The facts with the words that belong to the happening (of its messages, or else what the customer said last), and whether
    somebody worked then."""
    named = [said[one] for one in happening.messages if one in said]
    if not named and happening.conversation_id in last:
        named = [last[happening.conversation_id]]
    return msgspec.structs.replace(
        facts,
        text="\n".join(one.text for one in named),
        files=sum(one.files for one in named),
        automatic=bool(named) and all(one.automatic for one in named),
        at=happening.at,
        open=hours[facts.team_id].is_open(happening.at) if facts.team_id in hours else True,
    )


def is_set_off(when: When, happening: Happening) -> bool:
    """Whether this is what the rule waits for."""
    return when.what == happening.what and (not when.to or happening.to in when.to)


def decide(
    rules: Sequence[Rule], happening: Happening, facts: Facts, now: datetime, hours: Hours = NO_HOURS
) -> Iterator[Application]:
    """The rules that apply, in their order; each is asked about the conversation as those above it left it."""
    for rule in rules:
        if happening.rule_id not in (None, rule.id) or not is_set_off(rule.when, happening) or not fits(rule.groups, facts, now):
            continue
        stopped = rule.id in happening.chain or len(happening.chain) >= DEPTH
        acts = tuple(one for one in rule.acts if one.do in TALKS or after((one,), facts, now, hours) != facts)
        if not acts and not rule.stop:
            continue
        then = after(acts, facts, now, hours)
        yield Application(
            rule=rule, happening=happening, acts=acts, stopped=stopped, asleep_until=then.snoozed_until,
            unanswerable=str(unanswerable(facts) or ""),
        )  # fmt: skip
        if stopped:
            continue
        facts = then
        if rule.stop:
            return


def unanswerable(facts: Facts) -> Message | None:
    """Why nobody is answered by rules here, if so: two machines would never end, and in public everybody would read it."""
    if facts.automatic:
        return message("Not answered: a machine wrote.")
    return message("Not answered: in public no rule answers.") if facts.kind == "public" else None


def after(acts: Sequence[Act], facts: Facts, now: datetime, hours: Hours = NO_HOURS) -> Facts:
    """The conversation as it stands after these acts."""
    for act in acts:
        facts = _after(act, facts, now, hours)
    return facts


def _after(act: Act, facts: Facts, now: datetime, hours: Hours) -> Facts:
    replace = msgspec.structs.replace
    if act.do == "tag":
        return facts if act.value in facts.tags else replace(facts, tags=(*facts.tags, act.value))
    if act.do == "untag":
        return replace(facts, tags=tuple(one for one in facts.tags if one != act.value)) if act.value in facts.tags else facts
    if act.do == "assign":
        return replace(facts, assignee_id=UUID(act.value) if act.value else None)
    if act.do == "team":
        return replace(facts, team_id=UUID(act.value) if act.value else None)
    if act.do == "priority":
        return replace(facts, priority=int(act.value))
    if act.do == "state" and act.value != facts.state:
        solved = act.value == "solved"
        facts = replace(facts, state=act.value, snoozed_until=None, solved_at=now if solved else None)
        return replace(facts, due_at=None, waiting_since=None) if solved else facts
    if act.do == "snooze" and facts.state != "snoozed":
        return replace(facts, state="snoozed", snoozed_until=now + timedelta(minutes=int(act.value)))
    if act.do == "snooze_until_open" and facts.state != "snoozed" and (opens := _opens(hours, facts.team_id, now)):
        return replace(facts, state="snoozed", snoozed_until=opens)
    return replace(facts, own_promise=act.value) if act.do in ("promise", "target") else facts


def _opens(hours: Hours, team_id: UUID | None, now: datetime) -> datetime | None:
    """When the team opens again; None while it is open, and where it never does."""
    try:
        opens = hours[team_id].next_opening(now) if team_id in hours else now
    except NeverOpen:
        return None
    return opens if opens > now else None


def moment_of(when: When, facts: Facts) -> datetime | None:
    """The moment from which the time of such a rule counts, as the conversation stands."""
    moments = {
        "waited": facts.last_out_at if facts.state == "waiting" else None,
        "unanswered": facts.waiting_since if facts.state == "open" else None,
        "solved_for": facts.solved_at if facts.state == "solved" else None,
        "due_soon": facts.due_at if facts.state == "open" else None,
        "overdue": facts.due_at if facts.state == "open" else None,
    }
    return moments.get(when.what)


def offset_of(when: When) -> timedelta:
    """From the moment that counts to the one at which the rule is set off."""
    return -timedelta(minutes=when.minutes) if when.what == "due_soon" else timedelta(minutes=when.minutes)


def by_clock(rule: Rule) -> bool:
    """Whether time sets the rule off."""
    return rule.when.what in PASSED
