"""Filters of the list: a queue of their own in the address, chips to take parts away, a form to choose from. Pure.

form --asked_for--> View --queue_id--> "find-aXM6b3Blbg" --read--> View --chips_of--> chips
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations import STATES, CustomField, SavedView, State, View, write_filter
from oase.kernel.errors import NotFound
from oase.kernel.i18n import Message, Translator, message
from oase.kernel.permissions import Permission
from oase.web.directory import Staff
from oase.web.inbox.marks import mark
from oase.web.inbox.views import Chip, Kept
from oase.web.sessions import Viewer

FOUND: Final = "find-"
SAVED: Final = "view-"
STATE_NAMES: Final[Mapping[State, Message]] = {
    "open": message("Open"), "waiting": message("Waiting"), "snoozed": message("Snoozed"), "solved": message("Solved"),
}  # fmt: skip
PRIORITY_NAMES: Final[Mapping[int, Message]] = {
    2: message("Urgent"), 1: message("High"), 0: message("Normal"), -1: message("Low"),
}  # fmt: skip


class Option(Struct, frozen=True, kw_only=True):
    """One choice of the form; several of a group are alternatives."""

    value: str
    name: str
    chosen: bool


class Group(Struct, frozen=True, kw_only=True):
    """Choices of one kind: states, teams, tags … `field` is the name in the form."""

    field: str
    name: str
    options: Sequence[Option]


def queue_id(view: View) -> str:
    """The address of a filter: its text, in letters that an address can hold."""
    return FOUND + base64.urlsafe_b64encode(write_filter(view).encode()).decode().rstrip("=")


def filter_text(queue: str) -> str:
    """The text of the filter in an address; raises NotFound."""
    code = queue.removeprefix(FOUND)
    try:
        return base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NotFound(message("There is no such view.")) from None


def chips_of(view: View, staff: Staff, reader: Translator) -> list[Chip]:
    """What the list is filtered by, each with the way to leave it out; the state "open" alone needs no saying."""
    agents = {one: staff.agent_names.get(one, "?") for one in view.assignees}
    named: list[tuple[str, Any, str]] = [("states", one, reader.text(STATE_NAMES[one])) for one in view.states]
    if tuple(view.states) == STATES:
        named = [("states", None, reader.gettext("Every state"))]
    named += [("assignees", one, agents[one]) for one in view.assignees]
    named += [("unassigned", True, reader.gettext("Unassigned"))] if view.unassigned else []
    named += [("teams", one, staff.team_names.get(one, "?")) for one in view.teams]
    named += [("channels", one, mark(one, reader).name) for one in view.channels]
    named += [("priorities", one, reader.text(PRIORITY_NAMES[one])) for one in view.priorities]
    named += [("tags", one, one) for one in view.tags]
    named += [("fields", one, f"{one[0]}: {one[1]}") for one in view.fields]
    return [Chip(name=name, without=_without(view, field, value)) for field, value, name in named]


def _without(view: View, field: str, value: Any) -> str:
    rest: Any = False if field == "unassigned" else [one for one in getattr(view, field) if value is not None and one != value]
    less = msgspec.structs.replace(view, **{field: rest or (("open",) if field == "states" else rest)})
    return "open" if less == View() or less == msgspec.structs.replace(View(), states=["open"]) else queue_id(less)


def form_of(view: View, channels: Sequence[str], tags: Sequence[str], staff: Staff, reader: Translator) -> list[Group]:
    """The form of the filter, with what is chosen now."""

    def group(field: str, name: str, options: Sequence[tuple[Any, str]], chosen: Sequence[Any]) -> Group:
        return Group(
            field=field,
            name=name,
            options=[Option(value=str(value), name=text, chosen=value in chosen) for value, text in options],
        )

    people: list[tuple[Any, str]] = [("none", reader.gettext("Nobody")), *((one.id, one.name) for one in staff.agents)]
    owners = [*view.assignees, *(["none"] if view.unassigned else [])]
    states = [(one, reader.text(STATE_NAMES[one])) for one in STATES]
    priorities = [(one, reader.text(name)) for one, name in PRIORITY_NAMES.items()]
    groups = [
        group("state", reader.gettext("State"), states, view.states),
        group("assignee", reader.gettext("Assigned to"), people, owners),
        group("team", reader.gettext("Team"), [(one.id, one.name) for one in staff.teams], view.teams),
        group("channel", reader.gettext("Channel"), [(one, mark(one, reader).name) for one in channels], view.channels),
        group("priority", reader.gettext("Priority"), priorities, view.priorities),
        group("tag", reader.gettext("Tags"), [(one, one) for one in tags], view.tags),
    ]
    return [one for one in groups if one.options]


def asked_for(form: Sequence[tuple[str, str]], fields: Sequence[CustomField]) -> View:
    """The view that a form asks for; what is no possible value is passed over."""
    given: dict[str, list[str]] = {}
    for name, value in form:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    states = [one for one in STATES if one in given.get("state", ())]
    keys = {field.key for field in fields if field.subject == "conversation"}
    return View(
        states=states or ("open",),
        assignees=_ids(given.get("assignee", ())),
        unassigned="none" in given.get("assignee", ()),
        teams=_ids(given.get("team", ())),
        channels=given.get("channel", ()),
        priorities=[one for one in PRIORITY_NAMES if str(one) in given.get("priority", ())],
        tags=given.get("tag", ()),
        fields=[(key, given[f"field.{key}"][0]) for key in sorted(keys) if f"field.{key}" in given],
    )


def _ids(values: Sequence[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def kept_of(view: SavedView, saved: Sequence[SavedView], viewer: Viewer, staff: Staff, reader: Translator, *, may: bool) -> Kept:
    """The saved view that is open, with what this reader may do to it."""
    own = [one.id for one in saved if (one.shared == "none") == (view.shared == "none")]
    shared = {
        "all": reader.gettext("Shared with everybody"),
        "team": reader.gettext("Shared with %(team)s", team=staff.team_names.get(view.team_id, "?") if view.team_id else "?"),
    }
    return Kept(
        id=view.id,
        shared=shared.get(view.shared, ""),
        can_change=may or (view.shared == "none" and view.agent_id == viewer.agent_id),
        can_rule=viewer.may(Permission.AUTOMATION_WRITE),
        can_rise=own[0] != view.id,
        can_sink=own[-1] != view.id,
    )
