"""One round of asking: the feed, then the comment feeds of some of its articles; which entries are new, which have changed.

feed: If-None-Match, If-Modified-Since (RFC 9110, 13.1) -> 304 nothing | 200 document | 301, 308 moved for good | 410 gone | 429 wait
comment feeds: a few in each round, in turn, those whose count has changed first

cursor: url, etag, modified · seen {entry: digest} · threads {comment feed: its article, etag, modified, count, seen} · round
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin

import msgspec
from msgspec import Struct

from oase.channels.adapters.feeds.documents import Document, Entry, read_document
from oase.channels.adapters.feeds.places import thread_of
from oase.channels.contract import Account, Again, Call, Malformed, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.steps import Dialogue
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

HISTORY: Final = timedelta(days=7)
"""How old an article may be that is taken in when a feed is asked for the first time."""

_COMMENT_FEEDS_A_ROUND: Final = 5
_MOST_COMMENT_FEEDS: Final = 40
_MOST_SEEN: Final = 2_000
_REDIRECTS: Final = 3
_MOVED: Final = (301, 308)
_ELSEWHERE: Final = (302, 303, 307)
_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.8, application/json;q=0.7"
_SOON, _LATER = timedelta(minutes=5), timedelta(hours=1)

_GONE = message("The feed is gone for good. Enter its new address, or remove this account.")
_CLOSED = message("The feed is not open to everybody. Ask its owner to let Oase read it, or enter the address of another one.")
_MISSING = message("There is no feed at this address any more. Look for its new one, and enter it.")
_PLACE: Final = message("The feed")
_CIRCLE = message("The feed sends us from one address to the next and never answers.")


class Known(Struct, kw_only=True):
    """What is remembered of one feed. `seen` holds the digest of each entry, the newest last."""

    url: str = ""
    etag: str = ""
    modified: str = ""
    seen: dict[str, str] = {}
    count: int | None = None
    thread: dict[str, str] = {}


class Kept(Known, kw_only=True):
    """The cursor."""

    threads: dict[str, Known] = {}
    round: int = 0


class Failed(Struct, frozen=True):
    """A feed did not give what was asked for."""

    outcome: Again | Refused
    status: int = 0


class Page(Struct, frozen=True):
    """What a feed answered. `url` is where it lies for good, `reply` is None if nothing has changed."""

    url: str
    reply: Reply | None


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round; its deliveries are documents as they came, with the numbers of the entries that are new or changed."""
    kept, first = kept_of(cursor), not cursor
    kept.round += 1
    wanted = str(account.settings.get("url") or "").strip()
    if kept.url != wanted and cursor.get("wanted") != wanted:
        kept, first = Kept(round=kept.round), True
    page = yield from fetching(kept.url or wanted, kept, now)
    if isinstance(page, Failed):
        return page.outcome
    kept.url = page.url
    raws: list[Raw] = []
    wait = _interval(account)
    if page.reply is not None:
        try:
            document = _document(page.reply, page.url)
        except Malformed as error:
            return Again(why=str(error), after=_LATER)
        wait = max(wait, min(timedelta(minutes=document.minutes), timedelta(days=1)))
        raws += _news(document, page, kept, now, kept.round, first=first)
        _remember_comment_feeds(kept, document)
    if account.settings.get("comments", True):
        wait = max(wait, (yield from _comments(kept, raws, now)))
    return Polled(raws=tuple(raws), cursor={**msgspec.to_builtins(kept), "wanted": wanted}, after=wait)


def kept_of(cursor: Mapping[str, Any]) -> Kept:
    """The cursor as it was kept; a new one if it cannot be read."""
    try:
        return msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()


def _interval(account: Account) -> timedelta:
    minutes = account.settings.get("minutes")
    return timedelta(minutes=min(max(int(minutes), 1), 1_440)) if isinstance(minutes, int | float) else timedelta(minutes=10)


def fetching(url: str, known: Known, now: datetime) -> Dialogue[Page | Failed]:
    """Asks, follows where it is sent, remembers an address that has moved for good."""
    home, settled = url, True
    for _ in range(_REDIRECTS + 1):
        reply = yield Call(method="GET", url=url, headers=_headers(known))
        if isinstance(reply, NoReply):
            return Failed(Again(why=reply.why, after=_SOON))
        if reply.status in (*_MOVED, *_ELSEWHERE) and reply.headers.get("location"):
            try:
                url = urljoin(url, reply.headers["location"].strip())
            except ValueError:
                return Failed(Again(why=_CIRCLE, after=_LATER))
            settled = settled and reply.status in _MOVED
            home = url if settled else home
            continue
        return _page(home, reply, known, now)
    return Failed(Again(why=_CIRCLE, after=_LATER))


def _headers(known: Known) -> dict[str, str]:
    headers = {"accept": _ACCEPT}
    if known.etag:
        headers["if-none-match"] = known.etag
    if known.modified:
        headers["if-modified-since"] = known.modified
    return headers


def _page(home: str, reply: Reply, known: Known, now: datetime) -> Page | Failed:
    status = reply.status
    if status == 304:
        return Page(home, None)
    if status == 200:
        known.etag, known.modified = ("", "") if _still_moving(reply) else _validators(reply)
        return Page(home, reply)
    if status == 410:
        return Failed(Refused(why=_GONE, code="410"), status)
    if status in (401, 403):
        return Failed(Refused(why=_CLOSED, code=str(status)), status)
    why = _MISSING if status == 404 else wordless.words_of(_PLACE, status)
    if status in (429, 503):
        return Failed(Again(why=why, after=asked_wait(reply, _SOON, now)), status)
    return Failed(Again(why=why, after=_SOON if status >= 500 else _LATER), status)


def _validators(reply: Reply) -> tuple[str, str]:
    return reply.headers.get("etag", "")[:300], reply.headers.get("last-modified", "")[:100]


def _still_moving(reply: Reply) -> bool:
    """Whether it changed in the very moment of the answer: then a change in the same second would have the same validators.

    RFC 9110, 8.8.2.2; WordPress makes its ETag from that second, too.
    """
    try:
        changed, answered = (parsedate_to_datetime(reply.headers.get(name, "")) for name in ("last-modified", "date"))
        return answered - changed < timedelta(seconds=2)
    except (ValueError, TypeError, OverflowError):
        return False


def _document(reply: Reply, url: str) -> Document:
    return read_document(reply.body, reply.headers.get("content-type", ""), url)


def _news(document: Document, page: Page, known: Known, now: datetime, number: int, *, first: bool) -> list[Raw]:
    """The delivery that holds what is new, if anything is; what was seen is remembered."""
    numbers: list[str] = []
    for place, entry in enumerate(document.entries):
        before = known.seen.pop(entry.id, None)
        known.seen[entry.id] = entry.digest
        if before is None and not (first and _is_old(entry, now)):
            numbers.append(f"{place}n")
        elif before is not None and before != entry.digest:
            numbers.append(f"{place}e")
    for id in list(known.seen)[:-_MOST_SEEN]:
        del known.seen[id]
    if not numbers or page.reply is None:
        return []
    query = {"url": page.url, "entries": ",".join(numbers), "round": str(number), **known.thread}
    headers = {"content-type": page.reply.headers.get("content-type", "")}
    return [Raw(body=page.reply.body, headers=headers, query=query, method="GET", received_at=now)]


def _is_old(entry: Entry, now: datetime) -> bool:
    return entry.at is None or entry.at < now - HISTORY


def _remember_comment_feeds(kept: Kept, document: Document) -> None:
    """The comment feeds of the articles in the feed; those of articles that have left it are asked no more."""
    before, kept.threads = kept.threads, {}
    for entry in document.entries:
        if entry.comments_feed and len(kept.threads) < _MOST_COMMENT_FEEDS:
            known = before.get(entry.comments_feed, Known())
            thread = thread_of(entry, document)
            known.thread = {
                "thread": thread.external_id, "title": thread.title, "link": thread.link, "author": thread.author,
                "answers": entry.id,
            }  # fmt: skip
            if entry.comments is not None and known.count != entry.comments:
                known.count, known.etag, known.modified = entry.comments, "", ""
            kept.threads[entry.comments_feed] = known


def _comments(kept: Kept, raws: list[Raw], now: datetime) -> Dialogue[timedelta]:
    """Some comment feeds in their turn. One that fails costs the others nothing; the wait that one asks for is obeyed."""
    for url in _due(kept):
        known = kept.threads[url]
        never = not known.seen
        page = yield from fetching(url, known, now)
        if isinstance(page, Failed):
            if page.status in (404, 410):
                del kept.threads[url]
            if page.status == 429 and isinstance(page.outcome, Again):
                return page.outcome.after
            continue
        if page.reply is None:
            continue
        try:
            document = _document(page.reply, page.url)
        except Malformed:
            continue
        raws += _news(document, page, known, now, kept.round, first=never and kept.round == 1)
    return timedelta(0)


def _due(kept: Kept) -> list[str]:
    changed = [url for url, known in kept.threads.items() if not known.etag and not known.modified and known.count != 0]
    others = [url for url, known in kept.threads.items() if url not in changed]
    start = kept.round * _COMMENT_FEEDS_A_ROUND % len(others) if others else 0
    return (changed + others[start:] + others[:start])[:_COMMENT_FEEDS_A_ROUND]
