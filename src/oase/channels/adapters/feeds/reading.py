"""From a document and the numbers of what is new in it to events."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from oase.channels.adapters.feeds.documents import Document, Entry, read_document
from oase.channels.adapters.feeds.places import page_of, speaker_of, thread_of
from oase.channels.contract import Content, Edited, Event, Malformed, Raw, Received, Thread

_NUMBERS: Final = re.compile(r"\d{1,3}[ne](?:,\d{1,3}[ne])*")


def read(raw: Raw) -> Sequence[Event]:
    """What is new or changed, oldest first: feeds begin with the newest. Raises Malformed."""
    numbers = raw.query.get("entries", "")
    if not _NUMBERS.fullmatch(numbers):
        raise Malformed("It is not said which entries of the feed are new.")
    document = read_document(raw.body, raw.headers.get("content-type", ""), raw.query.get("url", ""))
    events = dict(_events(document, numbers, raw))
    return list(reversed(events.values()))


def _events(document: Document, numbers: str, raw: Raw) -> Iterator[tuple[str, Event]]:
    for one in numbers.split(","):
        number = int(one[:-1])
        if number >= len(document.entries):
            continue
        entry = document.entries[number]
        thread = _given(raw) or thread_of(entry, document)
        below = _answered(entry, raw)
        content = _content(entry, article=not below)
        yield (
            entry.id,
            _changed(entry, content, raw.received_at)
            if one.endswith("e")
            else Received(
                external_id=entry.id,
                sender=speaker_of(entry, document),
                at=entry.at or raw.received_at,
                content=content,
                reply_to=below,
                may_auto_answer=False,
                origin={"feed": document.title} if document.title else {},
                thread=thread,
                link=entry.link,
            ),
        )


def _changed(entry: Entry, content: Content, at: datetime) -> Event:
    return Edited(external_id=entry.id, content=content, at=at)


def _given(raw: Raw) -> Thread | None:
    """The article whose comment feed this is; None for a feed by itself."""
    query = raw.query
    if not query.get("thread"):
        return None
    return Thread(
        external_id=query["thread"], title=query.get("title", ""), link=query.get("link", ""), author=query.get("author", "")
    )


def _answered(entry: Entry, raw: Raw) -> str:
    """What it stands below: the message named by the entry, else the article."""
    if entry.answers is not None:
        return entry.answers.ref or page_of(entry.answers.href)
    return raw.query.get("answers", "") if raw.query.get("thread") else ""


def _content(entry: Entry, *, article: bool) -> Content:
    text = entry.said.text or entry.title or entry.link or "…"
    return Content(text=text, html=entry.said.html, subject=entry.title if article else "")
