"""What becomes of messages after they were said: edited, taken back, reacted to, hidden or liked elsewhere.

events of a batch --(the workspace's rule)--> messages --> what is told to open pages and to the index: which messages changed
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from oase.channels import StoredAccount
from oase.channels.contract import Deleted, Edited, Event, Moderated, Reacted
from oase.conversations import public
from oase.conversations.changes import Changed, ChangeRule, change_rule, erase_words, mark_act, tell_changed
from oase.conversations.intake.place import clean
from oase.conversations.intake.repository import messages_by_external_id
from oase.conversations.repository import forget_lines
from oase.conversations.rules import first_line
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_PARKED: Final = Batch(id="uuid", external_id="text", receipt="jsonb")
Change = Edited | Deleted | Moderated


async def change(work: UnitOfWork, account: StoredAccount, events: Sequence[Event], fresh: Sequence[str] = ()) -> None:
    """Edits, deletions, reactions and acts of others, in this order; what is not about a message of ours is passed over.

    `fresh`: external ids of public messages that have just come. What was told of them before they came is done now.
    """
    if account.manifest.public is not None:
        events = [*await _early(work, account.id, fresh), *events]
        await _park(work, account.id, [one for one in events if isinstance(one, Change)])
    changed: list[Changed] = []
    edits = [one for one in events if isinstance(one, Edited)]
    deletions = [one for one in events if isinstance(one, Deleted)]
    if edits or deletions:
        rule = await change_rule(work)
        rewritten = [one for edited in edits for one in await _edit(work, account.id, edited, rule)]
        if rule.edited == "forget":
            _write_down(work, rewritten, "edited")
        changed += rewritten
        gone = [one for deleted in deletions for one in await _take_back(work, account.id, deleted)]
        if rule.deleted == "erase":
            theirs = [one for one in gone if one.direction == "in"]
            await erase_words(work, theirs)
            _write_down(work, theirs, "taken_back")
        changed += gone
        await forget_lines(work, [one.conversation_id for one in gone])
    for reacted in (one for one in events if isinstance(one, Reacted)):
        changed += await _react(work, account.id, reacted)
    for moderated in (one for one in events if isinstance(one, Moderated)):
        changed += await _moderated(work, account.id, moderated)
    if not changed:
        return
    conversations = {one.conversation_id for one in changed}
    await public.recount(work, list(conversations), account.manifest, answered=conversations)
    tell_changed(work, changed)


def _write_down(work: UnitOfWork, messages: Sequence[Changed], why: str) -> None:
    """Words are gone by the workspace's rule: the audit log says of which message. Where they stay, the message says all."""
    for one in messages:
        work.audit("message.erased", subject="message", subject_id=one.id, why=why, conversation=str(one.conversation_id))


_ITS_AUTHOR: Final = (
    "(%(author)s = '' OR direction = 'in' AND EXISTS (SELECT FROM identity i WHERE i.workspace_id = message.workspace_id"
    " AND i.id = message.identity_id AND i.value = %(author)s))"
)
"""Whether a message is that of the person who changes it; an empty author: the provider has seen to that."""


async def _early(work: UnitOfWork, account_id: UUID, fresh: Sequence[str]) -> list[Change]:
    """What was parked about messages that have come by now."""
    if not fresh:
        return []
    rows = await work.tuples(
        "DELETE FROM parked_receipt WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND external_id = ANY(%(ids)b::text[]) AND receipt->>'type' IN ('edited', 'deleted', 'moderated') RETURNING id, receipt",
        {"account_id": account_id, "ids": list(fresh)},
    )
    return [msgspec.convert(row, Change) for _, row in sorted(rows, key=lambda row: row[0])]


async def _park(work: UnitOfWork, account_id: UUID, changes: Sequence[Change]) -> None:
    """Providers deliver in any order: what changes a message that has not come yet waits for it a while."""
    if not changes:
        return
    known = await messages_by_external_id(work, account_id, sorted({one.external_id for one in changes}))
    early = [one for one in changes if one.external_id not in known]
    if early:
        await work.run(
            "INSERT INTO parked_receipt (workspace_id, id, account_id, external_id, receipt, created_at) SELECT %(workspace_id)s, n.id,"
            f" %(account_id)s, n.external_id, n.receipt, %(now)s FROM {_PARKED.rows}",
            {
                **_PARKED.values({"id": new_id(), "external_id": one.external_id, "receipt": one} for one in early),
                "account_id": account_id,
                "now": work.clock.now(),
            },
        )


async def _edit(work: UnitOfWork, account_id: UUID, edited: Edited, rule: ChangeRule) -> list[Changed]:
    """The sender changed what was said; the same words again are no change. If the post of a public place changed, so does its title."""
    earlier = (
        "data || jsonb_build_object('earlier', coalesce(data->'earlier', '[]')"
        " || jsonb_build_array(jsonb_build_object('text', text, 'until', %(at)s::text)))"
        if rule.edited == "keep"
        else "data - 'earlier'"
    )
    content = {"text": clean(edited.content.text), "html": clean(edited.content.html)}
    changed = await work.all(
        Changed,
        f"UPDATE message SET data = {earlier}, text = %(text)s, html = %(html)s, edited_at = %(at)s"
        " WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND external_id = %(external_id)s"
        f" AND deleted_at IS NULL AND (edited_at IS NULL OR edited_at < %(at)s) AND {_ITS_AUTHOR}"
        " AND (text, html) IS DISTINCT FROM (%(text)s, %(html)s) RETURNING id, conversation_id",
        {"account_id": account_id, "external_id": edited.external_id, "at": edited.at, "author": _author(edited), **content},
    )
    title = clean(first_line(edited.content))
    posts = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND thread_external_id = %(external_id)s AND id = ANY(%(ids)s)",
        {"account_id": account_id, "external_id": edited.external_id, "ids": [one.conversation_id for one in changed]},
    )
    await public.learn(work, {post: {"title": title} for (post,) in posts if title})
    return changed


def _author(change: Edited | Deleted) -> str:
    return change.sender.value if change.sender else ""


async def _take_back(work: UnitOfWork, account_id: UUID, deleted: Deleted) -> list[Changed]:
    """The sender took a message back: it is shown as such and wants no answer any more."""
    return await work.all(
        Changed,
        "UPDATE message SET deleted_at = %(at)s, wants_answer = false WHERE workspace_id = %(workspace_id)s"
        f" AND account_id = %(account_id)s AND external_id = %(external_id)s AND deleted_at IS NULL AND {_ITS_AUTHOR}"
        " RETURNING id, conversation_id, journal_id, direction",
        {"account_id": account_id, "external_id": deleted.external_id, "at": deleted.at, "author": _author(deleted)},
    )


async def _react(work: UnitOfWork, account_id: UUID, reacted: Reacted) -> list[Changed]:
    """Somebody's reaction to a message, or its end."""
    return await work.all(
        Changed,
        "UPDATE message SET reactions = CASE WHEN %(emoji)s = '' THEN reactions - %(by)s"
        " ELSE reactions || jsonb_build_object(%(by)s::text, %(emoji)s::text) END"
        " WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND (external_id = %(external_id)s"
        " OR id IN (SELECT message_id FROM delivery d WHERE d.workspace_id = %(workspace_id)s"
        " AND d.account_id = %(account_id)s AND d.external_id = %(external_id)s)) RETURNING id, conversation_id",
        {
            "account_id": account_id,
            "external_id": reacted.external_id,
            "by": reacted.sender.value,
            "emoji": clean(reacted.emoji)[:16],
        },
    )


async def _moderated(work: UnitOfWork, account_id: UUID, moderated: Moderated) -> list[Changed]:
    rows = await work.all(
        Changed,
        "SELECT id, conversation_id FROM message WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND external_id = %(external_id)s",
        {"account_id": account_id, "external_id": moderated.external_id},
    )
    return [one for one in rows if await mark_act(work, one.id, moderated.act, clean(moderated.by)[:200], moderated.at)]
