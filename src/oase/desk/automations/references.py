"""What rules and macros name: agents, teams, snippets, webhooks, accounts. Whether all of it is still there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook
from oase.conversations import StoredSnippet, all_fields, all_snippets, known_tags, save_tag
from oase.conversations.conditions import NONE, Condition, Group
from oase.desk.automations.means import asks, sleeps
from oase.desk.automations.types import Act
from oase.desk.hours import any_calendar
from oase.desk.promises import policy_of
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Message, message
from oase.kernel.webhooks import list_webhooks
from oase.staff import list_agents, list_teams

_TAG_CHARACTERS: Final = 40


class References(Struct, frozen=True, kw_only=True):
    """What there is to name, by id as text. `agents` are those who can be given something, `everybody` all that ever were."""

    teams: Mapping[str, str]
    agents: Mapping[str, str]
    everybody: Mapping[str, str]
    snippets: Mapping[str, StoredSnippet]
    webhooks: Mapping[str, str]
    silent: frozenset[str]  # webhooks that are switched off
    targets: Mapping[str, str]  # of promises
    tags: frozenset[str]  # folded
    calendars: bool  # there are opening hours
    accounts: Mapping[str, str]
    fields: Mapping[str, str]  # of conversations, key and kind
    person_fields: Mapping[str, str]

    def name_of(self, act: Act) -> str:
        """What an act's value is called; the value itself where it is a name already."""
        named = {"team": self.teams, "assign": self.everybody, "webhook": self.webhooks, "target": self.targets}.get(act.do)
        if act.do == "answer":
            return self.snippets[act.value].name if act.value in self.snippets else ""
        return named.get(act.value, "") if named is not None else act.value


async def references(work: UnitOfWork, book: AccountBook) -> References:
    """All of it. Nine queries."""
    webhooks = await list_webhooks(work)
    agents = await list_agents(work, also_deactivated=True)
    fields = await all_fields(work)
    return References(
        teams={str(one.id): one.name for one in await list_teams(work)},
        agents={str(one.id): one.name for one in agents if one.state == "active"},
        everybody={str(one.id): one.name for one in agents},
        snippets={str(one.id): one for one in await all_snippets(work)},
        webhooks={str(one.id): one.url for one in webhooks},
        silent=frozenset(str(one.id) for one in webhooks if not one.enabled),
        tags=frozenset(one.casefold() for one in await known_tags(work)),
        calendars=await any_calendar(work),
        targets={str(one.id): one.name or f"#{n}" for n, one in enumerate((await policy_of(work)).targets, 1)},
        accounts={str(one.id): one.name for one in await book.of_workspace(work)},
        fields={one.key: one.kind for one in fields if one.subject == "conversation"},
        person_fields={one.key: one.kind for one in fields if one.subject == "person"},
    )


def missing(groups: Sequence[Group], acts: Sequence[Act], there: References) -> Message | None:
    """Why these cannot be used: the first thing they name that is gone. Pure."""
    return next((why for why in _missing(groups, acts, there)), None)


def unusable(groups: Sequence[Group], acts: Sequence[Act], there: References) -> Message | None:
    """Why a rule of these cannot be on: it names what is gone, or asks for opening hours where there are none."""
    if not there.calendars and (asks(groups, "hours") or sleeps(acts)):
        return message("It asks for opening hours, but there is no calendar: everything is always open.")
    return missing(groups, acts, there)


def doubt(acts: Sequence[Act], there: References) -> Message | None:
    """What whoever looks at a rule should know of what it does, if there is something."""
    if any(one.do == "webhook" and one.value in there.silent for one in acts):
        return message("It tells a webhook that is switched off: what it says waits until somebody switches it on again.")
    return None


async def make_tags(work: UnitOfWork, groups: Sequence[Group], acts: Sequence[Act]) -> None:
    """Makes the tags that these name and that there are not yet: from then on, one that is missing is one that went."""
    known = {one.casefold() for one in await known_tags(work)}
    for name in dict.fromkeys(one.strip() for one in _named_tags(groups, acts)):
        if 0 < len(name) <= _TAG_CHARACTERS and name.casefold() not in known:
            known.add(name.casefold())
            await save_tag(work, name=name)


def _named_tags(groups: Sequence[Group], acts: Sequence[Act]) -> list[str]:
    asked = [value for group in groups for one in group.conditions if one.what == "tag" for value in one.values]
    return [*asked, *(one.value for one in acts if one.do in ("tag", "untag"))]


_GONE: Final[Mapping[str, Message]] = {
    "team": message("It names a team that was deleted."),
    "assign": message("It gives conversations to an agent who is not active any more."),
    "assignee": message("It names an agent who is not there any more."),
    "answer": message("It answers with a snippet that was deleted."),
    "target": message("It promises by a target that was deleted."),
    "webhook": message("It tells a webhook that was deleted."),
    "account": message("It names an account that was deleted."),
    "field": message("It asks for a field that was deleted."),
}


def _missing(groups: Sequence[Group], acts: Sequence[Act], there: References) -> Iterator[Message]:
    of_acts = {
        "team": there.teams,
        "assign": there.agents,
        "answer": there.snippets,
        "webhook": there.webhooks,
        "target": there.targets,
    }
    for act in acts:
        if act.do in of_acts and act.value and act.value not in of_acts[act.do]:
            yield _GONE[act.do]
        if act.do in ("tag", "untag") and act.value.strip() and act.value.strip().casefold() not in there.tags:
            yield message("It names the tag “%(name)s”, which was renamed or deleted.", name=act.value)
    of_conditions = {"team": there.teams, "assignee": there.everybody, "account": there.accounts}
    for condition in (one for group in groups for one in group.conditions):
        named = of_conditions.get(condition.what)
        if named is not None and any(one not in named for one in condition.values if one != NONE):
            yield _GONE[condition.what]
        if condition.what == "tag" and (gone := [one for one in condition.values if one.casefold() not in there.tags]):
            yield message("It names the tag “%(name)s”, which was renamed or deleted.", name=gone[0])
        if _field_gone(condition, there):
            yield _GONE["field"]


def _field_gone(condition: Condition, there: References) -> bool:
    fields = {"field": there.fields, "person_field": there.person_fields}.get(condition.what)
    return fields is not None and condition.key not in fields


def uuid_or_none(value: str) -> UUID | None:
    """The id behind a value; none stands for nobody."""
    return UUID(value) if value else None
