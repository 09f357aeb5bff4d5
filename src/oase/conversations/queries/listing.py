"""The list of the inbox: pages of it, single rows of it, and how many are in each queue. Constant numbers of queries.

view --condition--> 51 ids by index (due or newest first, after the last key) --> joined with person, read state, draft
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.conversations.queries.views import View, condition, counting
from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME

PAGE: Final = 50
COUNTED: Final = 100  # queues count up to here; nobody needs the exact number beyond
NO_DUE: Final = 9_000_000_000_000_000  # microseconds: the key of what has no due time (the year 2255)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InboxRow(Struct, frozen=True, kw_only=True):
    """One conversation in a list, for one agent."""

    id: UUID
    number: int
    person_id: UUID | None
    person: str
    channel: str
    kind: str
    waiting_count: int
    speaker_count: int
    state: State
    subject: str
    first_line: str
    first_line_by: str
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    due_at: datetime | None
    last_at: datetime
    snoozed_until: datetime | None
    unread: int
    draft: bool
    tags: list[str]

    def key(self, by_due: bool) -> int:
        """Its place in the list: microseconds since 1970."""
        moment = self.due_at if by_due else self.last_at
        return _micros(moment) if moment else NO_DUE


_MICROSECOND: Final = datetime.resolution


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


_ROW: Final = f"""
SELECT c.id, c.number, c.person_id, coalesce({PERSON_NAME}, '') AS person, c.channel, c.kind, c.waiting_count, c.speaker_count, c.state,
       c.subject, c.first_line, c.first_line_by, c.assignee_id, c.team_id, c.priority, c.due_at, c.last_at, c.snoozed_until, c.tags,
       CASE WHEN r.read_at IS NULL OR c.last_at >= r.read_at THEN (SELECT count(*) FROM (
           SELECT FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = c.id AND m.direction = 'in'
           AND m.created_at > coalesce(r.read_at, '-infinity') LIMIT 100) AS fresh) ELSE 0 END AS unread,
       EXISTS (SELECT FROM draft d WHERE d.workspace_id = %(workspace_id)s AND d.conversation_id = c.id AND d.agent_id = %(me)s) AS draft
FROM c
LEFT JOIN person p ON p.workspace_id = %(workspace_id)s AND p.id = c.person_id
LEFT JOIN identity i ON i.workspace_id = %(workspace_id)s AND i.id = c.identity_id
LEFT JOIN read_state r ON r.workspace_id = %(workspace_id)s AND r.agent_id = %(me)s AND r.conversation_id = c.id"""


async def inbox_page(work: UnitOfWork, view: View, me: UUID, *, after: str = "", size: int = PAGE) -> tuple[list[InboxRow], str]:
    """A page of a view as `me` sees it, and the key that asks for the next page (empty at the end). One query."""
    where, parameters = condition(view)
    order, beyond = _order(view.by_due)
    if after:
        where += f" AND {beyond}"
        parameters |= _after(after)
    chosen = f"SELECT * FROM conversation c WHERE {where} ORDER BY {order} LIMIT %(limit)s"
    statement = f"WITH c AS MATERIALIZED ({chosen}){_ROW} ORDER BY {order}"
    rows = await work.all(InboxRow, statement, {**parameters, "me": me, "limit": size + 1})
    if len(rows) <= size:
        return rows, ""
    last = rows[size - 1]
    return rows[:size], f"{last.key(view.by_due)}.{last.id}"


async def inbox_rows(work: UnitOfWork, view: View, me: UUID, ids: Sequence[UUID]) -> list[InboxRow]:
    """Those of these conversations that belong into the view, as rows. One query."""
    where, parameters = condition(view)
    statement = f"WITH c AS MATERIALIZED (SELECT * FROM conversation c WHERE {where} AND c.id = ANY(%(ids)s)){_ROW}"
    return await work.all(InboxRow, statement, {**parameters, "me": me, "ids": list(ids)})


def _order(by_due: bool) -> tuple[str, str]:
    """The order of a list, and the condition for what comes after a key."""
    if by_due:
        return (
            "coalesce(c.due_at, 'infinity'), c.id",
            "(coalesce(c.due_at, 'infinity'), c.id) > (%(after)s::timestamptz, %(after_id)s)",
        )
    return "c.last_at DESC, c.id DESC", "(c.last_at, c.id) < (%(after)s::timestamptz, %(after_id)s)"


def _after(key: str) -> Mapping[str, Any]:
    """A key of a page, read; what is no key begins at the front."""
    try:
        at, last = place_of(key)
    except (ValueError, OverflowError):
        return {"after": "-infinity", "after_id": UUID(int=0)}
    return {"after": "infinity" if _micros(at) >= NO_DUE else at.isoformat(), "after_id": last}


def place_of(key: str) -> tuple[datetime, UUID]:
    """The moment and the conversation of a page's key; raises ValueError, OverflowError for what is none."""
    number, _, identifier = key.partition(".")
    return _EPOCH + int(number) * _MICROSECOND, UUID(identifier)


def key_at(at: datetime, conversation_id: UUID) -> str:
    """The key of a page that goes on after this moment and conversation."""
    return f"{_micros(at)}.{conversation_id}"


_COUNT: Final = (
    "(SELECT count(*) FROM (SELECT FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.merged_into IS NULL"
    f" AND {{}} LIMIT {COUNTED}) AS few)"
)


_OF_TEAM: Final = "c.state = 'open' AND c.team_id = t.id"
_OF_CHANNEL: Final = "c.state = 'open' AND c.channel = a.channel"


async def queue_counts(
    work: UnitOfWork, me: UUID, teams: Sequence[UUID], views: Mapping[str, View] | None = None
) -> dict[str, int]:
    """How many conversations each queue holds, up to 100, by the queue's id. Every channel with an account is in it. One query.

    `views`: saved ones by their queue's id.
    """
    fixed = {
        "mine": "c.state = 'open' AND c.assignee_id = %(me)s",
        "unassigned": "c.state = 'open' AND c.assignee_id IS NULL",
        "open": "c.state = 'open'",
        "waiting": "c.state = 'waiting'",
        "snoozed": "c.state = 'snoozed'",
    }
    columns = [f"SELECT '{name}' AS id, {_COUNT.format(rule)} AS count" for name, rule in fixed.items()]
    columns.append(
        "SELECT 'mentions', (SELECT count(DISTINCT n.conversation_id) FROM (SELECT conversation_id, seen_at FROM mention"
        " WHERE workspace_id = %(workspace_id)s AND agent_id = %(me)s ORDER BY at DESC LIMIT 200) AS n WHERE n.seen_at IS NULL)"
    )
    columns.append(f"SELECT 'team-' || t.id, {_COUNT.format(_OF_TEAM)} FROM unnest(%(teams)b::uuid[]) AS t (id)")
    columns.append(
        f"SELECT 'channel-' || a.channel, {_COUNT.format(_OF_CHANNEL)} FROM"
        " (SELECT DISTINCT channel FROM account WHERE workspace_id = %(workspace_id)s AND enabled) AS a"
    )
    parameters: dict[str, Any] = {"me": me, "teams": list(teams)}
    for number, (name, view) in enumerate((views or {}).items()):
        count, more = counting(view, f"v{number}_", COUNTED)
        columns.append(f"SELECT %(v{number})s, {count}")
        parameters |= {f"v{number}": name, **more}
    return dict(await work.tuples(" UNION ALL ".join(columns), parameters))
