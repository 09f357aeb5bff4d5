"""Finding each message its place: the pure part of taking in a batch.

    messages of a batch + what the database knows --place--> new conversations, messages with their conversation, changes

A message goes, in this order: to the conversation whose message it answers; to the one whose token it carries; on channels
where a person has one dialogue, to the person's newest conversation that is still alive; on channels with subjects, to the
person's newest one of the same subject; else a new one is opened.

What our side said elsewhere goes the same ways; one with a subject of its own still goes to the newest living conversation of
the person that it was written to, without counting as the answer that is owed there. Only where there is none, one is opened,
in which nothing is owed.

What was said in public goes to the one conversation of its thread and nowhere else, and nothing private goes there, whoever
said it. Each public message waits for an answer by itself; which ones do no more, `public` finds out when all are written.
"""

import base64
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Address, Content, Manifest, Received, SaidElsewhere, Thread, Unknown
from oase.conversations.intake.repository import (
    KnownConversation,
    KnownMessage,
    NewAttachment,
    NewConversation,
    NewMessage,
    Touched,
)
from oase.conversations.rules import SAME_SUBJECT_WITHIN, continues, due_at, first_line, plain_subject
from oase.kernel.ids import new_id
from oase.people import Recognised

_TOKEN_BYTES: Final = 10
Spoken = Received | SaidElsewhere


class Incoming(Struct, frozen=True, kw_only=True):
    """One message to be placed, with where it lies in the journal and the person who sent it, or to whom we did.

    `who` is None only where our side spoke to everybody, in a thread.
    """

    journal_id: UUID
    received: Spoken
    who: Recognised | None


class Knowledge(Struct, frozen=True, kw_only=True):
    """What the database knows, as far as this batch needs it."""

    by_external: Mapping[str, KnownMessage]
    by_id: Mapping[UUID, KnownConversation]
    by_token: Mapping[str, KnownConversation]
    by_person: Mapping[UUID, Sequence[KnownConversation]]
    by_thread: Mapping[str, KnownConversation] = {}


class Spoke(Struct, frozen=True, kw_only=True):
    """That somebody spoke in a public conversation."""

    conversation_id: UUID
    identity_id: UUID
    at: datetime


class Placed(Struct, kw_only=True):
    """What is to be written."""

    conversations: dict[UUID, NewConversation] = {}
    messages: list[NewMessage] = []
    attachments: list[NewAttachment] = []
    touched: dict[UUID, Touched] = {}
    reopened: set[UUID] = set()
    spoke: list[Spoke] = []
    threads: dict[UUID, Thread | None] = {}  # of public conversations, as last told; None: nothing was told of the place itself


class Placer:
    """Places the messages of one account's batch, one after the other; what it opens itself is found again."""

    def __init__(self, account_id: UUID, manifest: Manifest, knowledge: Knowledge, now: datetime) -> None:
        self._account_id = account_id
        self._manifest = manifest
        self._now = now
        self._external = dict(knowledge.by_external)
        self._by_id = dict(knowledge.by_id)
        self._by_token = knowledge.by_token
        self._by_person = {person: list(known) for person, known in knowledge.by_person.items()}
        self._by_thread = dict(knowledge.by_thread)
        self.placed = Placed()

    def place(self, incoming: Incoming) -> None:
        """Finds or opens the conversation of a message; a message that has its place already is left alone."""
        received = incoming.received
        if received.external_id in self._external:
            return
        if received.thread is not None:
            self._place_in_public(incoming, received.thread)
            return
        found = self._find(incoming)
        beside = None if found or isinstance(received, Received) else next(self._alive(incoming), None)
        conversation = found or beside or self._open(incoming)
        message = self._message(incoming, conversation)
        self._external[received.external_id] = KnownMessage(message.id, conversation.id)
        touched = self._touched(incoming, conversation)
        if isinstance(received, Received):
            self._hear(touched, received, conversation)
        elif beside is None and not received.automatic:
            touched.answered_at = max(touched.answered_at or received.at, received.at)

    def _place_in_public(self, incoming: Incoming, thread: Thread) -> None:
        """The one conversation of the thread, with who spoke there and what is known of the place."""
        received = incoming.received
        conversation = self._by_thread.get(thread.external_id) or self._above(received) or self._open_in_public(received, thread)
        if conversation.thread == thread.external_id:
            self.placed.threads[conversation.id] = thread
        else:
            self.placed.threads.setdefault(conversation.id, None)
        message = self._message(incoming, conversation)
        message.branch = self._branch(received, conversation)
        self._external[received.external_id] = KnownMessage(message.id, conversation.id, message.branch)
        touched = self._touched(incoming, conversation)
        if isinstance(received, Received):
            message.wants_answer = received.asks and not received.automatic
            if incoming.who is not None:
                self.placed.spoke.append(
                    Spoke(conversation_id=conversation.id, identity_id=incoming.who.identity_id, at=received.at)
                )
            self._hear(touched, received, conversation)

    def _above(self, received: Spoken) -> KnownConversation | None:
        """The public conversation of what is answered: some providers name only that, not what opened the thread."""
        known = self._external.get(received.reply_to)
        conversation = self._by_id.get(known.conversation_id) if known else None
        return conversation if conversation and conversation.thread else None

    def _branch(self, received: Spoken, conversation: KnownConversation) -> str:
        """The comment at the top of those that answer each other; one that nobody knows yet may still come."""
        above = received.reply_to
        if not above or conversation.thread in (above, received.external_id):
            return received.external_id
        known = self._external.get(above)
        return (known.branch if known and known.conversation_id == conversation.id else None) or above

    def _find(self, incoming: Incoming) -> KnownConversation | None:
        received = incoming.received
        if self._manifest.threads == "subject":
            for reference in (received.reply_to, *received.references):
                answered = self._external.get(reference)
                if answered and (known := self._by_id.get(answered.conversation_id)) and not known.thread:
                    return known
        if received.token and (known := self._by_token.get(received.token)) and not known.thread:
            return known
        return self._of_person(incoming)

    def _alive(self, incoming: Incoming) -> Iterator[KnownConversation]:
        """The person's conversations that a message of this moment can belong to, the newest first."""
        known = self._by_person.get(incoming.who.person_id, ()) if incoming.who else ()
        return (one for one in known if continues(one.state, one.last_at, incoming.received.at))

    def _of_person(self, incoming: Incoming) -> KnownConversation | None:
        alive = self._alive(incoming)
        if self._manifest.threads == "person":
            return next(alive, None)
        at, subject = incoming.received.at, plain_subject(incoming.received.content.subject)
        if not subject or subject == incoming.received.content.subject.strip().casefold():
            return None  # not an answer: a new concern, whatever else is open
        return next(
            (one for one in alive if plain_subject(one.subject) == subject and at - one.last_at < SAME_SUBJECT_WITHIN), None
        )

    def _open(self, incoming: Incoming) -> KnownConversation:
        """A new conversation with a person. Raises ValueError where there is none: a message to nobody in no thread."""
        if incoming.who is None:
            raise ValueError("A message that was said to nobody, and not in public.")
        known = self._opened(incoming.received, incoming.who)
        self._by_person.setdefault(incoming.who.person_id, []).insert(0, known)
        return known

    def _open_in_public(self, received: Spoken, thread: Thread) -> KnownConversation:
        known = self._by_thread[thread.external_id] = self._opened(received, None, thread)
        return known

    def _opened(self, received: Spoken, who: Recognised | None, thread: Thread | None = None) -> KnownConversation:
        new = NewConversation(
            id=new_id(),
            person_id=who.person_id if who else None,
            identity_id=who.identity_id if who else None,
            account_id=self._account_id,
            channel=self._manifest.id,
            kind="public" if thread else "private",
            thread_external_id=thread.external_id if thread else None,
            thread=thread_facts(thread) if thread else {},
            state="open" if _opens(received, thread) else "waiting",
            subject=clean(thread.title if thread else received.content.subject)[:500],
            token=new_token(),
            created_at=received.at,
            fields={"origin": dict(received.origin)} if received.origin else {},
        )
        self.placed.conversations[new.id] = new
        known = KnownConversation(
            id=new.id, person_id=new.person_id, channel=new.channel, state=new.state, subject=new.subject,
            last_at=received.at, due_at=None, assignee_id=None, thread=thread.external_id if thread else "",
        )  # fmt: skip
        self._by_id[new.id] = known
        return known

    def _message(self, incoming: Incoming, conversation: KnownConversation) -> NewMessage:
        received, content = incoming.received, incoming.received.content
        data = dict(content.data)
        if received.others:
            data["others"] = [{"value": other.value, "name": other.name} for other in received.others]
        if received.origin:
            data["origin"] = dict(received.origin)
        if isinstance(received, Received) and received.tokens:
            data["tokens"] = {name: clean(token)[:1000] for name, token in received.tokens.items()}
        if isinstance(received, Received) and not (received.may_auto_answer or received.automatic or received.thread):
            data["unanswerable"] = True  # a number that takes no answers, or another program has the word
        if received.link:
            data["link"] = clean(received.link)[:2000]
        came_in = isinstance(received, Received)
        if not came_in:
            data["elsewhere"] = True
        message = NewMessage(
            id=new_id(),
            conversation_id=conversation.id,
            direction="in" if came_in else "out",
            kind=content.kind,
            channel=self._manifest.id,
            account_id=self._account_id,
            identity_id=incoming.who.identity_id if incoming.who else None,
            author_name=clean(received.sender.name if isinstance(received, Received) else received.author)[:200],
            text=clean(content.text),
            html=clean(content.html),
            quoted=clean(content.quoted),
            signature=clean(content.signature),
            subject=clean(content.subject)[:1000],
            data=data,
            external_id=received.external_id,
            reply_to=received.reply_to,
            automatic=received.automatic,
            journal_id=incoming.journal_id,
            at=received.at,
        )
        self.placed.messages.append(message)
        self._attach(message, content)
        return message

    def _attach(self, message: NewMessage, content: Content) -> None:
        for position, media in enumerate(content.media):
            self.placed.attachments.append(
                NewAttachment(
                    id=new_id(),
                    message_id=message.id,
                    account_id=self._account_id,
                    journal_id=message.journal_id,
                    position=position,
                    name=clean(media.name)[:255],
                    type=clean(media.type)[:120] or "application/octet-stream",
                    size_bytes=media.size_bytes,
                    inline=media.inline,
                    content_id=clean(media.content_id)[:255],
                    media=media,
                    state="stored" if media.source == "blob" else "pending",
                    blob_key=media.ref if media.source == "blob" else "",
                )
            )

    def _touched(self, incoming: Incoming, conversation: KnownConversation) -> Touched:
        """The conversation with one message more; an answer goes back where its person wrote from last."""
        received, came_in = incoming.received, isinstance(incoming.received, Received)
        touched = self.placed.touched.get(conversation.id)
        if touched is None:
            touched = self.placed.touched[conversation.id] = Touched(id=conversation.id, last_at=received.at)
        touched.count += 1
        touched.last_at = max(touched.last_at, received.at)
        human = not received.automatic
        if touched.line_at is None or (human, received.at) >= (touched.line_human, touched.line_at):
            touched.first_line, touched.first_line_by = clean(first_line(received.content)), "in" if came_in else "out"
            touched.line_human, touched.line_at = human, received.at
        if came_in and incoming.who and not conversation.thread:
            touched.identity_id, touched.account_id = incoming.who.identity_id, self._account_id
            touched.channel = self._manifest.id
        elif not came_in:
            touched.last_out_at = max(touched.last_out_at or received.at, received.at)
        return touched

    def _hear(self, touched: Touched, received: Received, conversation: KnownConversation) -> None:
        """A person's message wants an answer; a machine's does not, nor one that only nods."""
        if received.automatic or not received.asks:
            return
        if conversation.state != "open" and not touched.reopens:
            self.placed.reopened.add(conversation.id)
        touched.reopens = True
        touched.first_in_at = min(touched.first_in_at or received.at, received.at)
        touched.last_in_at = max(touched.last_in_at or received.at, received.at)
        promised = due_at(self._manifest.side(bool(conversation.thread)).pace, min(received.at, self._now))
        touched.due_at = min(touched.due_at or promised, promised)


def _opens(received: Spoken, thread: Thread | None) -> bool:
    """Whether a conversation that begins with it is open: somebody waits."""
    return isinstance(received, Received) and not (thread and (received.automatic or not received.asks))


def as_received(unknown: Unknown, sender: Address) -> Received:
    """A visible placeholder for a kind of item that we do not know yet: never silence."""
    content = Content(kind="placeholder", data={"unknown": unknown.kind, **unknown.data})
    return Received(external_id=unknown.external_id, sender=sender, at=unknown.at, content=content)


def thread_facts(thread: Thread) -> dict[str, Any]:
    """What is kept of a public place: only what was told, so that it never overwrites what is known."""
    told = {"title": clean(thread.title)[:500], "link": clean(thread.link)[:2000], "author": clean(thread.author)[:200]}
    return {name: value for name, value in told.items() if value} | ({"ours": True} if thread.ours else {})


def clean(text: str) -> str:
    """Text that the database takes: no NUL characters, no lone surrogates; what it cannot take is marked."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="replace").decode()
    return text


def new_token() -> str:
    """A short unguessable word for addresses and subjects: 16 letters and digits."""
    return base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode().lower()
