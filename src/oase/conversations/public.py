"""What is kept of public conversations: who spoke, what the place is called, which messages still wait for an answer.

    comment --(taken in)--> wants_answer --answered · marked as done · hidden · taken back · conversation solved--> no more

Each message waits by itself; `recount` makes of it what the conversation says: how many wait, since when, and what is due. Callers
hold the conversation's lock, so that two of them never count past each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels import adapter
from oase.channels.contract import Manifest
from oase.conversations.rules import TARGETS
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.ids import new_id

How = Literal["done", "answered", "hidden", "deleted", "solved"]
"""Why a public message waits no more."""

SPOKEN_IN: Final = (
    "SELECT s.conversation_id FROM identity i JOIN participant s ON s.workspace_id = i.workspace_id AND s.identity_id = i.id"
    " WHERE i.workspace_id = %(workspace_id)s AND i.person_id = ANY(%(persons)s)"
)
"""SQL: the public conversations in which these persons spoke."""

_SPOKE: Final = Batch(id="uuid", conversation_id="uuid", identity_id="uuid", at="timestamptz")
_THREADS: Final = Batch(id="uuid", facts="jsonb")
_BRANCHES: Final = Batch(conversation_id="uuid", external_id="text", branch="text")


class Waited(Struct, frozen=True, kw_only=True):
    """A message that waits no more, or again."""

    id: UUID
    conversation_id: UUID


class Fresh(Struct, frozen=True, kw_only=True):
    """A public message that has just been written."""

    id: UUID
    conversation_id: UUID
    external_id: str
    branch: str


async def hear(work: UnitOfWork, spoke: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Who spoke where: (conversation, address, when)."""
    newest: dict[tuple[UUID, UUID], datetime] = {}
    for conversation_id, identity_id, at in spoke:
        newest[conversation_id, identity_id] = max(newest.get((conversation_id, identity_id), at), at)
    rows = [
        {"id": new_id(), "conversation_id": conversation_id, "identity_id": identity_id, "at": at}
        for (conversation_id, identity_id), at in sorted(newest.items())
    ]
    if rows:
        await work.run(
            "INSERT INTO participant (workspace_id, id, conversation_id, identity_id, first_at, last_at)"
            f" SELECT %(workspace_id)s, n.id, n.conversation_id, n.identity_id, n.at, n.at FROM {_SPOKE.rows}"
            " ON CONFLICT (workspace_id, conversation_id, identity_id) DO UPDATE"
            " SET last_at = greatest(participant.last_at, excluded.last_at)",
            _SPOKE.values(rows),
        )


async def learn(work: UnitOfWork, threads: Mapping[UUID, Mapping[str, Any]]) -> None:
    """What is known of these places now. A title that an agent gave stays."""
    known = [{"id": key, "facts": dict(facts)} for key, facts in sorted(threads.items()) if facts]
    if known:
        await work.run(
            "UPDATE conversation c SET thread = c.thread || n.facts, subject = CASE WHEN n.facts ? 'title'"
            " AND c.subject = coalesce(c.thread->>'title', '') THEN n.facts->>'title' ELSE c.subject END"
            f" FROM {_THREADS.rows} WHERE c.workspace_id = %(workspace_id)s AND c.id = n.id AND NOT c.thread @> n.facts",
            _THREADS.values(known),
        )


_PARTICIPANT: Final = (
    "SELECT i.person_id FROM participant s JOIN identity i ON i.workspace_id = s.workspace_id AND i.id = s.identity_id"
    " WHERE s.workspace_id = %(workspace_id)s AND s.conversation_id = %(id)s"
)
_SPEAKER: Final = f"""
SELECT coalesce(({_PARTICIPANT} AND i.person_id = %(chosen)s LIMIT 1),
    (SELECT i.person_id FROM message m JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
    WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s AND m.wants_answer ORDER BY m.at, m.id LIMIT 1),
    ({_PARTICIPANT} ORDER BY s.last_at DESC, s.id LIMIT 1))"""


async def speaker_of(work: UnitOfWork, conversation_id: UUID, chosen: UUID | None = None) -> UUID | None:
    """The chosen person if they spoke in this public conversation; else who has waited longest there, or spoke last; None: nobody."""
    found = await work.value(_SPEAKER, {"id": conversation_id, "chosen": chosen})
    return found if isinstance(found, UUID) else None


async def lock(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> None:
    """Nobody else counts in these conversations until the end of the transaction."""
    await work.run(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"ids": sorted(conversation_ids)},
    )


async def forget_post(work: UnitOfWork, message_ids: Sequence[UUID], *, author: bool = False) -> None:
    """Places whose post is among these messages keep no title that is made of its words; with `author`, no name either."""
    gone = ["title", "author"] if author else ["title"]
    await work.run(
        "UPDATE conversation c SET thread = c.thread - %(gone)b::text[], subject = CASE WHEN c.subject = coalesce(c.thread->>'title', '')"
        " THEN '' ELSE c.subject END FROM message m WHERE c.workspace_id = %(workspace_id)s AND m.workspace_id = c.workspace_id"
        " AND m.id = ANY(%(ids)s) AND c.id = m.conversation_id AND m.external_id = c.thread_external_id",
        {"ids": sorted(message_ids), "gone": gone},
    )


async def join_branches(work: UnitOfWork, fresh: Sequence[Fresh]) -> None:
    """Answers that came before what they answer go into the branch in which it turns out to stand."""
    below = [one for one in fresh if one.branch != one.external_id]
    if below:
        await work.run(
            f"UPDATE message m SET branch = n.branch FROM {_BRANCHES.rows} WHERE m.workspace_id = %(workspace_id)s"
            " AND m.branch = n.external_id AND (m.conversation_id = n.conversation_id) IS TRUE",
            _BRANCHES.values(below),
        )


# An answer settles the message that it answers and what its author had said before in the same branch. Branches are looked up by
# their own index: `IS TRUE` keeps the planner from reading the whole of a conversation for each message of a storm.
_SETTLE_ANSWERED: Final = """
WITH answers AS MATERIALIZED (
    SELECT account_id, conversation_id, identity_id, reply_to, at FROM message
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
), answered AS MATERIALIZED (
    SELECT a.id, a.branch, a.conversation_id, a.identity_id, o.identity_id AS addressed_id, o.at FROM answers o
    JOIN message a ON a.workspace_id = %(workspace_id)s AND a.account_id = o.account_id AND a.external_id = o.reply_to
    WHERE (a.conversation_id = o.conversation_id) IS TRUE
)
UPDATE message m SET wants_answer = false FROM answered s WHERE m.workspace_id = %(workspace_id)s
AND m.branch = s.branch AND (m.conversation_id = s.conversation_id) IS TRUE AND m.wants_answer IS TRUE
AND (m.id = s.id OR (m.at <= s.at AND m.identity_id IN (s.identity_id, s.addressed_id))) RETURNING m.id, m.conversation_id"""


async def settle_answered(work: UnitOfWork, answer_ids: Sequence[UUID]) -> list[Waited]:
    """What these messages of ours answer waits no more. Gives it."""
    return await work.all(Waited, _SETTLE_ANSWERED, {"ids": sorted(answer_ids)}) if answer_ids else []


async def settle_known(work: UnitOfWork, fresh: Sequence[Fresh]) -> list[Waited]:
    """Messages whose answer came to us before they did wait no more. Gives them."""
    if not fresh:
        return []
    answered = set(
        await work.tuples(
            "SELECT o.conversation_id, o.reply_to FROM unnest(%(branches)b::text[]) AS b (branch), LATERAL (SELECT conversation_id,"
            " reply_to FROM message WHERE workspace_id = %(workspace_id)s AND branch = b.branch AND direction = 'out'"
            " AND reply_to <> '' AND deleted_at IS NULL OFFSET 0) AS o",
            {"branches": sorted({one.branch for one in fresh})},
        )
    )
    ids = [one.id for one in fresh if (one.conversation_id, one.external_id) in answered]
    if not ids:
        return []
    return await work.all(
        Waited,
        "UPDATE message SET wants_answer = false WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " RETURNING id, conversation_id",
        {"ids": sorted(ids)},
    )


async def settle(work: UnitOfWork, message_ids: Sequence[UUID], how: How, by: str = "") -> list[Waited]:
    """These messages wait no more, and say why. Gives those that had waited."""
    return await work.all(
        Waited,
        "UPDATE message SET wants_answer = false, data = data || jsonb_build_object('settled', jsonb_build_object('how', %(how)s::text,"
        " 'by', %(by)s::text, 'at', %(now)s::timestamptz)) WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND wants_answer"
        " RETURNING id, conversation_id",
        {"ids": sorted(message_ids), "how": how, "by": by, "now": work.clock.now()},
    )


async def settle_all(work: UnitOfWork, conversation_id: UUID, by: str = "") -> int:
    """The conversation is solved: nothing in it waits any more. Gives how many had waited."""
    return await work.run(
        "UPDATE message SET wants_answer = false, data = data || jsonb_build_object('settled', jsonb_build_object('how', 'solved',"
        " 'by', %(by)s::text, 'at', %(now)s::timestamptz)) WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s"
        " AND wants_answer",
        {"id": conversation_id, "by": by, "now": work.clock.now()},
    )


async def unsettle(work: UnitOfWork, message_ids: Sequence[UUID], *hows: How) -> list[Waited]:
    """Messages that were settled in one of these ways wait again. Gives them."""
    return await work.all(
        Waited,
        "UPDATE message SET wants_answer = true, data = data - 'settled' WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND data->'settled'->>'how' = ANY(%(hows)b::text[]) AND deleted_at IS NULL RETURNING id, conversation_id",
        {"ids": sorted(message_ids), "hows": list(hows)},
    )


async def wait_again(work: UnitOfWork, message_ids: Sequence[UUID]) -> list[Waited]:
    """Messages whose answer was taken back wait again, unless they were taken back themselves. Gives them."""
    return await work.all(
        Waited,
        "UPDATE message SET wants_answer = true, data = data - 'settled' WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND deleted_at IS NULL AND NOT wants_answer RETURNING id, conversation_id",
        {"ids": sorted(message_ids)},
    )


async def unsettle_all(work: UnitOfWork, conversation_id: UUID) -> None:
    """A solved conversation is opened again by an agent: what it settled by being solved waits again."""
    await work.run(
        "UPDATE message SET wants_answer = true, data = data - 'settled' WHERE workspace_id = %(workspace_id)s"
        " AND conversation_id = %(id)s AND branch IS NOT NULL AND data->'settled'->>'how' = 'solved' AND deleted_at IS NULL",
        {"id": conversation_id},
    )


def manifest_of(channel: str) -> Manifest | None:
    """The manifest of a channel; None if it is not installed any more."""
    try:
        return adapter(channel).manifest
    except NotFound:
        return None


async def recount(
    work: UnitOfWork,
    conversation_ids: Sequence[UUID],
    manifest: Manifest | None,
    *,
    answered: set[UUID] | None = None,
    open_while_waiting: bool = False,
) -> None:
    """What these conversations say of their messages: how many wait, since when, what is due, how many speak. One statement.

    Those in `answered` of which nothing waits any more wait for customers; with `open_while_waiting`, those in which something
    waits are open. Without a manifest the promise stays as long as it is.
    """
    target = TARGETS[manifest.side(True).pace] if manifest else None
    await work.run(
        "UPDATE conversation c SET waiting_count = w.count, waiting_since = w.since,"
        " due_at = CASE WHEN w.since = c.waiting_since AND c.due_at IS NOT NULL THEN c.due_at"
        " ELSE w.since + coalesce(%(target)s::interval, c.due_at - c.waiting_since, %(usual)s) END,"
        " speaker_count = w.speakers, state = CASE WHEN w.count = 0 AND c.state = 'open' AND c.id = ANY(%(answered)b::uuid[])"
        " THEN 'waiting'"
        " WHEN w.count > 0 AND %(opens)s THEN 'open' ELSE c.state END"
        " FROM (SELECT n.id, m.count, m.since, (SELECT count(*) FROM participant p"
        " WHERE p.workspace_id = %(workspace_id)s AND p.conversation_id = n.id) AS speakers FROM unnest(%(ids)b::uuid[]) AS n (id),"
        " LATERAL (SELECT count(*) AS count, min(least(at, created_at)) AS since FROM message WHERE workspace_id = %(workspace_id)s"
        " AND conversation_id = n.id AND wants_answer) AS m) AS w"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = w.id AND c.kind = 'public'",
        {
            "ids": sorted(conversation_ids),
            "target": target,
            "usual": TARGETS["messaging"],
            "answered": sorted(answered or ()),
            "opens": open_while_waiting,
        },
    )
