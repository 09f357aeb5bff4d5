"""Pure decisions about conversations: what continues one, what is owed, how states follow. No I/O, no clock."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from oase.channels.contract import Act, Begins, Content, Pace

State = Literal["open", "waiting", "snoozed", "solved"]

TARGETS: Final[dict[Pace, timedelta]] = {
    "live": timedelta(minutes=2),
    "messaging": timedelta(minutes=15),
    "mail": timedelta(hours=24),
}
"""How soon an answer is promised by nature of the channel, until business hours and rules say more."""

REOPEN_WITHIN: Final = timedelta(days=3)
SAME_SUBJECT_WITHIN: Final = timedelta(days=30)
_FIRST_LINE_CHARACTERS: Final = 160
_PREFIX: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw|antwort|sv|vs|r|rif|ref|res|odp|ynt|fwd?|wg|tr|i|rv|enc|doorst)(?:\[\d+\]|\(\d+\))?\s*:\s*)+",
    re.IGNORECASE,
)
_SIGNS: Final[dict[str, str]] = {
    "image": "📷", "sticker": "🖼️", "audio": "🎵", "voice": "🎤", "video": "🎬", "document": "📎", "location": "📍",
    "contacts": "👤", "order": "🛒",
}  # fmt: skip


def due_at(pace: Pace, since: datetime) -> datetime:
    """When an answer is promised to a message of that moment."""
    return since + TARGETS[pace]


def continues(state: State, last_at: datetime, at: datetime) -> bool:
    """Whether a new message of the same person belongs to this conversation: it is unsolved, or was solved only just."""
    return state != "solved" or at - last_at <= REOPEN_WITHIN


def plain_subject(subject: str) -> str:
    """A subject without "Re:", "AW:" and their like, folded: equal for mails of one thread."""
    return " ".join(_PREFIX.sub("", subject).split()).casefold()


def first_line(content: Content) -> str:
    """One line that stands for a message in a list."""
    sign = _SIGNS.get(content.kind, "📎" if content.media else "")
    words = " ".join((content.text or content.subject or (content.media[0].name if content.media else "")).split())
    line = f"{sign} {words}".strip()
    return line if len(line) <= _FIRST_LINE_CHARACTERS else line[: _FIRST_LINE_CHARACTERS - 1].rstrip() + "…"


def window_open(reply_window: timedelta | None, last_in_at: datetime | None, now: datetime) -> bool:
    """Whether the channel still lets us answer freely."""
    return reply_window is None or (last_in_at is not None and now - last_in_at < reply_window)


def left_of(before: Mapping[str, Any], together: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What is left when a merge is undone: what is still as the merge made it goes back, what was changed since stays."""
    return {key: value if now[key] == together[key] else now[key] for key, value in before.items()}


def first_word(begins: Begins, reply_window: timedelta | None, heard: datetime | None, now: datetime) -> Begins:
    """How we may open a conversation with somebody of whom this account heard last at that moment (None: never)."""
    return "freely" if heard is not None and window_open(reply_window, heard, now) else begins


ORDER: Final = ("queued", "sending", "unknown", "sent", "delivered", "read")
"""States of a delivery, in the only direction they move; failed and cancelled are ends beside them."""


def moves_forward(old: str, new: str) -> bool:
    """Whether a delivery may go from one state to another: forward only; `failed` unless it was delivered or read.

    What was given up (failed, or dropped by a person) moves on if the provider saw it arrive after all.
    """
    if new == "failed":
        return old in ("queued", "sending", "unknown", "sent")
    if old in ("failed", "cancelled"):
        return new in ("delivered", "read")
    if new not in ORDER or old not in ORDER:
        return False
    return ORDER.index(new) > ORDER.index(old)


FAMILIES: Final[dict[Act, str]] = {"hide": "hidden", "show": "hidden", "like": "liked", "unlike": "liked", "delete": "deleted"}
"""What acts decide about: of those that decide the same, the newest counts."""


def act_there(act: Act, past: Sequence[tuple[Act, str]], *, hidden: bool, liked: bool) -> bool:
    """Whether an act has taken effect already, from what the message says and (act, state) of what we sent, oldest first."""
    for sent, state in reversed(past):
        if FAMILIES[sent] == FAMILIES[act] and state in ("sending", "unknown"):
            return False  # we cannot tell: it is sent, after the other one
    return {"hide": hidden, "show": not hidden, "like": liked, "unlike": not liked, "delete": False}[act]


_MAY_BE_THERE: Final = ("sending", "unknown", "sent", "delivered", "read")


def reaction_there(past: Sequence[tuple[str, str]]) -> tuple[str, bool]:
    """Our reaction as the customer has it, from (emoji, state) of what we sent, oldest first; False: we cannot tell."""
    emoji, state = next((one for one in reversed(past) if one[1] in _MAY_BE_THERE), ("", "sent"))
    return emoji, state != "unknown"
