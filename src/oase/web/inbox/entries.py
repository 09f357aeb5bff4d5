"""Messages of the timeline as the page shows them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

import msgspec

from oase.channels.contract import Capability
from oase.conversations import IN_COPY, MessageFate, MessageFile, TimelineMessage, TimelinePage, reaction_there
from oase.kernel.i18n import Translator
from oase.kernel.permissions import Permission
from oase.web.channels import manifests
from oase.web.inbox.comments import Earlier
from oase.web.inbox.marks import mark
from oase.web.inbox.sentences import event_text, line_of
from oase.web.inbox.views import ContactCard, Delivery, DeliveryState, Entry, File, Quoted, Reaction
from oase.web.sessions import Viewer

_TOGETHER: Final = timedelta(minutes=5)
_WORST_FIRST: Final = ("failed", "unknown", "cancelled", "queued", "sending", "sent", "delivered", "read")
_WENT: Final = ("sent", "delivered", "read")
_IMAGES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")


def entries_of(page: TimelinePage, person: str, viewer: Viewer, reader: Translator) -> list[Entry]:
    """The page of the timeline, oldest first."""
    files: dict[UUID, list[File]] = defaultdict(list)
    for file in page.files:
        if file.message_id is not None and not (file.inline and file.content_id):
            files[file.message_id].append(file_of(file))
    fates: dict[UUID, list[MessageFate]] = defaultdict(list)
    for fate in page.fates:
        fates[fate.message_id].append(fate)
    entries: list[Entry] = []
    said: Entry | None = None
    for message in page.messages:
        if message.direction == "out" and message.deleted_at is not None and not message.data.get("elsewhere"):
            continue  # taken back before it left: it never was
        entry = _entry(message, person, viewer, reader, files[message.id], fates[message.id], said)
        entries.append(entry)
        said = None if entry.direction == "event" else entry
    return entries


def _entry(
    message: TimelineMessage,
    person: str,
    viewer: Viewer,
    reader: Translator,
    files: Sequence[File],
    fates: Sequence[MessageFate],
    before: Entry | None,
) -> Entry:
    day = message.at.astimezone(reader.zone).date().isoformat()
    if message.direction == "event":
        text = event_text(message.kind, message.author_name, message.data, message.at, reader)
        merge = str(message.data.get("merge", "")) if message.kind == "merged" else ""
        opens = UUID(str(message.data["conversation"])) if message.kind == "from_public" else None
        return Entry(
            id=message.id, direction="event", kind=message.kind, at=message.at, day=day, author="", text=text, merge=merge,
            opens=opens,
        )  # fmt: skip
    elsewhere = bool(message.data.get("elsewhere"))
    ours = reader.gettext("A colleague") if elsewhere else reader.gettext("Oase")
    author = message.author_name or (message.sender or person if message.direction == "in" else ours)
    shown = None if message.direction == "note" else mark(message.channel, reader)
    switched = before is not None and before.direction != "note" and before.mark != shown and shown is not None
    follows = (
        before is not None
        and before.direction == message.direction
        and before.author == author
        and before.day == day
        and message.at - before.at < _TOGETHER
        and not switched
        and not message.has_html
    )
    return Entry(
        id=message.id,
        direction=message.direction,
        kind=message.kind,
        at=message.at,
        day=day,
        author=author,
        author_id=message.author_id,
        mine=message.author_id == viewer.agent_id,
        mark=shown,
        switched=switched,
        follows=follows,
        text=message.text,
        mail=message.has_html and (message.direction == "in" or elsewhere),
        subject=message.subject if before is None or before.subject != message.subject or message.has_html else "",
        quoted=message.quoted,
        signature=message.signature if not message.has_html else "",
        data=message.data,
        quoted_message=_quoted(message, before, person, reader),
        cards=_cards(message),
        choices=[str(choice.get("title", "")) for choice in message.data.get("choices", ())],
        files=files,
        reactions=[str(emoji) for emoji in message.reactions.values() if emoji],
        reaction=reaction_of([fate for fate in fates if fate.kind == "reaction"]),
        **_offers(message, files, viewer, reader),
        automatic=message.automatic,
        elsewhere=elsewhere,
        leads_to=[mark(str(one), reader).name for one in message.data.get("leads_to", ())],
        edited=message.edited_at is not None,
        earlier=_earlier(message, reader),
        deleted=message.deleted_at is not None,
        deleted_by=str(message.data.get("deleted_by", "")),
        erased=bool(message.data.get("erased")) or not message.text,
        delivery=delivery_of([fate for fate in fates if fate.kind == "message"], message),
    )


def _earlier(message: TimelineMessage, reader: Translator) -> list[Earlier]:
    """What it said before it was edited."""
    found = []
    for one in message.data.get("earlier", ()):
        until = _moment(one.get("until"))
        found.append(Earlier(text=str(one.get("text", "")), until=reader.date_time(until, "short") if until else ""))
    return found


def file_of(file: MessageFile) -> File:
    """A file with how it is shown. Only types that cannot carry scripts are shown in place."""
    kind: Literal["image", "audio", "video", "pdf", "file"] = "file"
    if file.type in _IMAGES:
        kind = "image"
    elif file.type.startswith(("audio/", "video/")):
        kind = "audio" if file.type.startswith("audio/") else "video"
    elif file.type == "application/pdf":
        kind = "pdf"
    return File(
        id=file.id, name=file.name or "–", type=file.type, size_bytes=file.size_bytes, state=file.state, kind=kind, why=file.why
    )


def delivery_of(fates: Sequence[MessageFate], message: TimelineMessage) -> Delivery:
    """What became of a message: of its parts, the one that is furthest behind. What was said elsewhere is sent."""
    if message.data.get("elsewhere"):
        return Delivery(state="sent", at=message.at)
    if not fates:
        return Delivery()
    worst = min(fates, key=lambda fate: _WORST_FIRST.index(fate.state))
    return Delivery(
        state=cast("DeliveryState", worst.state),
        why=worst.why,
        not_to="; ".join(fate.why for fate in fates if fate.code == IN_COPY) if worst.state in _WENT else "",
        at=worst.at,
        undo_until=worst.next_at if worst.state == "queued" else None,
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def reaction_of(fates: Sequence[MessageFate]) -> Reaction | None:
    """Our reaction as it is shown: the newest one, with what became of it; None where there is none."""
    past = [fate for fate in fates if fate.state != "cancelled"]
    if not past:
        return None
    last = past[-1]
    there, _ = reaction_there([(fate.emoji, fate.state) for fate in past[:-1]])
    trouble = last.state in ("failed", "unknown")
    emoji = last.emoji or (there if trouble else "")
    if not emoji:
        return None
    state = cast("DeliveryState", last.state)
    return Reaction(emoji=emoji, by=last.by, state=state, why=last.why, wanted=last.emoji, there=there)


def _quoted(message: TimelineMessage, before: Entry | None, person: str, reader: Translator) -> Quoted | None:
    """The message answered. Mails answer the one before them as a rule: then it need not be said."""
    if message.answered_id is None or (message.channel == "email" and before is not None and before.id == message.answered_id):
        return None
    author = message.answered_author or (person if message.answered_direction == "in" else reader.gettext("Oase"))
    line = line_of(message.answered_kind, message.answered, (), reader)
    return Quoted(id=message.answered_id, author=author, line=line, here=message.answered_here)


def _cards(message: TimelineMessage) -> list[ContactCard]:
    if message.kind != "contacts":
        return []
    return [msgspec.convert(card, ContactCard, strict=False) for card in message.data.get("contacts", ())]


def _offers(message: TimelineMessage, files: Sequence[File], viewer: Viewer, reader: Translator) -> dict[str, Any]:
    """What can be done with this one message, by the manifest of its channel."""
    manifest = manifests().get(message.channel)
    if manifest is None or not message.known or message.deleted_at is not None or message.direction not in ("in", "out"):
        return {}
    if not viewer.may(Permission.CONVERSATION_REPLY):
        return {}
    answers = Capability.REPLY in manifest.capabilities
    return {
        "line": line_of(message.kind, message.text, [file.name for file in files], reader),
        "way": f"{message.identity_id}/{message.account_id}" if answers else "",
        "reacts": Capability.REACTION in manifest.capabilities and message.direction == "in",
    }
