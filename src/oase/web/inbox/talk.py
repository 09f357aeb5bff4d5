"""The open conversation with the person beside it, assembled for the page. A constant number of queries.

open_conversation · timeline · person, addresses, past · accounts, templates, uploads of the draft · fields  -->  Conversation
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.channels import AccountBook, StoredAccount, templates
from oase.channels.contract import Capability
from oase.conversations import (
    CustomField,
    OpenConversation,
    PastConversation,
    TimelinePage,
    Window,
    conversations_of,
    crowd_page,
    custom_fields,
    heard_over,
    inviting,
    links_beneath,
    offered,
    open_conversation,
    speaker_of,
    timeline_entries,
    timeline_page,
    uploads_of,
    window_open,
)
from oase.desk import TaskFilter, list_tasks
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator, message
from oase.kernel.permissions import Permission
from oase.people import (
    Consent,
    Identity,
    MergeRecord,
    NoPerson,
    Person,
    Suggestion,
    called,
    consents_of,
    find_person,
    identities_of,
    left_addresses,
    merges_of,
    name_of,
    suggestions,
)
from oase.web.blanks import blanks_as_json, reads
from oase.web.channels import manifests
from oase.web.directory import Staff
from oase.web.inbox.aside import Plans, aside_of, read_plans
from oase.web.inbox.carried import carried_by
from oase.web.inbox.crowd import stage_of, ways_of
from oase.web.inbox.entries import entries_of, file_of
from oase.web.inbox.fields import field_of
from oase.web.inbox.marks import address_icon, mark
from oase.web.inbox.planned import planned_of, task_line
from oase.web.inbox.promised import promise_line
from oase.web.inbox.views import (
    Address,
    Answer,
    Colleague,
    Composer,
    Conversation,
    Elsewhere,
    Past,
    Quoted,
    Somebody,
    Stage,
    Team,
    Template,
    Twin,
)
from oase.web.moments import worked
from oase.web.sessions import Viewer

LEFT: Final = UUID(int=0)
"""Stands for an address that the person only wrote down: it has no id until it is answered."""
NO_PAGE: Final = TimelinePage(messages=(), files=(), fates=(), earlier="")


async def read_conversation(
    work: UnitOfWork, book: AccountBook, conversation_id: UUID, viewer: Viewer, staff: Staff, reader: Translator
) -> Conversation:
    """Everything about one conversation; raises NoConversation. Ten queries and a few for drafts, at most, whatever its length."""
    found = await open_conversation(work, conversation_id, viewer.agent_id)
    if found.merged_into is not None:
        found = await open_conversation(work, found.merged_into, viewer.agent_id)
    if found.kind == "public":
        return await _read_public(work, book, found, viewer, staff, reader)
    page = await timeline_page(work, found.id)
    fields = await custom_fields(work)
    person = await read_beside(work, found, fields, viewer, reader)
    plans = await read_plans(work, found.id)
    own = await identities_of(work, [found.person_id]) if found.person_id else []
    composer = await _composer(work, book, found, own, viewer, reader)
    return conversation_of(found, page, person, fields, composer, viewer, staff, reader, plans=plans, now=work.clock.now())


async def _read_public(
    work: UnitOfWork, book: AccountBook, found: OpenConversation, viewer: Viewer, staff: Staff, reader: Translator
) -> Conversation:
    """The same of a public one: a stage instead of a timeline."""
    stage = await read_stage(work, found, Window(), viewer, reader)
    fields = await custom_fields(work)
    person = await read_beside(work, found, fields, viewer, reader)
    plans = await read_plans(work, found.id)
    composer = await _composer(work, book, found, [], viewer, reader)
    return conversation_of(
        found, NO_PAGE, person, fields, composer, viewer, staff, reader, stage=stage, plans=plans, now=work.clock.now()
    )


async def read_stage(work: UnitOfWork, found: OpenConversation, window: Window, viewer: Viewer, reader: Translator) -> Stage:
    """So much of a public conversation. Five queries."""
    return stage_of(found, await crowd_page(work, found.id, found.thread_external_id or "", window), viewer, reader)


def conversation_of(
    found: OpenConversation,
    page: TimelinePage,
    person: Somebody | None,
    fields: Sequence[CustomField],
    composer: Composer,
    viewer: Viewer,
    staff: Staff,
    reader: Translator,
    *,
    stage: Stage | None = None,
    plans: Plans = ((), (), (), ()),
    now: datetime | None = None,
) -> Conversation:
    """The conversation as the page shows it."""
    public = found.kind == "public"
    assignee = Colleague(id=found.assignee_id, name=staff.agent_names.get(found.assignee_id, "?")) if found.assignee_id else None
    team = Team(id=found.team_id, name=staff.team_names.get(found.team_id, "?")) if found.team_id else None
    return Conversation(
        id=found.id,
        number=found.number,
        title=found.subject or (person.name if person and not public else reader.gettext("In public")),
        person=person,
        mark=mark(found.channel, reader, public=public),
        way=f"{found.identity_id}/{found.account_id}" if found.identity_id and found.account_id else "",
        state=found.state,
        public=public,
        assignee=assignee,
        team=team,
        priority=found.priority,
        tags=found.tags,
        due_at=found.due_at,
        worked=worked(staff.hours_of(found.team_id), found.due_at, now) if now else None,
        snoozed_until=found.snoozed_until,
        version=found.version,
        stage=stage,
        entries=entries_of(page, person.name if person else "", viewer, reader),
        earlier=page.earlier,
        composer=composer,
        fields=[field_of(field, found.fields, reader) for field in fields if field.subject == "conversation"],
        others=[past for past in person.past if past.state != "solved" and not past.public] if person and not public else [],
        planned=[planned_of(one, reader) for one in plans[0]],
        tasks=[task_line(one, viewer, staff, reader) for one in plans[1]],
        promises=[promise_line(one, now, reader) for one in plans[2]] if now else (),
        aside=aside_of(plans[3], viewer, staff),
        can_plan=viewer.may(Permission.CONVERSATION_NOTE),
        can_assign=viewer.may(Permission.CONVERSATION_ASSIGN),
        can_close=viewer.may(Permission.CONVERSATION_CLOSE),
    )


def somebody_of(
    person: Person,
    identities: Sequence[Identity],
    past: Sequence[PastConversation],
    fields: Sequence[CustomField],
    viewer: Viewer,
    reader: Translator,
    consents: Sequence[Consent] = (),
) -> Somebody:
    """The person's pane."""
    kinds = {manifest.identity for manifest in manifests().values()}
    return Somebody(
        id=person.id,
        name=reader.text(name_of(person, identities)),
        written_name=person.name,
        organisation=person.organisation,
        language=person.language,
        note=person.note,
        blocked=person.blocked,
        since=person.created_at,
        tags=person.tags,
        addresses=[
            Address(
                id=one.id,
                kind=one.kind,
                value=one.value,
                icon=address_icon(one.kind),
                name=one.name,
                verified=one.verified,
                consent=_agreed(consents, one),
            )
            for one in identities
            if one.kind in kinds  # others are ids by which a provider knows the person: nobody writes to those
        ],
        fields=[field_of(field, person.fields, reader) for field in fields if field.subject == "person"],
        past=[
            Past(
                id=one.id,
                number=one.number,
                public=one.kind == "public",
                line=one.subject or one.first_line,
                state=one.state,
                mark=mark(one.channel, reader, public=one.kind == "public"),
                last_at=one.last_at,
            )
            for one in past
        ],
        twins=[],
        can_write=viewer.may(Permission.PERSON_WRITE),
        can_merge=viewer.may(Permission.PERSON_MERGE),
    )


def _agreed(consents: Sequence[Consent], identity: Identity) -> str:
    """The words to which the person agreed on this address, or where; empty where they did not, or not any more."""
    own = (one for one in consents if one.identity_id == identity.id and one.basis == "consent" and one.withdrawn_at is None)
    return next((one.wording or one.source for one in own), "")


async def _composer(
    work: UnitOfWork,
    book: AccountBook,
    found: OpenConversation,
    identities: Sequence[Identity],
    viewer: Viewer,
    reader: Translator,
) -> Composer:
    accounts = [one for one in await book.of_workspace(work) if one.enabled and Capability.TEXT in one.manifest.capabilities]
    now = work.clock.now()
    draft = found.draft or {}
    known_ones = [*identities, *(await _left(work, found.person_id) if found.person_id and identities else [])]
    ways = [(one, account) for one in known_ones for account in accounts if account.manifest.identity == one.kind]
    reached = {one.kind for one in identities}
    answers = [
        msgspec.structs.replace(
            answer_of(account, one, await _heard(work, found, account, one), found, now, reader),
            leads_to=_led_to(account, accounts, reached, reader),
        )
        for one, account in ways
    ]
    if found.kind == "public":
        own = await book.get(found.account_id) if found.account_id else None
        answers = ways_of(own, found, now, reader) if own and own.enabled and own.workspace_id == work.workspace_id else []
    chosen = _chosen(answers, found, str(draft.get("answer", "")))
    known = [] if chosen is None or chosen.window_open else await templates(work, chosen.account_id)
    uploads = [UUID(one) for one in draft.get("attachments", [])]
    subject = found.subject and f"Re: {found.subject}"
    return Composer(
        answers=answers,
        chosen=chosen,
        templates=[
            Template(name=one.name, language=one.language, reads=reads(one), blanks=blanks_as_json(one, reader))
            for one in known
            if one.status == "approved"
        ],
        tab="note" if draft.get("tab") == "note" or not viewer.may(Permission.CONVERSATION_REPLY) else "reply",
        text=str(draft.get("reply", "")),
        note=str(draft.get("note", "")),
        subject=str(draft.get("subject", "")) or subject,
        copy_to=str(draft.get("copy_to", "")),
        files=[file_of(file) for file in await uploads_of(work, uploads)] if uploads else [],
        quoted=await _answered(work, found, draft, viewer, reader),
        choices=[str(one) for one in draft.get("choices", ())],
        elsewhere=[] if found.kind == "public" else _elsewhere(accounts, answers, reader),
        can_reply=viewer.may(Permission.CONVERSATION_REPLY),
        can_note=viewer.may(Permission.CONVERSATION_NOTE),
    )


def _led_to(account: StoredAccount, accounts: Sequence[StoredAccount], reached: Collection[str], reader: Translator) -> list[str]:
    """The channels that links beneath answers over this account lead to."""
    if not links_beneath(account):
        return []
    found = (one for one in offered(account, accounts) if one.manifest.identity not in reached)
    return [mark(one.channel, reader).name for one in found]


def _elsewhere(accounts: Sequence[StoredAccount], answers: Sequence[Answer], reader: Translator) -> list[Elsewhere]:
    """Where the customer can be invited to: accounts over which nothing can be said to them yet."""
    reached = {one.account_id for one in answers}
    found = (one for one in accounts if one.id not in reached and inviting(one))
    return [Elsewhere(account_id=one.id, mark=mark(one.channel, reader), account=one.name) for one in found]


async def _answered(
    work: UnitOfWork, found: OpenConversation, draft: Mapping[str, Any], viewer: Viewer, reader: Translator
) -> Quoted | None:
    """The message that the draft answers."""
    if not draft.get("reply_to"):
        return None
    page = await timeline_entries(work, found.id, [UUID(str(draft["reply_to"]))])
    entries = entries_of(page, reader.gettext("Customer"), viewer, reader)
    return next((Quoted(id=entry.id, author=entry.author, line=entry.line) for entry in entries if entry.line), None)


async def _left(work: UnitOfWork, person_id: UUID) -> list[Identity]:
    """Addresses that the person wrote down, as if they were theirs already."""
    return [
        Identity(
            id=LEFT,
            person_id=person_id,
            kind=kind,
            value=value,
            name="",
            verified=False,
            last_seen_at=work.clock.now(),
        )
        for kind, value in await left_addresses(work, person_id)
    ]


async def _heard(work: UnitOfWork, found: OpenConversation, account: StoredAccount, identity: Identity) -> datetime | None:
    """Since when the account's reply window counts for this address."""
    if not account.reply_window or found.kind == "public":
        return found.last_in_at
    return None if identity.id == LEFT else await heard_over(work, found, account.id, identity.id)


def answer_of(
    account: StoredAccount, identity: Identity, heard: datetime | None, found: OpenConversation, now: datetime, reader: Translator
) -> Answer:
    """One way to answer, with what its channel can carry; `heard`: when the person wrote last that way."""
    limits, capabilities, carried = account.manifest.limits, account.manifest.capabilities, carried_by(account.manifest)
    free = window_open(account.reply_window, heard, now)
    trouble = {
        "down": message("This account cannot be reached at the moment. What you send waits until it can."),
        "needs_sign_in": message("This account needs to be signed in again by an administrator. What you send waits until then."),
    }.get(account.state, "")
    return Answer(
        identity_id=identity.id,
        account_id=account.id,
        mark=mark(account.channel, reader),
        to=reader.text(called(identity.name, identity.person_id)) if identity.kind == "visitor" else identity.value,
        account=account.name,
        text_length=limits.text_length,
        caption_length=limits.caption_length,
        files=carried.files,
        accepts=carried.accepts,
        size_bytes=carried.size_bytes,
        subject=Capability.SUBJECT in capabilities,
        copies=Capability.COPY in capabilities,
        templates=Capability.TEMPLATE in capabilities,
        replies=Capability.REPLY in capabilities,
        places=Capability.LOCATION in capabilities,
        cards=Capability.CONTACTS in capabilities,
        choices=max(limits.buttons, limits.list_rows) if Capability.BUTTONS in capabilities else 0,
        choice_length=max(limits.button_length, limits.row_length if Capability.LIST in capabilities else 0),
        window_open=free,
        window_ends_at=heard + account.reply_window if account.reply_window and heard and free else None,
        public=found.kind == "public",
        trouble=trouble,
        left=identity.id == LEFT,
        here=account.id == found.account_id or found.kind == "public",
    )


def _chosen(answers: Sequence[Answer], found: OpenConversation, wanted: str) -> Answer | None:
    """The way that the draft, or else the conversation, goes; otherwise the first."""
    for one in answers:
        if wanted and wanted in (f"{one.identity_id}/{one.account_id}", one.audience):
            return one
    for one in answers:
        if one.identity_id == found.identity_id and one.account_id == found.account_id:
            return one
    same = (one for one in answers if one.identity_id == found.identity_id)
    return next(same, answers[0] if answers else None)


async def read_beside(
    work: UnitOfWork,
    found: OpenConversation,
    fields: Sequence[CustomField],
    viewer: Viewer,
    reader: Translator,
    *,
    chosen: UUID | None = None,
) -> Somebody | None:
    """The pane beside a conversation: its person; in public the one who was chosen there, else who waits longest, or spoke last."""
    person_id = found.person_id or await speaker_of(work, found.id, chosen)
    return await read_person(work, person_id, fields, viewer, reader, but=found.id) if person_id else None


async def read_person(
    work: UnitOfWork,
    person_id: UUID,
    fields: Sequence[CustomField],
    viewer: Viewer,
    reader: Translator,
    *,
    but: UUID | None = None,
) -> Somebody:
    """The pane of a person; raises NoPerson. Seven queries."""
    person = await find_person(work, person_id)
    if person is None:
        raise NoPerson
    identities = await identities_of(work, [person_id])
    past = await conversations_of(work, person_id, but=but)
    merged = [_merged(one) for one in await merges_of(work, person_id)]
    twins = [_twin(one, reader) for one in await suggestions(work, person_id, 2)]
    consents = await consents_of(work, [person_id])
    somebody = somebody_of(person, identities, past, fields, viewer, reader, consents)
    tasks = await list_tasks(work, TaskFilter(person_id=person_id), 20)
    return msgspec.structs.replace(somebody, twins=twins, merged=merged, consents=consents, tasks=len(tasks))


def _twin(found: Suggestion, reader: Translator) -> Twin:
    why = {
        "address": message("Same address: %(detail)s", detail=found.detail),
        "written": message("Both wrote down: %(detail)s", detail=found.detail),
    }.get(found.reason, message("Same name"))
    return Twin(id=found.id, name=found.name or found.detail, why=reader.text(why))


def _merged(merge: MergeRecord) -> Twin:
    return Twin(
        id=merge.merged_id,
        name=merge.merged_name or "–",
        why="",
        addresses=len(merge.moved["identities"]),
        conversations=len(merge.moved["conversations"]),
    )
