"""One round of asking, where no webhook can reach us: the newest posts, further pages until known ones appear.

GET posts.json · posts.json?before=<id> -> new n · other version e        cursor: last (the highest id) · seen {id: version} · round
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.discourse.calls import call
from oase.channels.adapters.discourse.errors import trouble
from oase.channels.adapters.discourse.wire import PAGE, POST, Post
from oase.channels.contract import Account, Again, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, answered
from oase.channels.families.steps import Dialogue

HISTORY: Final = timedelta(days=7)
_MOST_PAGES: Final = 50
_MOST_SEEN: Final = 500
_EVERY: Final = timedelta(seconds=60)


class Kept(Struct, kw_only=True):
    """The cursor."""

    last: int = 0
    seen: dict[str, int] = {}
    round: int = 0


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round. A page that fails costs the whole round: nothing is kept, the next one asks again."""
    kept = _kept(cursor)
    kept.round += 1
    last, query, raws = kept.last, dict[str, str | int](), list[Raw]()
    for _ in range(_MOST_PAGES):
        reply = yield call(account, "GET", "posts.json", **query)
        page = answered(reply, PAGE)
        if page is None or not isinstance(reply, Reply):
            return trouble(reply)
        posts = [_post(raw) for raw in page.latest_posts[:900]]
        raws += _news(posts, reply, kept, last, now)
        ids = [post.id for post in posts if post]
        if not ids or not last or min(ids) <= last or query.get("before") == min(ids):
            break
        query = {"before": min(ids)}
    kept.seen = dict(sorted(kept.seen.items(), key=lambda entry: int(entry[0]))[-_MOST_SEEN:])
    return Polled(raws=tuple(reversed(raws)), cursor=msgspec.to_builtins(kept), after=_EVERY)


def _kept(cursor: Mapping[str, Any]) -> Kept:
    try:
        kept = msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()
    return kept if all(key.isdigit() for key in kept.seen) else Kept()


def _post(raw: msgspec.Raw) -> Post | None:
    try:
        post = POST.decode(raw)
    except Unreadable:
        return None
    return post if post.id > 0 else None


def _news(posts: list[Post | None], reply: Reply, kept: Kept, last: int, now: datetime) -> list[Raw]:
    codes: list[str] = []
    for number, post in enumerate(posts):
        if post is None:
            continue
        before = kept.seen.get(str(post.id))
        if before is None and post.id > last and (last or not _is_old(post, now)):
            codes.append(f"{number}n")
        elif before is not None and before != post.version:
            codes.append(f"{number}e")
        if before is not None or post.id > last:
            kept.seen[str(post.id)] = post.version
        kept.last = max(kept.last, post.id)
    if not codes:
        return []
    query = {"items": ",".join(codes), "round": str(kept.round)}
    return [Raw(body=reply.body, query=query, method="GET", received_at=now)]


def _is_old(post: Post, now: datetime) -> bool:
    try:
        written = datetime.fromisoformat(post.created_at)
        return written.replace(tzinfo=written.tzinfo or UTC) < now - HISTORY
    except (ValueError, OverflowError):
        return True
