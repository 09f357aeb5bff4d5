"""Whom something concerns, how they are told, and when not. Pure: no I/O, no clock.

live event --read--> News --concerned (the conversation as it is, the colleagues)--> (colleague, kind) --ways--> push, sound, mail
                 --> Seen
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from oase.conversations import Case, Said
from oase.desk.notifications.types import WAYS, Colleague, Kind, News, Seen, Way, What, Wishes
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.live import LiveEvent

TOPICS: Final = ("conversation", "mention", "read", "presence", "due", "task", "unsent", "offer")
WARN_BEFORE: Final = timedelta(minutes=15)
_MOST_LOOKED_AT: Final = 10_000
LOOKS_FOR: Final = timedelta(seconds=40)  # a page says every 25 s that somebody looks
ONLINE_FOR: Final = timedelta(minutes=12)  # an open page comes back at least every ten minutes
NOT_AFTER: Final = timedelta(hours=4)  # what lies longer is no news: it waits in the inbox and in the mail
_ENDS_BEFORE: Final[Mapping[Kind, timedelta]] = {"offer": timedelta(minutes=2)}  # of no use later
_WROTE: Final = ("opened", "received")
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))
_LONGEST_WISH: Final = timedelta(hours=1)
MAIL_AFTER: Final = (5, 15, 30, 60, 120)  # minutes
MAIL_EVERY: Final = (60, 120, 240, 480)  # minutes


def news_of(event: LiveEvent, at: datetime) -> News | None:
    """What happened, if it is something that may concern somebody."""
    facts, source = event.payload, str(event.position)
    what = facts.get("what")
    if event.topic == "conversation" and what in _WROTE:
        messages = tuple(UUID(one) for one in facts.get("messages", ()))
        fresh = what == "opened" or bool(facts.get("reopened"))
        return News(what="wrote", conversation_id=event.key, source=source, at=at, messages=messages, fresh=fresh)
    if event.topic == "conversation" and what == "assigned" and facts.get("agent"):
        return _named("assigned", event.key, event, UUID(facts["agent"]), at)
    if event.topic == "conversation" and what == "team" and facts.get("team"):
        return _named("teamed", event.key, event, None, at)
    if event.topic == "mention":
        return _named("mentioned", UUID(facts["conversation"]), event, event.key, at)
    if event.topic == "due":
        step = str(facts.get("step", ""))  # of an escalation, which tells whom the workspace says
        source = f"due {event.key} {facts['at']} {step}".strip()
        kind: What = "escalated" if step else "due"
        return News(what=kind, conversation_id=event.key, source=source, at=at, to=UUID(facts["agent"]))
    if event.topic == "task":
        agent, team, source = facts.get("agent_id"), facts.get("team_id"), f"task {facts['task']} {event.position}"
        return News(
            what="task", conversation_id=event.key, of_person=bool(facts.get("person")), source=source, at=at,
            words=str(facts.get("words", "")),
            to=UUID(agent) if agent else None, team=UUID(team) if team else None,
        )  # fmt: skip
    if event.topic == "unsent":
        about, words = facts.get("scheduled") or facts["message"], str(facts.get("why", ""))
        source = f"unsent {about} {event.position}"
        return News(what="unsent", conversation_id=event.key, source=source, at=at, to=UUID(facts["agent"]), words=words)
    if event.topic == "offer" and what == "made":
        asked, conversation_id = f"offer {facts['offer']}", UUID(facts["conversation"])
        return News(what="offered", conversation_id=conversation_id, source=asked, at=at, to=event.key)
    return None


def _named(what: What, conversation_id: UUID, event: LiveEvent, to: UUID | None, at: datetime) -> News:
    facts = event.payload
    by = facts.get("by_id")
    return News(
        what=what,
        conversation_id=conversation_id,
        source=str(event.position),
        at=at,
        messages=(UUID(facts["message"]),) if facts.get("message") else (),
        by_id=UUID(by) if by else None,
        by_name=str(facts.get("by", "")),
        to=to,
    )


def seen_of(event: LiveEvent, at: datetime) -> Seen | None:
    """What ends a concern: somebody looked, or the conversation is somebody else's now, or solved."""
    facts = event.payload
    if event.topic == "offer" and "conversation" in facts and facts.get("what") not in ("made", "begun"):
        return Seen(conversation_id=UUID(facts["conversation"]), at=at, by=event.key, kind="offer")
    if event.topic == "read":
        return Seen(conversation_id=UUID(facts["conversation"]), at=at, by=event.key)
    if event.topic == "conversation" and facts.get("what") == "assigned":
        agent = facts.get("agent")
        return Seen(conversation_id=event.key, at=at, kept=UUID(agent) if agent else None)
    if event.topic == "conversation" and facts.get("what") == "state" and facts.get("state") == "solved":
        return Seen(conversation_id=event.key, at=at)
    return None


class Looking:
    """Who looks at which conversation right now, from what pages tell each other. Nothing of it is kept."""

    def __init__(self) -> None:
        self._seen: dict[UUID, dict[UUID, datetime]] = {}  # conversation -> agent -> last heard of

    def note(self, event: LiveEvent, at: datetime) -> None:
        """A page says what its agent does."""
        agent_id, here = UUID(event.payload["agent"]), self._seen.setdefault(event.key, {})
        if event.payload.get("doing") == "left":
            here.pop(agent_id, None)
        else:
            here[agent_id] = at
        if not here or len(self._seen) > _MOST_LOOKED_AT:
            self._forget(at)

    def _forget(self, now: datetime) -> None:
        recent = {key: {who: at for who, at in here.items() if now - at < LOOKS_FOR} for key, here in self._seen.items()}
        self._seen = {key: here for key, here in recent.items() if here}

    def who(self, conversation_id: UUID, moment: datetime) -> list[UUID]:
        """Those who look at the conversation at this moment."""
        return [who for who, at in self._seen.get(conversation_id, {}).items() if moment - at < LOOKS_FOR]


def concerned(
    news: News, case: Case, said: Mapping[UUID, Said], colleagues: Mapping[UUID, Colleague]
) -> Iterator[tuple[Colleague, Kind]]:
    """Whom it concerns, as what: never the one who did it, never somebody who may not read it, never for what machines say."""
    if case.merged_into is not None:
        return
    if news.what == "wrote" and all(said[one].automatic for one in news.messages if one in said):
        return
    if news.what in ("wrote", "teamed") and case.assignee_id is None:
        if news.what == "teamed" or news.fresh:
            for one in colleagues.values():
                if one.id != news.by_id and (case.team_id is None or case.team_id in one.teams):
                    yield one, "unassigned"
        return
    if news.what == "task":
        yield from concerned_by_task(news, colleagues)
        return
    kinds: dict[str, tuple[UUID | None, Kind]] = {
        "wrote": (case.assignee_id, "message"),
        "mentioned": (news.to, "mention"),
        "assigned": (news.to if news.to == case.assignee_id else None, "assigned"),
        "escalated": (news.to if case.state == "open" else None, "due"),
        "due": (news.to if news.to == case.assignee_id and case.state == "open" else None, "due"),
        "unsent": (news.to, "unsent"),
        "offered": (news.to, "offer"),
    }
    to, kind = kinds.get(news.what, (None, "message"))
    if to is not None and to != news.by_id and to in colleagues:
        yield colleagues[to], kind


def concerned_by_task(news: News, colleagues: Mapping[UUID, Colleague]) -> Iterator[tuple[Colleague, Kind]]:
    """Whom a task about a person without a conversation concerns."""
    yield from ((one, "task") for one in colleagues.values() if one.id == news.to or (news.team and news.team in one.teams))


def is_quiet(wishes: Wishes, moment: datetime, colleague: Colleague) -> bool:
    """Whether the agent wants quiet at this moment; hours may go over midnight."""
    local = moment.astimezone(colleague.zone)
    if wishes.quiet_weekend and local.weekday() >= 5:
        return True
    begin, end = _time(wishes.quiet_from), _time(wishes.quiet_until)
    if begin is None or end is None or begin == end:
        return False
    now = local.time()
    return begin <= now < end if begin < end else now >= begin or now < end


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def warns_from(due_at: datetime, waiting_since: datetime | None) -> datetime:
    """From when on a due time is about to pass: the last quarter of what was promised, but not before 15 minutes."""
    promised = due_at - waiting_since if waiting_since else WARN_BEFORE * 4
    return due_at - min(WARN_BEFORE, max(promised, timedelta(0)) / 4)


def lasts(kind: Kind) -> timedelta:
    """How long a notice of this kind is of use."""
    return _ENDS_BEFORE.get(kind, NOT_AFTER)


def pause(attempts: int, wished_seconds: int, age: timedelta, most: timedelta = NOT_AFTER) -> timedelta | None:
    """How long a push waits after so many attempts; None: it would come too late to be news."""
    if attempts > len(_PAUSES):
        return None
    wait = max(_PAUSES[attempts - 1], min(timedelta(seconds=max(0, wished_seconds)), _LONGEST_WISH))
    return wait if age + wait < most else None


def check_wishes(chosen: Mapping[Kind, Sequence[str]], **others: object) -> Wishes:
    """Wishes as they were given; raises Invalid naming the field."""
    ways: dict[str, object] = {
        kind: tuple(way for way in WAYS if way in given and (kind, way) != ("offer", "mail")) for kind, given in chosen.items()
    }
    for field in ("quiet_from", "quiet_until"):
        if others.get(field) and _time(str(others[field])) is None:
            raise Invalid(message("This is no time of day."), field=field)
    if bool(others.get("quiet_from")) != bool(others.get("quiet_until")):
        raise Invalid(message("Quiet hours need a beginning and an end."), field="quiet_until")
    for field, allowed in (("mail_after_minutes", MAIL_AFTER), ("mail_every_minutes", MAIL_EVERY)):
        if others.get(field) not in allowed:
            raise Invalid(message("There is no such setting."), field=field)
    return msgspec.convert(ways | others, Wishes)


def ways_now(colleague: Colleague, kind: Kind, now: datetime) -> frozenset[Way]:
    """How an agent is told of a kind at this moment: in quiet hours only by a mail, which waits until they are over."""
    ways = frozenset(colleague.wishes.of(kind))
    return ways & {"mail"} if is_quiet(colleague.wishes, now, colleague) else ways
