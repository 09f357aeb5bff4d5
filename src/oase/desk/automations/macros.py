"""Macros: acts under a name that an agent does with one click, after having seen what they change."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from psycopg.errors import UniqueViolation

from oase.conversations import (
    Answer,
    Author,
    Change,
    NoConversation,
    StoredSnippet,
    change_many,
    facts_of,
    find_snippet,
    note,
    say,
)
from oase.conversations.conditions import Facts
from oase.desk.automations.apply import changed, shown
from oase.desk.automations.checks import check_acts
from oase.desk.automations.means import NO_HOURS, Hours, Means, given_to, hours_of, sleeps
from oase.desk.automations.promising import promised, with_promises
from oase.desk.automations.references import References, make_tags, references, unusable
from oase.desk.automations.rules import after
from oase.desk.automations.types import Act
from oase.desk.automations.wording import words_of
from oase.desk.promises import promise_own
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.kernel.webhooks import Published, tell_webhooks
from oase.staff import find_workspace

ME: Final = "me"
"""The value that stands for whoever runs the macro."""
_MOST: Final = 200
_NEEDS: Final = {
    "answer": Permission.CONVERSATION_REPLY,
    "note": Permission.CONVERSATION_NOTE,
    "state": Permission.CONVERSATION_CLOSE,
    "snooze": Permission.CONVERSATION_CLOSE,
    "snooze_until_open": Permission.CONVERSATION_CLOSE,
}
_MACRO: Final = "id, name, team_id, acts, changed_at"


class Macro(Struct, frozen=True, kw_only=True):
    """Acts under a name, for a team or everybody."""

    id: UUID
    name: str
    team_id: UUID | None
    acts: tuple[Act, ...]


class Effect(Struct, frozen=True, kw_only=True):
    """What one act of a macro would do here: `changes` is False where it is so already. `text`: what would be said."""

    act: Act
    name: str
    changes: bool
    text: str = ""


def needed(acts: Sequence[Act]) -> set[Permission]:
    """What whoever runs a macro must be allowed to do by hand."""
    return {_NEEDS.get(one.do, Permission.CONVERSATION_ASSIGN) for one in acts}


def _macro(row: dict[str, Any]) -> Macro:
    return Macro(id=row["id"], name=row["name"], team_id=row["team_id"], acts=msgspec.convert(row["acts"], tuple[Act, ...]))


async def all_macros(work: UnitOfWork, teams: Sequence[UUID] | None = None) -> list[Macro]:
    """The macros by name; of `teams`: those for everybody and for these teams."""
    rows = await work.rows(
        f"SELECT {_MACRO} FROM macro WHERE workspace_id = %(workspace_id)s"
        " AND (%(all)s OR team_id IS NULL OR team_id = ANY(%(teams)b::uuid[])) ORDER BY lower(name), id LIMIT 500",
        {"all": teams is None, "teams": list(teams or ())},
    )
    return [_macro(row) for row in rows]


async def find_macro(work: UnitOfWork, macro_id: UUID) -> Macro:
    """One macro; raises NotFound."""
    row = await work.row(f"SELECT {_MACRO} FROM macro WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": macro_id})
    if row is None:
        raise NotFound(message("This macro does not exist."))
    return _macro(row)


async def save_macro(
    work: UnitOfWork, means: Means, *, name: str, acts: Sequence[Act], team_id: UUID | None = None, macro_id: UUID | None = None
) -> UUID:
    """Writes a macro. Raises Invalid (fields as for rules), Conflict (its name is taken), NotFound."""
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(message("Please give the macro a name."), field="name")
    await make_tags(work, (), acts)
    there = await references(work, means.book)
    check_acts(_somebody(acts, next(iter(there.agents), "")), there)
    if team_id is not None and str(team_id) not in there.teams:
        raise Invalid(message("This team does not exist."), field="team")
    if macro_id is not None:
        await find_macro(work, macro_id)
    elif len(await all_macros(work)) >= _MOST:
        raise Conflict(message("There may be %(n)s macros at most.", n=_MOST))
    act, key = "macro.changed" if macro_id else "macro.created", macro_id or new_id()
    row = {
        "id": key,
        "name": name,
        "team_id": team_id,
        "acts": msgspec.json.encode(acts).decode(),
        "changed_at": work.clock.now(),
    }
    try:
        await work.run(
            f"INSERT INTO macro (workspace_id, {_MACRO}) VALUES (%(workspace_id)s, %(id)s, %(name)s, %(team_id)s, %(acts)s::jsonb,"
            " %(changed_at)s) ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, team_id = excluded.team_id,"
            " acts = excluded.acts, changed_at = excluded.changed_at",
            row,
        )
    except UniqueViolation:
        raise Conflict(message("There is a macro “%(name)s” already.", name=name)) from None
    work.audit(act, subject="macro", subject_id=key, name=name, acts=msgspec.to_builtins(list(acts)))
    return key


async def remove_macro(work: UnitOfWork, macro_id: UUID) -> None:
    """Removes a macro; what was done with it stays. Raises NotFound."""
    macro = await find_macro(work, macro_id)
    await work.run("DELETE FROM macro WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": macro_id})
    work.audit("macro.deleted", subject="macro", subject_id=macro_id, name=macro.name)


def _somebody(acts: Sequence[Act], agent: str) -> list[Act]:
    """The acts with an agent where they say "me"."""
    return [msgspec.structs.replace(one, value=agent) if (one.do, one.value) == ("assign", ME) else one for one in acts]


class _Ready(Struct, frozen=True):
    """A macro about to be done in a conversation."""

    macro: Macro
    acts: Sequence[Act]
    facts: Facts
    there: References
    texts: Sequence[str]  # what each act says
    hours: Hours


async def _ready(work: UnitOfWork, means: Means, macro_id: UUID, conversation_id: UUID, author: Author) -> _Ready:
    macro, there = await find_macro(work, macro_id), await references(work, means.book)
    facts = (await facts_of(work, [conversation_id])).get(conversation_id)
    if facts is None:
        raise NoConversation(message("This conversation does not exist."))
    acts = _somebody(macro.acts, str(author.id or ""))
    if author.id is None and acts != list(macro.acts):
        raise Conflict(message("This macro gives the conversation to whoever runs it: only an agent can."))
    if why := unusable((), acts, there):
        raise Conflict(message("This macro cannot be used. %(why)s", why=why))
    workspace = await find_workspace(work)
    texts = []
    for act in acts:
        snippet: StoredSnippet | None = await find_snippet(work, UUID(act.value)) if act.do == "answer" else None
        said = await words_of(work, means, snippet.texts, facts, workspace, author.name) if snippet and workspace else ""
        texts.append(act.value if act.do == "note" else said)
    hours = await hours_of(work, means, {facts.team_id, *given_to(acts)}) if sleeps(acts) else NO_HOURS
    facts = (await with_promises(work, {conversation_id: facts}))[conversation_id]
    return _Ready(macro, acts, facts, there, texts, hours)


async def preview_macro(work: UnitOfWork, means: Means, macro_id: UUID, conversation_id: UUID, author: Author) -> list[Effect]:
    """What the macro would do in this conversation, if this agent ran it. Raises NotFound, Conflict (it names what is gone)."""
    ready = await _ready(work, means, macro_id, conversation_id, author)
    now, facts, effects = work.clock.now(), ready.facts, []
    for act, text in zip(ready.acts, ready.texts, strict=True):
        then = after((act,), facts, now, ready.hours)
        changes = act.do in ("answer", "note", "webhook") or then != facts
        effects.append(Effect(act=act, name=ready.there.name_of(act), changes=changes, text=text))
        facts = then
    return effects


async def run_macro(
    work: UnitOfWork, means: Means, macro_id: UUID, conversation_id: UUID, author: Author, *, client_key: UUID
) -> UUID | None:
    """Does it, in the agent's name; gives the message that was said, if one was. The same key does it once.

    Raises NotFound, Conflict, and whatever saying raises: then nothing was done.
    """
    ready = await _ready(work, means, macro_id, conversation_id, author)
    state = next((act.value for act in ready.acts if act.do == "state"), None)
    said: UUID | None = None
    for place, (act, text) in enumerate(zip(ready.acts, ready.texts, strict=True)):
        key = uuid5(client_key, str(place))
        if act.do == "answer":
            then = state if state in ("open", "waiting", "solved") else "waiting"
            said = await say(work, means.book, author, conversation_id, Answer(client_key=key, text=text, then=then))  # type: ignore[arg-type]
        elif act.do == "note":
            await note(work, author, conversation_id, text, client_key=key)
        elif act.do == "webhook":
            told = {"macro": {"id": str(macro_id), "name": ready.macro.name}, "conversation_id": str(conversation_id)}
            await tell_webhooks(work, [(UUID(act.value), f"evt_macro_{key.hex}", Published(type="macro.run", data=told))])
    change: dict[str, Any] = {"add_tags": (), "remove_tags": ()}
    for act in ready.acts:
        change |= changed(work, act, change, ready.there)
    if said is not None and change.get("state") is not None:
        del change["state"]  # the answer took it there, so that an undo takes it back
    if sleeps(ready.acts):
        change["snoozed_until"] = after(ready.acts, ready.facts, work.clock.now(), ready.hours).snoozed_until
    await change_many(work, [Change(conversation_id=conversation_id, author=author, **change)])
    await promise_own(work, promised(ready.acts, conversation_id, ready.macro.name))
    work.audit(
        "macro.run",
        subject="conversation",
        subject_id=conversation_id,
        name=ready.macro.name,
        acts=shown(ready.acts, ready.there),
    )
    return said
