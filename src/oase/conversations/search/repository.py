"""SQL of searching. Work is bounded whatever was typed:

newest   the newest entries of the workspace, read in their order until enough fit: common words
chosen   entries of the conversations that fit the filters, when those are few: is:open, is:mine
index    everything that has the words, by the index: rare words; broken off at a time limit
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import sql

from oase.conversations.public import SPOKEN_IN
from oase.conversations.rules import State
from oase.conversations.search.types import SearchQuery
from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME

NEWEST: Final = 6_000
HITS: Final = 400
CHOSEN: Final = 2_000
_LIMIT_MILLISECONDS: Final = 150
_OWN: Final = "('''w:' || right(%(workspace_id)s::uuid::text, 8) || '''')::tsquery"
_WEIGHTS: Final = "'{0.15, 0.2, 0.5, 1.0}'"  # text, files, names, subject


class Sought(Struct, frozen=True, kw_only=True):
    """A query as the database takes it: two tsqueries as text, and what is to be marked."""

    query: str = ""  # what must hold, by stems
    ranked: str = ""  # what makes an entry fit better: the words as they were typed
    lexemes: tuple[str, ...] = ()


class Hit(Struct, frozen=True, kw_only=True):
    """An entry that fits."""

    id: UUID
    conversation_id: UUID
    at: datetime
    rank: float


class Place(Struct, frozen=True, kw_only=True):
    """From where on results are older."""

    at: datetime
    id: UUID


def words_of(query: SearchQuery, phones: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The expression that makes the tsquery, and its parameters. Empty parts of `&&` ask for nothing."""
    parts: list[str] = []
    parameters: dict[str, Any] = {}

    def add(expression: str, value: str) -> None:
        name = f"p{len(parameters)}"
        parameters[name] = value
        parts.append(expression.replace("?", f"%({name})s::text"))

    for word in (*query.words, *phones):
        add("oase_term(?)", word)
    for phrase in query.phrases:
        add("phraseto_tsquery('pg_catalog.simple', oase_fold(?))", phrase)
    if query.prefix:
        add("oase_prefix(?)" if len(query.prefix) > 2 else "oase_term(?)", query.prefix)
    for label, values, weight in (("f:", query.sender, ""), ("t:", query.receiver, ""), ("", query.subject, "A")):
        for value in values:
            add(f"oase_labelled('{label}', ?, '{weight}')", value)
    if query.channels:
        parameters["channels"] = [f"c:{channel}" for channel in query.channels]
        parts.append("(SELECT string_agg(quote_literal(c), ' | ')::tsquery FROM unnest(%(channels)b::text[]) AS c)")
    if query.has_file:
        parts.append("'''h:file'''::tsquery")
    for word in query.without:
        add("!! phraseto_tsquery('pg_catalog.simple', oase_fold(?))", word)
    return " && ".join(parts), parameters


async def resolve(work: UnitOfWork, query: SearchQuery, phones: Sequence[str]) -> Sought:
    """The query as the database takes it."""
    expression, parameters = words_of(query, phones)
    marked = [*query.words, *query.phrases, *query.subject, *([query.prefix] if query.prefix else [])]
    wanted = expression or "CAST('' AS tsquery)"
    row = await work.row(
        f"SELECT ({wanted})::text AS query, plainto_tsquery('pg_catalog.simple', oase_fold(%(looked_for)s))::text AS ranked,"
        " (SELECT array_agg(DISTINCT l) FROM unnest(%(marked)b::text[]) AS m,"
        " unnest(tsvector_to_array(oase_words(m))) AS l) AS lexemes",
        {**parameters, "marked": marked, "looked_for": " ".join(marked)},
    )
    if row is None:
        return Sought()
    ranked = row["ranked"].replace(" & ", " | ") or row["query"]
    return Sought(query=row["query"], ranked=ranked, lexemes=tuple(row["lexemes"] or ()))


async def phone_owners(work: UnitOfWork, digits: Sequence[str]) -> list[UUID]:
    """Persons whose number holds all of these runs of digits; at most 50."""
    rows = await work.tuples(
        f"WITH found AS MATERIALIZED (SELECT workspace_id, id FROM person_entry WHERE vector @@ ({_OWN} &&"
        " (SELECT string_agg('''n:' || d || ''':*', ' & ')::tsquery FROM unnest(%(digits)b::text[]) AS d)) LIMIT 50)"
        " SELECT id FROM found WHERE workspace_id = %(workspace_id)s",
        {"digits": list(digits)},
    )
    return [row[0] for row in rows]


def filters(
    *, states: Sequence[State], unassigned: bool, assignees: Sequence[UUID] | None, teams: Sequence[UUID] | None,
    tags: Sequence[str], persons: Sequence[UUID] | None, priorities: Sequence[int] = (), fields: Sequence[tuple[str, str]] = (),
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Conditions on the conversation `c`, and their parameters; empty if there are none. None means: not asked for."""
    conditions = []
    given: dict[str, Any] = {}
    if states:
        conditions.append("c.state = ANY(%(states)b::text[])")
        given["states"] = list(states)
    owner = []
    if unassigned:
        owner.append("c.assignee_id IS NULL")
    if assignees is not None:
        owner.append("c.assignee_id = ANY(%(assignees)s)")
        given["assignees"] = list(assignees)
    if owner:
        conditions.append(f"({' OR '.join(owner)})")
    if teams is not None:
        conditions.append("c.team_id = ANY(%(teams)s)")
        given["teams"] = list(teams)
    if persons is not None:
        conditions.append(f"(c.person_id = ANY(%(persons)s) OR c.id IN ({SPOKEN_IN}))")
        given["persons"] = list(persons)
    if tags:
        conditions.append("EXISTS (SELECT FROM unnest(c.tags) AS tag WHERE oase_fold(tag) = ANY(%(tags)s))")
        given["tags"] = list(tags)
    if priorities:
        conditions.append("c.priority = ANY(%(priorities)s)")
        given["priorities"] = list(priorities)
    for number, (key, value) in enumerate(fields):
        conditions.append(f"lower(c.fields->>%(field_key{number})s) = lower(%(field_value{number})s)")
        given |= {f"field_key{number}": key, f"field_value{number}": value}
    return " AND ".join(conditions), given


def _bounds(facts: Mapping[str, Any]) -> str:
    bounds = " AND (e.at, e.id) < (%(top_at)s, %(top_id)s) AND e.id <= %(newest)s"
    return bounds + (" AND e.at >= %(after)s" if facts.get("after") else "")


def _fit(where: str) -> str:
    """The newest hits that pass the filters, with how well they fit."""
    passes = (
        " JOIN conversation c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id"
        f" WHERE h.workspace_id = %(workspace_id)s AND {where}"
    )
    return (
        f"SELECT b.id, b.conversation_id, b.at, ts_rank({_WEIGHTS}, b.vector, %(ranked)s::tsquery)::float8 AS rank FROM"
        f" (SELECT h.* FROM hits h{passes if where else ' WHERE h.workspace_id = %(workspace_id)s'}"
        f" ORDER BY h.at DESC, h.id DESC LIMIT {HITS}) AS b ORDER BY b.at DESC, b.id DESC"
    )


async def newest(work: UnitOfWork, where: str, facts: Mapping[str, Any]) -> list[Hit]:
    """What fits among the newest entries."""
    return await work.all(
        Hit,
        "WITH hits AS (SELECT * FROM (SELECT e.workspace_id, e.id, e.conversation_id, e.at, e.vector FROM search_entry e"
        f" WHERE e.workspace_id = %(workspace_id)s{_bounds(facts)} ORDER BY e.at DESC, e.id DESC LIMIT {NEWEST}) AS n"
        " WHERE n.vector @@ %(query)s::tsquery) " + _fit(where),
        facts,
    )


async def by_index(work: UnitOfWork, where: str, facts: Mapping[str, Any]) -> list[Hit]:
    """What fits among all entries that have the words."""
    return await work.all(
        Hit,
        "WITH hits AS MATERIALIZED (SELECT e.workspace_id, e.id, e.conversation_id, e.at, e.vector FROM (SELECT * FROM search_entry"
        f" WHERE vector @@ (%(query)s::tsquery && {_OWN}) OFFSET 0) AS e WHERE true{_bounds(facts)}) " + _fit(where),
        facts,
    )


async def chosen(work: UnitOfWork, where: str, facts: Mapping[str, Any]) -> tuple[list[Hit], bool]:
    """What fits in the newest conversations that pass the filters; and whether those were all of them."""
    conversations = [
        row[0]
        for row in await work.tuples(
            f"SELECT c.id FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.merged_into IS NULL AND {where}"
            f" ORDER BY c.last_at DESC, c.id DESC LIMIT {CHOSEN}",
            facts,
        )
    ]
    hits = await work.all(
        Hit,
        "WITH hits AS MATERIALIZED (SELECT e.workspace_id, e.id, e.conversation_id, e.at, e.vector"
        " FROM unnest(%(chosen)b::uuid[]) AS n (id) JOIN search_entry e ON e.workspace_id = %(workspace_id)s"
        f" AND e.conversation_id = n.id WHERE e.vector @@ %(query)s::tsquery{_bounds(facts)}) " + _fit(""),
        {**facts, "chosen": conversations},
    )
    return hits, len(conversations) < CHOSEN


async def shown_before(work: UnitOfWork, conversations: Sequence[UUID], facts: Mapping[str, Any]) -> set[UUID]:
    """Those of the conversations that have a newer hit, and so stood on an earlier page."""
    rows = await work.tuples(
        "SELECT DISTINCT e.conversation_id FROM search_entry e WHERE e.workspace_id = %(workspace_id)s"
        " AND e.conversation_id = ANY(%(ids)b::uuid[]) AND (e.at, e.id) >= (%(top_at)s, %(top_id)s)"
        " AND e.id <= %(newest)s AND e.vector @@ %(query)s::tsquery",
        {**facts, "ids": list(conversations)},
    )
    return {row[0] for row in rows}


async def by_filters(work: UnitOfWork, where: str, facts: Mapping[str, Any], limit: int) -> list[tuple[UUID, datetime]]:
    """The newest conversations that fit the filters: (id, moment of the newest message)."""
    within = " AND c.last_at >= %(after)s" if facts.get("after") else ""
    if "persons" in facts:
        inner = "SELECT c.id, c.last_at FROM conversation c WHERE c.workspace_id = %(workspace_id)s"
        statement = f"{inner} AND {where} AND c.merged_into IS NULL{within} AND (c.last_at, c.id) < (%(top_at)s, %(top_id)s)"
    else:  # one ordered range of the index for each state
        statement = (
            "SELECT c.id, c.last_at FROM unnest(%(each)b::text[]) AS s (state), LATERAL (SELECT c.id, c.last_at FROM conversation c"
            f" WHERE c.workspace_id = %(workspace_id)s AND c.state = s.state AND c.merged_into IS NULL AND {where or 'true'}{within}"
            " AND (c.last_at, c.id) < (%(top_at)s, %(top_id)s) ORDER BY c.last_at DESC, c.id DESC LIMIT %(limit)s) AS c"
        )
    each = facts.get("states") or ["open", "waiting", "snoozed", "solved"]
    rows = await work.tuples(
        f"SELECT id, last_at FROM ({statement}) AS f ORDER BY last_at DESC, id DESC LIMIT %(limit)s",
        {**facts, "each": each, "limit": limit},
    )
    return [(row[0], row[1]) for row in rows]


async def conversation_by_number(work: UnitOfWork, number: int) -> UUID | None:
    """The conversation of this number, or the one it was merged into."""
    found = await work.value(
        "SELECT coalesce(merged_into, id) FROM conversation WHERE workspace_id = %(workspace_id)s AND number = %(number)s",
        {"number": number},
    )
    return found if isinstance(found, UUID) else None


async def facts_of(work: UnitOfWork, pairs: Sequence[tuple[UUID, UUID | None]]) -> dict[UUID, dict[str, Any]]:
    """What a page shows of conversations and their best messages, by the conversation's id."""
    rows = await work.rows(
        "SELECT c.id, c.number, c.subject, c.channel, c.state, c.person_id, c.assignee_id, c.last_at, c.first_line,"
        f" CASE c.kind WHEN 'public' THEN coalesce(nullif(m.author_name, ''), c.subject) ELSE {PERSON_NAME} END AS person_name,"
        " m.id AS message_id, m.at AS message_at, m.direction,"
        " left(m.text, 20000) AS text FROM unnest(%(ids)b::uuid[], %(messages)b::uuid[]) AS w (id, message_id)"
        " JOIN conversation c ON c.workspace_id = %(workspace_id)s AND c.id = w.id"
        " LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
        " LEFT JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id"
        " LEFT JOIN message m ON m.workspace_id = c.workspace_id AND m.id = w.message_id",
        {"ids": [pair[0] for pair in pairs], "messages": [pair[1] for pair in pairs]},
    )
    return {row["id"]: row for row in rows}


async def persons(work: UnitOfWork, query: SearchQuery, limit: int) -> list[dict[str, Any]]:
    """Persons by the words of a query, the best and most recently heard of first."""
    parts: list[str] = []
    parameters: dict[str, Any] = {"limit": limit}
    last = [query.prefix] if query.prefix else []
    for number, word in enumerate((*query.words, *query.phrases, *last)):
        kind = "oase_prefix" if len(word) > 1 else "oase_term"
        parts.append(f"{kind}(%(p{number})s::text)")
        parameters[f"p{number}"] = word
    if query.phones:
        parts.append("(SELECT string_agg('''n:' || d || ''':*', ' & ')::tsquery FROM unnest(%(digits)b::text[]) AS d)")
        parameters["digits"] = list(query.phones)
    expression = " && ".join(parts)
    return await work.rows(
        f"WITH asked AS MATERIALIZED (SELECT {expression} AS query), found AS MATERIALIZED (SELECT e.workspace_id, e.id,"
        f" ts_rank({_WEIGHTS}, e.vector, a.query) AS rank FROM asked a, person_entry e WHERE e.vector @@ (a.query && {_OWN}) LIMIT 1000),"
        " best AS (SELECT p.workspace_id, p.id, p.name, p.organisation, f.rank, p.updated_at FROM found f"
        " JOIN person p ON p.workspace_id = f.workspace_id AND p.id = f.id WHERE f.workspace_id = %(workspace_id)s"
        " AND numnode((SELECT query FROM asked)) > 0 ORDER BY f.rank DESC, p.updated_at DESC, p.id LIMIT %(limit)s)"
        " SELECT b.id, b.name, b.organisation, a.addresses, a.names, a.last_seen_at FROM best b LEFT JOIN LATERAL"
        " (SELECT array_agg(i.value ORDER BY i.last_seen_at DESC) FILTER (WHERE i.kind <> 'visitor') AS addresses,"
        " min(i.name) AS names, max(i.last_seen_at) AS last_seen_at FROM identity i"
        " WHERE i.workspace_id = b.workspace_id AND i.person_id = b.id) AS a ON true ORDER BY b.rank DESC, b.updated_at DESC, b.id",
        parameters,
    )


@asynccontextmanager
async def time_limit(work: UnitOfWork) -> AsyncIterator[list[bool]]:
    """Statements inside are broken off when they take too long; then the list holds False. The transaction goes on."""
    whole: list[bool] = []
    try:
        async with work.connection.transaction():
            await work.connection.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(_LIMIT_MILLISECONDS))
            yield whole
            await work.connection.execute(b"SET LOCAL statement_timeout TO DEFAULT")
    except psycopg.errors.QueryCanceled:
        whole.append(False)
