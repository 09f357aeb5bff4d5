"""One round of asking: posts that mention us since the last one, each with the post that opened its thread; then direct messages.

first round   who we are -> the newest mention and message: from here on, nothing before
mentions      since_id, page by page (newest first), then turned · GET /2/tweets?ids= the posts that opened the threads
dm_events     the newest 100; those after the last one we know. Our own wait a moment: what we have just sent is known to us by then

cursor: me · mention, message: the newest ids · waiting: our own messages that are too young
https://docs.x.com/x-api/posts/timelines/introduction, /x-api/direct-messages/lookup/introduction (read 2026-08)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.x.replies import outcome_of
from oase.channels.adapters.x.wire import Message, Post, Told, get, me_of
from oase.channels.contract import Account, Again, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, object_of, sound
from oase.channels.families.steps import Dialogue
from oase.channels.families.waiting import pause_of
from oase.kernel.i18n import message

_PAUSE: Final = timedelta(seconds=60)  # 15 questions for messages in 15 minutes
_PAGES: Final = 8  # X gives no more than 800 mentions
_YOUNG: Final = timedelta(seconds=90)
_POST_FIELDS: Final = "created_at,author_id,conversation_id,referenced_tweets,entities,attachments,note_tweet,lang"
_ALSO: Final = (
    ("user.fields", "name,username"),
    ("media.fields", "type,url,alt_text,variants"),
)
_OF_POSTS: Final = (("tweet.fields", _POST_FIELDS), ("expansions", "author_id,attachments.media_keys"), *_ALSO)
_OF_MESSAGES: Final = (
    ("dm_event.fields", "id,text,event_type,created_at,sender_id,dm_conversation_id,participant_ids,attachments,entities"),
    ("expansions", "sender_id,attachments.media_keys"),
    *_ALSO,
)
_UNREADABLE: Final = message("X answered with something that cannot be read.")


class Kept(Struct, kw_only=True):
    """The cursor."""

    me: str = ""
    mention: str = ""
    message: str = ""
    waiting: list[str] = []


class Page(Struct):
    """A list as X gives it, with what is named in it."""

    data: list[msgspec.Raw] = []
    includes: dict[str, msgspec.Raw] = {}
    meta: dict[str, Any] = {}


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round."""
    kept, pause = _kept(cursor), pause_of(account, _PAUSE)
    if not kept.me:
        kept.me = me_of(account)
    if not kept.me:
        answer = yield get(account, "/2/users/me")
        user = (object_of(answer) or {}).get("data")
        if not (isinstance(user, dict) and isinstance(user.get("id"), str)):
            return _failed(answer)
        kept.me = user["id"]
    mentions = yield from _mentions(account, kept, now)
    if not isinstance(mentions, list):
        return mentions
    messages = yield from _messages(account, kept, now)
    if isinstance(messages, Again) and mentions:  # what is there is kept; the messages are asked for again later
        return Polled(raws=tuple(mentions), cursor=msgspec.to_builtins(kept), after=max(messages.after, pause))
    if not isinstance(messages, list):
        return messages
    return Polled(raws=(*mentions, *messages), cursor=msgspec.to_builtins(kept), after=pause)


def _kept(cursor: Mapping[str, Any]) -> Kept:
    try:
        return msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()


def _mentions(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw] | Again | Refused]:
    first = not kept.mention
    pages: list[Page] = []
    token = ""
    while len(pages) < _PAGES:
        since = [("max_results", "5")] if first else [("max_results", "100"), ("since_id", kept.mention)]
        more = [("pagination_token", token)] if token else []
        answer = yield get(account, f"/2/users/{kept.me}/mentions", [*since, *more, *_OF_POSTS])
        page = _page(answer)
        if page is None:
            return _failed(answer)
        pages.append(page)
        token = str(page.meta.get("next_token") or "")
        if first or not token:
            break
    found = [(post, item, page) for page in pages for item in page.data if (post := _post(item)) is not None]
    kept.mention = max([kept.mention or "0", *(post.id for post, _, _ in found)], key=_age)
    if first:
        return []
    found = [one for one in found if one[0].author_id != kept.me]
    roots = yield from _roots(account, [post for post, _, _ in found])
    return [
        _told_post(kept.me, post, item, page, roots, now) for post, item, page in sorted(found, key=lambda one: _age(one[0].id))
    ]


def _roots(account: Account, posts: Sequence[Post]) -> Dialogue[list[Page]]:
    """The posts that opened the threads; those that X does not give (deleted, protected) are missing."""
    wanted = sorted({one.conversation_id for one in posts if one.conversation_id not in ("", one.id)}, key=_age)
    pages: list[Page] = []
    for start in range(0, len(wanted), 100):
        ids = ("ids", ",".join(wanted[start : start + 100]))
        answer = yield get(account, "/2/tweets", [ids, *_OF_POSTS])
        page = _page(answer)
        pages += [page] if page is not None else []
    return pages


def _told_post(me: str, post: Post, item: msgspec.Raw, page: Page, roots: Sequence[Page], now: datetime) -> Raw:
    keys = post.attachments.media_keys or () if post.attachments else ()
    root, root_author = _root(post, roots)
    told = Told(
        me=me,
        post=item,
        author=_named(page, "users", "id", post.author_id),
        root=root,
        root_author=root_author,
        media=tuple(one for key in keys if bytes(one := _named(page, "media", "media_key", key))),
    )
    return _raw(told, now)


def _root(post: Post, pages: Sequence[Page]) -> tuple[msgspec.Raw, msgspec.Raw]:
    """The post that opened the thread of this one, and its author; empty where it is not known."""
    for page in pages:
        for item in page.data:
            opened = _post(item)
            if opened is not None and opened.id == post.conversation_id:
                return item, _named(page, "users", "id", opened.author_id)
    return msgspec.Raw(b""), msgspec.Raw(b"")


def _messages(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw] | Again | Refused]:
    answer = yield get(account, "/2/dm_events", [("max_results", "100"), *_OF_MESSAGES])
    page = _page(answer)
    if page is None:
        return _failed(answer)
    first = not kept.message
    found = sorted(((one, item) for item in page.data if (one := _message(item)) is not None), key=lambda one: _age(one[0].id))
    news = [] if first else [one for one in found if _age(one[0].id) > _age(kept.message) or one[0].id in kept.waiting]
    kept.message = max([kept.message or "0", *(one.id for one, _ in found)], key=_age)
    young = [one.id for one, _ in news if one.sender_id == kept.me and one.created_at and now - one.created_at < _YOUNG]
    kept.waiting = young
    return [_told_message(kept.me, one, item, page, now) for one, item in news if one.id not in young]


def _told_message(me: str, one: Message, item: msgspec.Raw, page: Page, now: datetime) -> Raw:
    keys = one.attachments.media_keys or () if one.attachments else ()
    media = tuple(found for key in keys if bytes(found := _named(page, "media", "media_key", key)))
    return _raw(Told(me=me, message=item, author=_named(page, "users", "id", one.sender_id), media=media), now)


def _raw(told: Told, now: datetime) -> Raw:
    parts = msgspec.structs.asdict(told)
    kept = {name: value for name, value in parts.items() if (bytes(value) if isinstance(value, msgspec.Raw) else value)}
    return Raw(body=msgspec.json.encode(kept), received_at=now)


def _page(reply: Reply | NoReply) -> Page | None:
    if not isinstance(reply, Reply) or reply.status != 200:
        return None
    try:
        page = msgspec.json.decode(sound(reply.body), type=Page)
    except Unreadable:
        return None
    content = object_of(reply) or {}
    return None if "errors" in content and "data" not in content and "meta" not in content else page


def _named(page: Page, kind: str, name: str, value: str) -> msgspec.Raw:
    """The thing that a page includes under this id; empty if it does not."""
    try:
        for item in msgspec.json.decode(page.includes[kind], type=list[msgspec.Raw]):
            if msgspec.json.decode(item, type=dict[str, Any]).get(name) == value:
                return item
    except (KeyError, *Unreadable):
        return msgspec.Raw(b"")
    return msgspec.Raw(b"")


def _post(item: msgspec.Raw) -> Post | None:
    try:
        return msgspec.json.decode(item, type=Post, strict=False)
    except Unreadable:
        return None


def _message(item: msgspec.Raw) -> Message | None:
    try:
        return msgspec.json.decode(item, type=Message, strict=False)
    except Unreadable:
        return None


def _age(key: str) -> tuple[int, str]:
    """Ids are numbers that grow, as texts."""
    return len(key), key


def _failed(reply: Reply | NoReply) -> Again | Refused:
    if isinstance(reply, Reply) and reply.status < 300:
        return Again(why=str(_UNREADABLE), after=timedelta(minutes=1))
    outcome = outcome_of(reply)
    return outcome if isinstance(outcome, Again | Refused) else Again(why=outcome.why, after=timedelta(seconds=15))
