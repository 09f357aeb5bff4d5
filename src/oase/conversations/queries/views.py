"""Views of the inbox: what belongs into one, and in which order. Pure.

    "mine", "team-<id>", "channel-email", "view-<id>" (a saved search) --view_of / read_search--> View --condition--> SQL text

Conditions are made of fixed pieces of SQL; everything that comes from outside is a parameter.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State

STATES: Final[tuple[State, ...]] = ("open", "waiting", "snoozed", "solved")
FIXED_VIEWS: Final = ("mine", "unassigned", "open", "mentions", "waiting", "snoozed", "solved")
_WORD: Final = re.compile(r'(?P<key>[a-z]+):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))|"(?P<phrase>[^"]*)"|(?P<word>\S+)')
_PRIORITIES: Final = {"low": -1, "normal": 0, "high": 1, "urgent": 2}


class View(Struct, frozen=True, kw_only=True):
    """Which conversations are wanted. `assignee`: an agent, "none", or None for all."""

    states: Sequence[State] = ("open",)
    assignee: UUID | Literal["none"] | None = None
    team: UUID | None = None
    channel: str = ""
    mentions: UUID | None = None
    tags: Sequence[str] = ()
    priority: int | None = None

    @property
    def by_due(self) -> bool:
        """Open ones are ordered by what is due first, others by what is newest."""
        return tuple(self.states) == ("open",) and self.mentions is None


def view_of(name: str, me: UUID) -> View | None:
    """The view of this name in the address; None if there is none (saved ones are found by their query)."""
    kind, _, rest = name.partition("-")
    if kind in STATES and not rest:
        return View(states=(kind,))
    if kind == "channel" and rest:
        return View(channel=rest)
    if kind == "team" and rest:
        team = _uuid(rest)
        return View(team=team) if team else None
    fixed = {"mine": View(assignee=me), "unassigned": View(assignee="none"), "mentions": View(states=STATES, mentions=me)}
    return fixed.get(name)


def read_search(text: str, me: UUID, teams: Mapping[str, UUID], agents: Mapping[str, UUID]) -> tuple[View, str]:
    """A search as people type it, as a view and the words left over: `is:open channel:email team:"Rechnungen" tag:Garantie`.

    Names of teams and agents are compared in lower case; an unknown name finds nothing rather than everything.
    """
    facts: dict[str, Any] = {"states": STATES, "tags": []}
    words: list[str] = []
    for match in _WORD.finditer(text):
        key, value = match["key"], (match["quoted"] or match["plain"] or "")
        folded = value.casefold()
        if key == "is" and folded in STATES:
            facts["states"] = (folded,)
        elif key == "is" and folded == "unassigned":
            facts["assignee"] = "none"
        elif key == "channel":
            facts["channel"] = folded
        elif key == "tag":
            facts["tags"].append(value)
        elif key == "priority" and folded in _PRIORITIES:
            facts["priority"] = _PRIORITIES[folded]
        elif key == "team":
            facts["team"] = teams.get(folded, me)
        elif key in ("assignee", "by"):
            facts["assignee"] = me if folded == "me" else "none" if folded == "none" else agents.get(folded, UUID(int=0))
        else:
            words.append(match.group())
    return View(**facts), " ".join(words)


def condition(view: View) -> tuple[str, dict[str, Any]]:
    """The view as SQL over `c` (conversation), with its parameters."""
    parts = ["c.workspace_id = %(workspace_id)s", "c.merged_into IS NULL"]
    parameters: dict[str, Any] = {}
    if len(view.states) == 1:
        parts.append(f"c.state = '{STATES[STATES.index(view.states[0])]}'")  # a literal, so that partial indexes fit
    elif len(view.states) < len(STATES):
        parts.append("c.state = ANY(%(states)s)")
        parameters["states"] = list(view.states)
    if view.assignee == "none":
        parts.append("c.assignee_id IS NULL")
    elif view.assignee is not None:
        parts.append("c.assignee_id = %(assignee)s")
        parameters["assignee"] = view.assignee
    for column, value in (("team_id", view.team), ("channel", view.channel), ("priority", view.priority)):
        if value not in (None, ""):
            parts.append(f"c.{column} = %({column})s")
            parameters[column] = value
    if view.tags:
        parts.append("c.tags @> %(tags)b::text[]")
        parameters["tags"] = list(view.tags)
    if view.mentions is not None:
        parts.append(
            "c.id IN (SELECT n.conversation_id FROM mention n WHERE n.workspace_id = %(workspace_id)s"
            " AND n.agent_id = %(mentions)s ORDER BY n.at DESC LIMIT 500)"
        )
        parameters["mentions"] = view.mentions
    return " AND ".join(parts), parameters


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
