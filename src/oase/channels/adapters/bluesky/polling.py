"""One round of asking: notifications since the last one, the posts that they speak of and those that opened their threads; then the chats.

notifications   newest first by what their authors' clocks say, page by page back to the last one known; a few minutes are read twice.
                What comes late (a bridge from another network, a slow clock) stands further down, and is news for a day all the same
getPosts        how the posts are shown (addresses of pictures), the first posts of their threads; 25 in a call
getLog          what happened in the chats since `rev`; our own messages wait a moment: what we have just sent is known to us by then
getPosts        now and then the last mentions again: those that are not there any more

cursor: me · since, known, floor: notifications · rev: of the chats · waiting: our own young messages · watched, looked
https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications, /chat-bsky-convo-get-log (read 2026-08)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from oase.channels.adapters.bluesky.replies import outcome_of
from oase.channels.adapters.bluesky.wire import ChatMessage, Log, Notification, PostRecord, PostView, Told, get, me_of
from oase.channels.contract import Account, Again, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, object_of, sound
from oase.channels.families.steps import Dialogue
from oase.channels.families.waiting import pause_of
from oase.kernel.i18n import message

_PAUSE: Final = timedelta(seconds=20)
_PAGES: Final = 10
_PAGE: Final = 100
_TWICE: Final = timedelta(minutes=3)
_LATE: Final = timedelta(days=1)
_KNOWN: Final = 400
_WATCHED: Final = 25
_LOOK: Final = timedelta(minutes=5)
_YOUNG: Final = timedelta(seconds=90)
_REASONS: Final = ("mention", "reply", "quote", "like")
_SAID: Final = ("mention", "reply", "quote")
_NONE: Final = msgspec.Raw(b"")
_Page = TypeVar("_Page")
_UNREADABLE: Final = message("Bluesky answered with something that cannot be read.")


class Kept(Struct, kw_only=True):
    """The cursor."""

    me: str = ""
    since: str = ""
    known: list[str] = []
    floor: str | None = None  # what is older was there before us
    rev: str | None = None
    waiting: list[dict[str, Any]] = []
    watched: list[str] = []
    looked: str = ""


class Notifications(Struct):
    """A page of notifications."""

    notifications: list[msgspec.Raw]
    cursor: str = ""


class Posts(Struct):
    """Posts as they are shown."""

    posts: list[msgspec.Raw]


class Logs(Struct):
    """What happened in the chats."""

    logs: list[msgspec.Raw]
    cursor: str = ""


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round."""
    kept, pause = _kept(cursor), pause_of(account, _PAUSE)
    kept.me = kept.me or me_of(account)
    if not kept.me:
        answer = yield get(account, "com.atproto.server.getSession")
        did = (object_of(answer) or {}).get("did")
        if not isinstance(did, str):
            return _failed(answer)
        kept.me = did
    public = yield from _notifications(account, kept, now)
    if not isinstance(public, list):
        return public
    public += yield from _gone(account, kept, now)
    chats = (yield from _chats(account, kept, now)) if account.settings.get("messages", True) else []
    if isinstance(chats, Again) and public:  # what is there is kept; the chats are asked for again later
        return Polled(raws=tuple(public), cursor=msgspec.to_builtins(kept), after=max(chats.after, pause))
    if not isinstance(chats, list):
        return chats
    return Polled(raws=(*public, *chats), cursor=msgspec.to_builtins(kept), after=pause)


def _kept(cursor: Mapping[str, Any]) -> Kept:
    try:
        return msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()


def _notifications(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw] | Again | Refused]:
    first, found, place = not kept.since, list[tuple[Notification, msgspec.Raw]](), ""
    back_to = None if first else datetime.fromisoformat(kept.since) - _TWICE
    for _ in range(_PAGES):
        query = [
            *(("reasons", one) for one in _REASONS),
            ("limit", str(_PAGE)),
            *([("cursor", place)] if place else []),
        ]
        answer = yield get(account, "app.bsky.notification.listNotifications", query)
        page = _decoded(answer, Notifications)
        if page is None:
            return _failed(answer)
        read = [(one, item) for item in page.notifications if (one := _notification(item)) is not None]
        found += read
        place = page.cursor
        if first or not place or not read or (back_to is not None and read[-1][0].indexed_at < back_to):
            break
    newest = max((one.indexed_at for one, _ in found), default=None)
    if kept.floor is None:
        kept.floor = "" if first and len(found) < _PAGE else (back_to or found[-1][0].indexed_at).isoformat()
    news = [] if back_to is None else [one for one in found if _is_new(one[0], kept, back_to)]
    kept.since = max(filter(None, (kept.since, newest.isoformat() if newest else "")), default="") or now.isoformat()
    kept.known = [*kept.known, *(one.uri for one, _ in (found if first else news))][-_KNOWN:]
    news.reverse()  # of those of one moment, the last told is the first
    news.sort(key=lambda one: one[0].indexed_at)
    said = [one for one, _ in news if one.reason in _SAID]
    kept.watched = [*kept.watched, *(one.uri for one in said)][-_WATCHED:]
    roots = [uri for one in said if (uri := _root(one))]
    views = yield from _posts(account, [*(one.uri for one in said), *roots])
    return [
        _raw(Told(me=kept.me, notification=item, post=views.get(one.uri, _NONE), root=views.get(_root(one), _NONE)), now)
        for one, item in news
    ]


def _is_new(notification: Notification, kept: Kept, back_to: datetime) -> bool:
    """Whether it has not been told yet. What was there before our first round may move up when others are deleted."""
    oldest = back_to - _LATE
    if kept.floor:
        oldest = max(oldest, datetime.fromisoformat(kept.floor))
    return notification.indexed_at >= oldest and notification.uri not in kept.known


def _root(notification: Notification) -> str:
    try:
        below = msgspec.json.decode(notification.record, type=PostRecord, strict=False).reply
    except Unreadable:
        return ""
    return below.root.uri if below else ""


def _posts(account: Account, uris: Sequence[str]) -> Dialogue[dict[str, msgspec.Raw]]:
    """How posts are shown, by their uris; those that are not there are missing."""
    wanted = list(dict.fromkeys(uri for uri in uris if uri.startswith("at://")))
    found: dict[str, msgspec.Raw] = {}
    for start in range(0, len(wanted), 25):
        answer = yield get(account, "app.bsky.feed.getPosts", [("uris", uri) for uri in wanted[start : start + 25]])
        page = _decoded(answer, Posts)
        for item in page.posts if page else ():
            view = _view(item)
            if view is not None:
                found[view.uri] = item
    return found


def _gone(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw]]:
    """Which of the last mentions are not there any more; asked now and then."""
    kept.looked = kept.looked or now.isoformat()
    if not kept.watched or now - datetime.fromisoformat(kept.looked) < _LOOK:
        return []
    kept.looked = now.isoformat()
    answer = yield get(account, "app.bsky.feed.getPosts", [("uris", uri) for uri in kept.watched])
    page = _decoded(answer, Posts)
    if page is None:
        return []
    there = {view.uri for item in page.posts if (view := _view(item)) is not None}
    gone = [uri for uri in kept.watched if uri not in there]
    kept.watched = [uri for uri in kept.watched if uri in there]
    return [_raw(Told(me=kept.me, gone=uri), now) for uri in gone]


def _chats(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw] | Again | Refused]:
    if kept.rev is None:
        answer = yield get(account, "chat.bsky.convo.listConvos", [("limit", "1")], chat=True)
        convos = (object_of(answer) or {}).get("convos")
        if not isinstance(convos, list):
            return _failed(answer)
        newest = convos[0] if convos and isinstance(convos[0], dict) else {}
        kept.rev = str(newest.get("rev") or "")
        return []
    answer = yield get(account, "chat.bsky.convo.getLog", [("cursor", kept.rev)] if kept.rev else [], chat=True)
    page = _decoded(answer, Logs)
    if page is None:
        return _failed(answer)
    logs = [(one, item) for item in page.logs if (one := _log(item)) is not None]
    kept.rev = page.cursor or max([kept.rev, *(one.rev for one, _ in logs)])
    members = yield from _members(account, [one.convo_id for one, _ in logs if bytes(one.message)])
    told = [Told(me=kept.me, log=item, members=members.get(one.convo_id, ())) for one, item in logs]
    waiting, kept.waiting = [_again(one) for one in kept.waiting], []
    raws = []
    for thing in (*waiting, *told):
        if _is_young(thing, now):
            kept.waiting.append(msgspec.json.decode(_json(thing)))
        else:
            raws.append(_raw(thing, now))
    return raws


def _members(account: Account, convos: Sequence[str]) -> Dialogue[dict[str, tuple[msgspec.Raw, ...]]]:
    """Who takes part in these chats."""
    found: dict[str, tuple[msgspec.Raw, ...]] = {}
    for convo in dict.fromkeys(one for one in convos if one):
        answer = yield get(account, "chat.bsky.convo.getConvo", [("convoId", convo)], chat=True)
        inner = (object_of(answer) or {}).get("convo")
        people = inner.get("members") if isinstance(inner, dict) else None
        if isinstance(people, list):
            found[convo] = tuple(msgspec.Raw(msgspec.json.encode(one)) for one in people)
    return found


def _is_young(told: Told, now: datetime) -> bool:
    """Whether it is a message of our own that we may have sent a moment ago."""
    log = _log(told.log)
    if log is None or not log.type.endswith("#logCreateMessage"):
        return False
    try:
        said = msgspec.json.decode(log.message, type=ChatMessage, strict=False)
    except Unreadable:
        return False
    return said.sender.did == told.me and said.sent_at is not None and now - said.sent_at < _YOUNG


def _again(kept: Mapping[str, Any]) -> Told:
    try:
        return msgspec.json.decode(msgspec.json.encode(kept), type=Told)
    except Unreadable:
        return Told(me="", log=msgspec.Raw(b"{}"))


def _json(told: Told) -> bytes:
    parts = msgspec.structs.asdict(told)
    return msgspec.json.encode(
        {name: one for name, one in parts.items() if (bytes(one) if isinstance(one, msgspec.Raw) else one)}
    )


def _raw(told: Told, now: datetime) -> Raw:
    return Raw(body=_json(told), received_at=now)


def _decoded(reply: Reply | NoReply, type: "type[_Page]") -> "_Page | None":
    if not isinstance(reply, Reply) or reply.status != 200:
        return None
    try:
        return msgspec.json.decode(sound(reply.body), type=type)
    except Unreadable:
        return None


def _notification(item: msgspec.Raw) -> Notification | None:
    try:
        return msgspec.json.decode(item, type=Notification, strict=False)
    except Unreadable:
        return None


def _view(item: msgspec.Raw) -> PostView | None:
    try:
        return msgspec.json.decode(item, type=PostView, strict=False)
    except Unreadable:
        return None


def _log(item: msgspec.Raw) -> Log | None:
    try:
        return msgspec.json.decode(item, type=Log, strict=False)
    except Unreadable:
        return None


def _failed(reply: Reply | NoReply) -> Again | Refused:
    if isinstance(reply, Reply) and reply.status < 300:
        return Again(why=str(_UNREADABLE), after=timedelta(minutes=1))
    outcome = outcome_of(reply)
    return outcome if isinstance(outcome, Again | Refused) else Again(why=outcome.why, after=timedelta(seconds=15))
