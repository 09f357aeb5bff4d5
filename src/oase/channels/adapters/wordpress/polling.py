"""One round of asking: the newest comments of any state, page by page until known ones appear, then a look back at some older ones.

WordPress tells when a comment was written, not when it was changed; so what is remembered (state and digest of each) is compared.
newest 100 · further pages while all is new · 100 older ones in turn (`include`) -> new n · edited e · state changed s · gone

cursor: round · seen {id: state:digest}, with "-" before what was not taken in
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.wordpress.calls import call
from oase.channels.adapters.wordpress.errors import trouble
from oase.channels.adapters.wordpress.wire import COMMENT, FIELDS, ITEMS, Comment
from oase.channels.contract import Account, Again, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.steps import Dialogue

HISTORY: Final = timedelta(days=7)
"""How old a comment may be that is taken in at the first time."""

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 50
_MOST_SEEN: Final = 600
_EVERY: Final = timedelta(seconds=20)


class Kept(Struct, kw_only=True):
    """The cursor. Ids of comments are keys, ascending; those below `floor` are of the past, even if deletions bring them up again."""

    seen: dict[str, str] = {}
    floor: int = 0
    round: int = 0


class Item(Struct, frozen=True):
    """A comment of a page; `comment` is None if it cannot be read."""

    key: str
    mark: str
    comment: Comment | None


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round; its deliveries are pages of comments as they came, with what is new in each."""
    kept = _kept(cursor)
    kept.round += 1
    first, known = not kept.seen, dict(kept.seen)
    raws: list[Raw] = []
    for number in range(1, _MOST_PAGES + 1):
        reply = yield call(account, "GET", "comments", **_listing(page=number, orderby="id", order="desc"))
        items = _items(reply)
        if isinstance(items, Again | Refused):
            return items  # nothing is kept, so nothing is lost: the next round asks for all of it again
        raws += _news(items, reply, kept, now, account, first=first)
        if number == 1:
            raws += _gone(_missing(known, items), kept, now)
        if first or len(items) < _PER_PAGE or any(item.key in known for item in items):
            break
    older = _older(known, kept)
    if older:
        reply = yield call(account, "GET", "comments", **_listing(include=",".join(older)))
        items = _items(reply)
        if not isinstance(items, Again | Refused):
            raws += _news(items, reply, kept, now, account, first=False)
            found = {item.key for item in items}
            raws += _gone([key for key in older if key not in found], kept, now)
    kept.seen = dict(sorted(kept.seen.items(), key=_by_number)[-_MOST_SEEN:])
    if first or len(kept.seen) == _MOST_SEEN:
        kept.floor = max(kept.floor, min((int(key) for key in kept.seen if key.isdigit()), default=0))
    return Polled(raws=tuple(reversed(raws)), cursor=msgspec.to_builtins(kept), after=_EVERY)


def _listing(**query: str | int) -> dict[str, str | int]:
    common: dict[str, str | int] = {"context": "edit", "status": "any", "per_page": _PER_PAGE, "_embed": "up", "_fields": FIELDS}
    return common | query


def _kept(cursor: Mapping[str, Any]) -> Kept:
    try:
        return msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()


def _items(reply: Reply | NoReply) -> list[Item] | Again | Refused:
    if isinstance(reply, NoReply) or reply.status != 200:
        return trouble(reply)
    try:
        return [_item(raw) for raw in ITEMS.decode(sound(reply.body))]
    except Unreadable:
        return trouble(reply)


def _item(raw: msgspec.Raw) -> Item:
    digest = hashlib.sha256(bytes(raw)).hexdigest()[:16]
    try:
        comment = COMMENT.decode(raw)
    except Unreadable:
        return Item(f"?{digest}", digest, None)
    said = hashlib.sha256(comment.content.rendered.encode("utf-8", "replace")).hexdigest()[:12]
    return Item(str(comment.id), f"{comment.status[:20]}:{said}", comment)


def _news(
    items: Sequence[Item], reply: Reply | NoReply, kept: Kept, now: datetime, account: Account, *, first: bool
) -> list[Raw]:
    """The page as a delivery, if anything in it is new; what it holds is remembered."""
    codes: list[str] = []
    for number, item in enumerate(items):
        before = kept.seen.get(item.key)
        skipped = _skipped(item, now, account, kept, first=first) if before is None or before.startswith("-") else False
        kept.seen[item.key] = f"-{item.mark}" if skipped else item.mark
        if not skipped:
            codes += _codes(number, item, before)
    if not codes or isinstance(reply, NoReply):
        return []
    query = {"items": ",".join(codes), "round": str(kept.round)}
    return [Raw(body=reply.body, query=query, method="GET", received_at=now)]


def _codes(number: int, item: Item, before: str | None) -> Iterator[str]:
    if before is None or before.startswith("-"):
        yield f"{number}n"
    elif before != item.mark:
        (old_state, _, old_said), (state, _, said) = before.partition(":"), item.mark.partition(":")
        if said != old_said:
            yield f"{number}e"
        if state != old_state:
            yield f"{number}s"


def _skipped(item: Item, now: datetime, account: Account, kept: Kept, *, first: bool) -> bool:
    """What is not taken in: the bin, spam unless it is wanted, what is old when the blog is asked for the first time."""
    if item.comment is None:
        return False
    if item.comment.status == "trash" or (item.comment.status == "spam" and not account.settings.get("spam")):
        return True
    if item.comment.id < kept.floor:
        return True
    return first and moment(item.comment.date_gmt, now) < now - HISTORY


def moment(text: str, otherwise: datetime) -> datetime:
    """A time of WordPress's: GMT without saying so."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return otherwise


def _missing(known: Mapping[str, str], items: Sequence[Item]) -> list[str]:
    """Comments that were there and should be on the newest page, but are not."""
    if not items:
        return []  # a page without anything says more about the page than about its comments
    numbers = [int(item.key) for item in items if item.key.isdigit()]
    low = min(numbers, default=0) if len(items) == _PER_PAGE else 0
    there = {item.key for item in items}
    return [key for key in known if key.isdigit() and int(key) >= low and key not in there]


def _gone(keys: Sequence[str], kept: Kept, now: datetime) -> list[Raw]:
    """A delivery that says what is no longer there; what was in the bin before was told then."""
    told = [key for key in keys if not kept.seen.get(key, "-").startswith(("-", "trash:"))]
    for key in keys:
        kept.seen.pop(key, None)
    if not told:
        return []
    body = msgspec.json.encode({"gone": [int(key) for key in told]})
    return [Raw(body=body, query={"round": str(kept.round)}, method="GET", received_at=now)]


def _older(known: Mapping[str, str], kept: Kept) -> list[str]:
    """Some remembered comments that the newest page does not show, in turn."""
    rest = sorted((key for key in known if key.isdigit() and key in kept.seen), key=int)[: -_PER_PAGE or None]
    if not rest:
        return []
    slices = -(-len(rest) // _PER_PAGE)
    start = kept.round % slices * _PER_PAGE
    return rest[start : start + _PER_PAGE]


def _by_number(entry: tuple[str, str]) -> int:
    return int(entry[0]) if entry[0].isdigit() else 0
