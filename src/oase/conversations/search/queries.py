"""Searching: a query and a cursor become a page.

    query -> words (tsquery), names (agents, teams), numbers (persons)
          -> entries that fit: newest ones | those of few conversations | by the index      (see `repository`)
          -> grouped by conversation, ordered by fit and age, in chunks of 400 entries
          -> facts and snippets of the page's rows only

A cursor says where its chunk begins, how far into it the page is, and when the search began, so that pages follow each other
without gaps whatever comes in meanwhile.
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations.search import repository
from oase.conversations.search.marks import fold, snippet
from oase.conversations.search.repository import HITS, Hit, Sought
from oase.conversations.search.rules import digits_of, score
from oase.conversations.search.types import ConversationHit, Moment, PersonHit, SearchPage, SearchQuery
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.staff import list_agents, list_teams

_PERSONS: Final = 5
_LAST_ID: Final = UUID(int=2**128 - 1)
_SMALL_STATES: Final = frozenset({"open", "waiting", "snoozed"})


class _Cursor(Struct, frozen=True, array_like=True):
    """A place in the results."""

    began: datetime
    top_at: datetime
    top_id: UUID
    offset: int = 0
    later: bool = False  # the chunk is not the first one


class _Found(Struct, kw_only=True):
    """Conversations of a chunk in their order, each with its best entry, and where the chunk ends."""

    order: list[tuple[UUID, UUID | None, datetime]] = []
    end: tuple[datetime, UUID] | None = None
    complete: bool = True


async def search(
    work: UnitOfWork,
    query: SearchQuery,
    agent_id: UUID | None = None,
    limit: int = 25,
    cursor: str = "",
    *,
    zone: tzinfo = UTC,
) -> SearchPage:
    """A page of what fits. `zone` is that of days in the query. Raises Invalid for a cursor that is none of ours."""
    if query.empty:
        return SearchPage()
    now = work.clock.now()
    place = _read_cursor(cursor) if cursor else _Cursor(now, now + timedelta(days=3650), _LAST_ID)
    digits = [digits_of(phone) for phone in query.phones]
    owners = await repository.phone_owners(work, digits) if digits else []
    sought = await _sought(work, query, owners)
    where, facts = await _filters(work, query, agent_id, owners)
    facts |= {"query": sought.query, "ranked": sought.ranked, "top_at": place.top_at, "top_id": place.top_id, "after": None}
    facts["newest"] = _newest(place.began) if cursor else _LAST_ID
    if query.before is not None:
        before = _moment(query.before, now, zone)
        facts |= {"top_at": before, "top_id": UUID(int=0)} if before < place.top_at else {}
    if query.after is not None:
        facts["after"] = _moment(query.after, now, zone)
    known = bool(sought.query or owners or not (query.text or _only_number(query)))
    found = await _find(work, query, where, facts, place, limit) if known else _Found()
    page = found.order[place.offset : place.offset + limit]
    direct = await repository.conversation_by_number(work, query.number) if query.number is not None and not cursor else None
    if direct is not None:
        page = [(direct, None, now), *(row for row in page if row[0] != direct)]
    return SearchPage(
        conversations=await _shown(work, page, sought.lexemes, query),
        persons=await _persons(work, query, digits) if not cursor else (),
        next=_next(place, found, limit),
        complete=found.complete,
    )


def _only_number(query: SearchQuery) -> bool:
    return msgspec.structs.replace(query, number=None).empty


async def _sought(work: UnitOfWork, query: SearchQuery, owners: Sequence[UUID]) -> Sought:
    """The words; a telephone number is among them unless it led to persons."""
    asked = msgspec.structs.replace(query, phones=()) if owners else query
    if not (asked.text or asked.without or asked.channels):
        return Sought()
    return await repository.resolve(work, asked, asked.phones)


async def _find(work: UnitOfWork, query: SearchQuery, where: str, facts: dict[str, Any], place: _Cursor, limit: int) -> _Found:
    """The chunk of results that begins at the cursor."""
    if not facts["query"]:
        return await _by_filters(work, where, facts, place.offset + limit)
    wanted = place.offset + limit
    hits: list[Hit] = []
    complete = True
    if (query.states and _SMALL_STATES.issuperset(query.states)) or "persons" in facts:
        hits, complete = await repository.chosen(work, where, facts)
        if complete or _conversations(hits) > wanted:
            return await _chunk(work, hits, facts, place, complete=True)
    hits = await repository.newest(work, where, facts)
    if len(hits) < HITS and _conversations(hits) <= wanted:
        async with repository.time_limit(work) as whole:
            hits = await repository.by_index(work, where, facts)
        complete = not whole
    return await _chunk(work, hits, facts, place, complete=complete)


def _conversations(hits: Sequence[Hit]) -> int:
    return len({hit.conversation_id for hit in hits})


async def _chunk(work: UnitOfWork, hits: Sequence[Hit], facts: dict[str, Any], place: _Cursor, *, complete: bool) -> _Found:
    best: dict[UUID, tuple[float, Hit]] = {}
    for hit in hits:
        points = score(hit.rank, place.began - hit.at)
        if hit.conversation_id not in best or points > best[hit.conversation_id][0]:
            best[hit.conversation_id] = (points, hit)
    if place.later and best:
        earlier = await repository.shown_before(work, list(best), facts)
        best = {key: value for key, value in best.items() if key not in earlier}
    ordered = sorted(best.values(), key=lambda one: (-one[0], one[1].id.int))
    end = (hits[-1].at, hits[-1].id) if len(hits) == HITS else None
    return _Found(order=[(hit.conversation_id, hit.id, hit.at) for _, hit in ordered], end=end, complete=complete)


async def _by_filters(work: UnitOfWork, where: str, facts: dict[str, Any], wanted: int) -> _Found:
    rows: list[tuple[UUID, datetime]] = []
    async with repository.time_limit(work) as whole:
        rows = await repository.by_filters(work, where, facts, wanted)
    end = (rows[-1][1], rows[-1][0]) if len(rows) == wanted else None
    return _Found(order=[(conversation, None, at) for conversation, at in rows], end=end, complete=not whole)


def _next(place: _Cursor, found: _Found, limit: int) -> str:
    """Further into this chunk, else to the next one."""
    if place.offset + limit < len(found.order):
        return _write_cursor(msgspec.structs.replace(place, offset=place.offset + limit))
    if found.end is not None:
        return _write_cursor(_Cursor(place.began, found.end[0], found.end[1], 0, True))
    return ""


def _newest(began: datetime) -> UUID:
    """Ids of what came in later are greater (UUIDv7)."""
    return UUID(int=int(began.timestamp() * 1000) << 80 | (1 << 80) - 1)


def _write_cursor(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).rstrip(b"=").decode()


def _read_cursor(text: str) -> _Cursor:
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (ValueError, msgspec.DecodeError):
        raise Invalid(message("This place in the results does not exist. Search again."), field="cursor") from None


def _moment(moment: Moment, now: datetime, zone: tzinfo) -> datetime:
    """The beginning of a day in the reader's time zone."""
    day = now.astimezone(zone).date() - moment if isinstance(moment, timedelta) else moment
    return datetime.combine(day, time.min, zone)


async def _filters(
    work: UnitOfWork, query: SearchQuery, agent_id: UUID | None, owners: Sequence[UUID]
) -> tuple[str, dict[str, Any]]:
    assignees: list[UUID] | None = None
    if query.mine or query.assignees:
        assignees = [agent_id] if query.mine and agent_id else []
    if query.assignees:
        people = await list_agents(work, also_deactivated=True)
        assignees = [*(assignees or ()), *(one.id for one in people if _named(query.assignees, one.name, one.email))]
    teams = None
    if query.teams:
        teams = [team.id for team in await list_teams(work) if _named(query.teams, team.name)]
    return repository.filters(
        states=query.states,
        unassigned=query.unassigned,
        assignees=assignees,
        teams=teams,
        tags=[fold(tag) for tag in query.tags],
        persons=owners or None,
        priorities=query.priorities,
        fields=query.fields,
    )


def _named(wanted: Sequence[str], *names: str) -> bool:
    return any(fold(part) in fold(name) for part in wanted for name in names)


async def _persons(work: UnitOfWork, query: SearchQuery, digits: Sequence[str]) -> tuple[PersonHit, ...]:
    """Persons are found by words and numbers alone: filters ask for conversations."""
    plain = SearchQuery(words=query.words, prefix=query.prefix, phrases=query.phrases, phones=tuple(digits))
    asked = msgspec.structs.replace(query, phones=tuple(digits), number=None)
    if plain.empty or plain != asked:
        return ()
    return tuple(
        PersonHit(
            id=row["id"],
            name=row["name"] or row["names"] or "",
            organisation=row["organisation"],
            addresses=tuple(row["addresses"] or ()),
            last_seen_at=row["last_seen_at"],
        )
        for row in await repository.persons(work, plain, _PERSONS)
    )


async def _shown(
    work: UnitOfWork, page: Sequence[tuple[UUID, UUID | None, datetime]], lexemes: Sequence[str], query: SearchQuery
) -> tuple[ConversationHit, ...]:
    if not page:
        return ()
    known = await repository.facts_of(work, [(conversation, entry) for conversation, entry, _ in page])
    beginnings = tuple(filter(None, [fold(query.prefix)])) if len(query.prefix) > 1 else ()
    marked = frozenset(lexemes)
    return tuple(
        ConversationHit(
            id=row["id"],
            number=row["number"],
            subject=row["subject"],
            channel=row["channel"],
            state=row["state"],
            person_id=row["person_id"],
            person_name=row["person_name"],
            assignee_id=row["assignee_id"],
            last_at=row["last_at"],
            message_id=row["message_id"],
            message_at=row["message_at"] or row["last_at"],
            direction=row["direction"] or "",
            snippet=snippet(row["text"] or row["first_line"], marked, beginnings),
        )
        for row in (known[conversation] for conversation, _, _ in page if conversation in known)
    )
