"""Views of the inbox: what belongs into one, and in which order. Pure.

    "mine", "team-<id>", "channel-email" --view_of--> View --condition--> SQL text
    is:open channel:email team:"Rechnungen" tag:Garantie (a filter, saved views) --read_filter--> View

Conditions are made of fixed pieces of SQL; everything that comes from outside is a parameter.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.conversations.search import parse_query
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

STATES: Final[tuple[State, ...]] = ("open", "waiting", "snoozed", "solved")
FIXED_VIEWS: Final = ("mine", "unassigned", "open", "mentions", "waiting", "snoozed", "solved")
LOOKED_AT: Final = 2_000  # conversations that the count of a saved view goes through where no index carries its filters
_NOBODY: Final = UUID(int=0)  # an unknown name finds nothing rather than everything
_HELD: Final = {"states", "unassigned", "mine", "assignees", "teams", "channels", "tags", "priorities", "fields"}


class View(Struct, frozen=True, kw_only=True):
    """Which conversations are wanted. Several values are alternatives, but all tags and fields must fit."""

    states: Sequence[State] = ("open",)
    assignees: Sequence[UUID] = ()
    unassigned: bool = False
    teams: Sequence[UUID] = ()
    channels: Sequence[str] = ()
    mentions: UUID | None = None
    tags: Sequence[str] = ()
    priorities: Sequence[int] = ()
    fields: Sequence[tuple[str, str]] = ()  # custom fields of the conversation: key, value

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
        return View(channels=(rest,))
    if kind == "team" and rest:
        team = _uuid(rest)
        return View(teams=(team,)) if team else None
    fixed = {"mine": View(assignees=(me,)), "unassigned": View(unassigned=True), "mentions": View(states=STATES, mentions=me)}
    return fixed.get(name)


def read_filter(text: str, me: UUID, teams: Mapping[str, UUID], agents: Mapping[str, UUID]) -> View:
    """A filter as people type it, in English or German: `is:open channel:email team:Rechnungen tag:Garantie`.

    Without a state it asks for open ones. `teams` and `agents` are ids by name in lower case; a part of the name is enough.
    Raises Invalid for what is not understood, and for words: those are searched for, not kept as a view.
    """
    query = parse_query(text)
    foreign = [name for name in query.__struct_fields__ if name not in _HELD and getattr(query, name)]
    if foreign:
        raise Invalid(
            message("A view is made of filters: %(known)s. Words are found by the search.", known=", ".join(FILTERS)), field="q"
        )
    return View(
        states=query.states or ("open",),
        assignees=[*([me] if query.mine else []), *_named(query.assignees, agents)],
        unassigned=query.unassigned,
        teams=_named(query.teams, teams),
        channels=query.channels,
        tags=query.tags,
        priorities=query.priorities,
        fields=query.fields,
    )


FILTERS: Final = ("is:", "channel:", "team:", "assignee:", "tag:", "priority:", "field:")


def write_filter(view: View) -> str:
    """The filter that `read_filter` reads as this view; teams and agents by their ids, which outlive their names."""
    words = [f"is:{state}" for state in view.states]
    words += ["is:unassigned"] if view.unassigned else []
    words += [f"assignee:{one}" for one in view.assignees]
    words += [f"team:{one}" for one in view.teams]
    words += [f"channel:{one}" for one in view.channels]
    words += [f"priority:{_PRIORITY_NAMES[one]}" for one in view.priorities]
    words += [f'tag:"{_plain(one)}"' for one in view.tags]
    words += [f'field:"{key}={_plain(value)}"' for key, value in view.fields]
    return " ".join(words)


_PRIORITY_NAMES: Final = {-1: "low", 0: "normal", 1: "high", 2: "urgent"}


def _plain(value: str) -> str:
    return value.replace('"', "")


def _named(wanted: Sequence[str], known: Mapping[str, UUID]) -> list[UUID]:
    """The ids behind names, parts of names and ids."""
    found: list[UUID] = []
    for one in wanted:
        given = _uuid(one)
        named = [given] if given else [key for name, key in known.items() if one.casefold() in name]
        found += named or [_NOBODY]
    return found


def condition(view: View, prefix: str = "") -> tuple[str, dict[str, Any]]:
    """The view as SQL over `c` (conversation), with its parameters; `prefix` keeps those of several views apart."""
    carried, rest, parameters = _parts(view, prefix)
    return " AND ".join([*carried, *rest]), parameters


def counting(view: View, prefix: str, at_most: int) -> tuple[str, dict[str, Any]]:
    """An expression that counts the view up to a number, going through so many conversations as one can at every page."""
    carried, rest, parameters = _parts(view, prefix)
    order = "coalesce(c.due_at, 'infinity'), c.id" if view.by_due else "c.last_at DESC, c.id DESC"
    source = f"SELECT c.* FROM conversation c WHERE {' AND '.join(carried)}"
    if rest:
        source = f"SELECT FROM ({source} ORDER BY {order} LIMIT {LOOKED_AT}) AS c WHERE {' AND '.join(rest)}"
    return f"(SELECT count(*) FROM ({source} LIMIT {at_most}) AS few)", parameters


def _parts(view: View, prefix: str) -> tuple[list[str], list[str], dict[str, Any]]:
    """Conditions that an index carries in the order of the list, those that are looked at row by row, and their parameters."""
    carried = ["c.workspace_id = %(workspace_id)s", "c.merged_into IS NULL"]
    rest: list[str] = []
    parameters: dict[str, Any] = {}

    def hold(name: str, value: Any, cast: str = "") -> str:
        parameters[prefix + name] = value
        return f"%({prefix}{name})s{cast}"

    if len(view.states) == 1:
        carried.append(f"c.state = '{STATES[STATES.index(view.states[0])]}'")  # a literal, so that partial indexes fit
    elif len(view.states) < len(STATES):
        carried.append(f"c.state = ANY({hold('states', list(view.states))})")
    first = carried if view.by_due else rest  # open ones have an index for each of these
    if view.assignees or view.unassigned:
        owners = [_one_of("c.assignee_id", hold, "assignees", view.assignees)] if view.assignees else []
        owners += ["c.assignee_id IS NULL"] if view.unassigned else []
        first.append(owners[0] if len(owners) == 1 else f"({' OR '.join(owners)})")
    for column, name, values in (("team_id", "teams", view.teams), ("channel", "channels", view.channels)):
        if values:
            first.append(_one_of(f"c.{column}", hold, name, values))
    if view.priorities:
        rest.append(_one_of("c.priority", hold, "priorities", view.priorities))
    if view.tags:
        rest.append(f"c.tags @> {hold('tags', list(view.tags), '::text[]')}")
    for number, (key, value) in enumerate(view.fields):
        rest.append(f"lower(c.fields->>{hold(f'key{number}', key)}) = lower({hold(f'value{number}', value)})")
    if view.mentions is not None:
        rest.append(
            "c.id IN (SELECT n.conversation_id FROM mention n WHERE n.workspace_id = %(workspace_id)s"
            f" AND n.agent_id = {hold('mentions', view.mentions)} ORDER BY n.at DESC LIMIT 500)"
        )
    return carried, rest, parameters


def _one_of(column: str, hold: Any, name: str, values: Sequence[Any]) -> str:
    return f"{column} = {hold(name, values[0])}" if len(values) == 1 else f"{column} = ANY({hold(name, list(values))})"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
