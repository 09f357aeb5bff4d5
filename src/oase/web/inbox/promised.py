"""What was promised in a conversation, and what became of it, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from oase.desk.promises import Kind, PromiseFacts
from oase.kernel.i18n import Message, Translator, message
from oase.web.inbox.plans import PromiseLine
from oase.web.moments import moment_short

_NAMES: Final[Mapping[Kind, Message]] = {
    "first": message("First answer"),
    "next": message("Further answer"),
    "solution": message("Solution"),
}
_OUTCOMES: Final[Mapping[str, tuple[Message, str]]] = {
    "kept": (message("Kept"), "good"),
    "broken": (message("Not kept"), "bad"),
    "withdrawn": (message("Withdrawn"), ""),
}
_WHY: Final[Mapping[str, Message]] = {
    "revised": message("another promise took its place"),
    "closed": message("closed without an answer"),
    "merged": message("merged into another conversation"),
}


def promise_line(one: PromiseFacts, now: datetime, reader: Translator) -> PromiseLine:
    """One promise as the pane shows it."""
    name = reader.text(_NAMES[one.kind])
    state, colour = _state(one, now, reader)
    return PromiseLine(
        name=reader.gettext("%(name)s, second promise", name=name) if one.number > 1 else name,
        due=moment_short(reader, one.due_at, now),
        state=state,
        colour=colour,
        more=" · ".join(_more(one, now, reader)),
    )


def _state(one: PromiseFacts, now: datetime, reader: Translator) -> tuple[str, str]:
    if one.outcome is not None:
        words, colour = _OUTCOMES[one.outcome]
        return reader.text(words), colour
    if one.left_time is not None:
        return reader.gettext("Paused, %(time)s left", time=reader.duration(one.left_time)), "info"
    return (reader.gettext("Late"), "bad") if one.due_at < now else (reader.gettext("Stands"), "info")


def _more(one: PromiseFacts, now: datetime, reader: Translator) -> list[str]:
    """What else is worth knowing: when we answered, that the customer knows, why it ended, by which target."""
    parts = []
    if one.settled_at and one.why == "answered":
        parts.append(reader.gettext("answered %(time)s", time=moment_short(reader, one.settled_at, now)))
    elif one.settled_at and one.why == "solved":
        parts.append(reader.gettext("solved %(time)s", time=moment_short(reader, one.settled_at, now)))
    elif one.why in _WHY:
        parts.append(reader.text(_WHY[one.why]))
    if one.told_at:
        parts.append(reader.gettext("told %(time)s", time=moment_short(reader, one.told_at, now)))
    elif one.number > 1:
        parts.append(reader.gettext("the customer was not told"))
    if one.rule:
        parts.append(one.rule)
    if one.never_open:
        parts.append(reader.gettext("no opening hours: counted around the clock"))
    return parts
