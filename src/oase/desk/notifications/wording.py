"""A notification in words: the same in the page, in the browser and in a mail."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from oase.conversations import Case, Said, cases, said
from oase.desk.notifications.types import Colleague, Notification, Shown
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator, message, translator
from oase.people import called

_TITLE_CHARACTERS: Final = 80
_BODY_CHARACTERS: Final = 180
_NOT_SENT: Final = message("Your scheduled message could not be sent")
_UNSENT: Final = {
    "unreached": message("An answer did not arrive"),
    "unclear": message("We cannot tell whether an answer arrived"),
    "answered": message("Your scheduled message was cancelled: the customer wrote"),
}


async def in_words(work: UnitOfWork, found: Sequence[Notification], colleagues: Mapping[UUID, Colleague]) -> list[Shown]:
    """These notifications for their agents, each in the agent's language; without what is gone or not theirs. Two queries."""
    if not found:
        return []
    about = await cases(work, sorted({one.conversation_id for one in found if one.conversation_id}))
    texts = await said(work, sorted({one.message_id for one in found if one.message_id}))
    shown = []
    for one in found:
        if (reader := colleagues.get(one.agent_id)) is None:
            continue
        if one.person_id is not None:
            shown.append(_of_person(one, one.person_id, words_of(reader)))
        elif one.conversation_id in about:
            said_so = texts.get(one.message_id) if one.message_id else None
            shown.append(word(one, about[one.conversation_id], said_so, words_of(reader)))
    return shown


def _of_person(one: Notification, person_id: UUID, t: Translator) -> Shown:
    """A task about somebody with whom there is no conversation yet: it leads to where one begins."""
    body, path = _cut(one.words, _BODY_CHARACTERS), f"/conversations/new?person={person_id}"
    return Shown(id=one.id, conversation=person_id, title=t.gettext("A task is due"), body=body, path=path)


def words_of(reader: Colleague) -> Translator:
    """The language and the time zone of an agent."""
    return translator(reader.language, reader.zone.key)


def word(one: Notification, case: Case, said: Said | None, t: Translator) -> Shown:
    """One notification for one reader. Pure."""
    person = t.text(called(case.person, case.person_id)) if case.person_id else case.subject or t.gettext("In public")
    text = (said.text if said else "") or case.first_line or case.subject
    text = one.words if one.kind == "task" else text
    about = text if one.kind in ("message", "mention") else f"{person}: {text}" if text else person
    return Shown(
        id=one.id,
        conversation=case.id,
        title=_cut(_title(one, person, case, t), _TITLE_CHARACTERS),
        body=_cut(about, _BODY_CHARACTERS),
        path=f"/inbox/{'mentions' if one.kind == 'mention' else 'open'}/{case.id}",
        kind=one.kind,
    )


def _title(one: Notification, person: str, case: Case, t: Translator) -> str:
    kind, by = one.kind, one.by_name
    if kind == "mention":
        return t.gettext("%(name)s mentioned you", name=by or t.gettext("Somebody"))
    if kind == "offer":
        return t.gettext("Will you begin with this conversation?")
    if kind == "assigned":
        return t.gettext("%(name)s gave you a conversation", name=by) if by else t.gettext("A conversation is yours now")
    if kind == "unassigned":
        return t.gettext("New and nobody's yet: %(name)s", name=person)
    if kind == "due":
        return (
            t.gettext("An answer is due at %(time)s", time=t.time(case.due_at)) if case.due_at else t.gettext("An answer is due")
        )
    if kind == "task":
        return t.gettext("A task is due")
    if kind == "unsent":
        return t.text(_UNSENT.get(one.words, _NOT_SENT))
    return person


def _cut(text: str, characters: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"
