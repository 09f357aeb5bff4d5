"""Messages of the timeline as the page shows them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

from oase.conversations import MessageFate, MessageFile, TimelineMessage, TimelinePage
from oase.kernel.i18n import Translator
from oase.web.inbox.marks import mark
from oase.web.inbox.sentences import event_text
from oase.web.inbox.views import Delivery, DeliveryState, Entry, File

_TOGETHER: Final = timedelta(minutes=5)
_WORST_FIRST: Final = ("failed", "unknown", "cancelled", "queued", "sending", "sent", "delivered", "read")
_IMAGES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")


def entries_of(page: TimelinePage, person: str, me: UUID, reader: Translator) -> list[Entry]:
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
        entry = _entry(message, person, me, reader, files[message.id], fates[message.id], said)
        entries.append(entry)
        said = None if entry.direction == "event" else entry
    return entries


def _entry(
    message: TimelineMessage,
    person: str,
    me: UUID,
    reader: Translator,
    files: Sequence[File],
    fates: Sequence[MessageFate],
    before: Entry | None,
) -> Entry:
    day = message.at.astimezone(reader.zone).date().isoformat()
    if message.direction == "event":
        text = event_text(message.kind, message.author_name, message.data, reader)
        return Entry(id=message.id, direction="event", kind=message.kind, at=message.at, day=day, author="", text=text)
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
        mine=message.author_id == me,
        mark=shown,
        switched=switched,
        follows=follows,
        text=message.text,
        mail=message.has_html and (message.direction == "in" or elsewhere),
        subject=message.subject if before is None or before.subject != message.subject or message.has_html else "",
        quoted=message.quoted,
        signature=message.signature if not message.has_html else "",
        data=message.data,
        reply_to=message.answered if message.channel != "email" else "",
        files=files,
        reactions=_reactions(message.reactions),
        automatic=message.automatic,
        elsewhere=elsewhere,
        edited=message.edited_at is not None,
        deleted=message.deleted_at is not None,
        delivery=Delivery(state="sent", at=message.at) if elsewhere else delivery_of(fates, message.data),
    )


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


def delivery_of(fates: Sequence[MessageFate], data: Mapping[str, Any]) -> Delivery:
    """What became of a message: of its parts, the one that is furthest behind."""
    if not fates:
        return Delivery()
    worst = min(fates, key=lambda fate: _WORST_FIRST.index(fate.state))
    scheduled = _moment(data.get("send_at")) if worst.state == "queued" else None
    return Delivery(
        state=cast("DeliveryState", worst.state),
        why=worst.why,
        at=worst.at,
        undo_until=worst.next_at if worst.state == "queued" else None,
        scheduled_for=scheduled,
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _reactions(found: Mapping[str, Any]) -> list[str]:
    return [str(emoji) for emoji in found.values() if emoji]
