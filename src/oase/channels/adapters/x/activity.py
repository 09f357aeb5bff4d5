"""Webhooks of the Account Activity API: objects of v1.1, several kinds of events in one delivery, of one user.

for_user_id · tweet_create_events, favorite_events, tweet_delete_events       said, liked, deleted in public
            · direct_message_events, _indicate_typing_, _mark_read_           said, typed, read in private; `users` has the names
            · follow_events, block_events …, user_event.revoke                what happened to our account
Only the post that is answered is named, not the one that opened the thread: the core finds that conversation.

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/account-activity (read 2026-08)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.x.texts import best, media_of, readable, said
from oase.channels.adapters.x.wire import LIKE, File, Link, Variant, link
from oase.channels.contract import (
    Address,
    Broken,
    Content,
    Deleted,
    Edited,
    Event,
    Malformed,
    Moderated,
    Notice,
    Reacted,
    Receipt,
    Received,
    SaidElsewhere,
    Thread,
    Typing,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, reason
from oase.kernel.i18n import Message, message

_OWN_PROGRAMS: Final = re.compile(r"(Twitter|X|TweetDeck)\b")
"""Programs of X itself: what is posted with them, our colleagues wrote; with any other one it may have been us."""

_REVOKED: Final = message("Somebody has withdrawn Oase's access to the account at X. Sign in again on the account's page.")
_NEWS: Final[Mapping[str, Message]] = {
    "follow_events": message("Somebody follows us, or we follow somebody."),
    "unfollow_events": message("We no longer follow somebody."),
    "block_events": message("Somebody was blocked on X."),
    "unblock_events": message("Somebody is no longer blocked on X."),
    "mute_events": message("Somebody was muted on X."),
    "unmute_events": message("Somebody is no longer muted on X."),
}
_BESIDE: Final = frozenset({"for_user_id", "users", "apps", "user_has_blocked", "is_blocked_by"})


class Person(Struct, frozen=True):
    """Somebody (v1.1). In direct messages the id is called `id`, in posts `id_str`."""

    id_str: str = ""
    id: str | int = ""
    name: str = ""
    screen_name: str = ""

    @property
    def key(self) -> str:
        """X's id of the person."""
        return self.id_str or str(self.id)


class Video(Struct, frozen=True):
    """The forms of a video."""

    variants: tuple[Variant, ...] = ()


class Attached(Struct, frozen=True):
    """A file (v1.1)."""

    type: str = ""
    url: str = ""
    media_url_https: str = ""
    ext_alt_text: str | None = None
    video_info: Video | None = None


class Marks(Struct, frozen=True):
    """What a text holds beside words (v1.1)."""

    urls: tuple[Link, ...] = ()
    media: tuple[Attached, ...] = ()


class Extended(Struct, frozen=True):
    """The whole of a post that is longer than 140."""

    full_text: str = ""
    entities: Marks | None = None
    extended_entities: Marks | None = None


class History(Struct, frozen=True):
    """Of a post that was edited: all its ids, the first one first."""

    edit_tweet_ids: tuple[str, ...] = ()
    initial_tweet_id: str = ""


class Tweet(Struct, frozen=True):
    """A post (v1.1)."""

    id_str: str
    user: Person
    text: str = ""
    full_text: str = ""
    created_at: str = ""
    timestamp_ms: str | int = ""
    source: str = ""
    lang: str | None = None
    in_reply_to_status_id_str: str | None = None
    quoted_status_id_str: str | None = None
    retweeted_status: msgspec.Raw = msgspec.Raw(b"")
    extended_tweet: Extended | None = None
    entities: Marks | None = None
    extended_entities: Marks | None = None
    edit_history: History | None = None


class Favourite(Struct, frozen=True):
    """Somebody likes a post."""

    favorited_status: Tweet
    user: Person
    timestamp_ms: str | int = ""


class Erased(Struct, frozen=True):
    """A post was deleted."""

    status: Person  # its id, and its author's, which we do not need
    timestamp_ms: str | int = ""


class Target(Struct, frozen=True):
    """Whom a direct message goes to."""

    recipient_id: str = ""


class Chosen(Struct, frozen=True):
    """A quick reply."""

    metadata: str = ""


class Enclosed(Struct, frozen=True):
    """A file of a direct message."""

    media: Attached | None = None


class Words(Struct, frozen=True):
    """What a direct message says."""

    text: str = ""
    entities: Marks | None = None
    attachment: Enclosed | None = None
    quick_reply_response: Chosen | None = None


class Created(Struct, frozen=True):
    """The inside of a direct message."""

    sender_id: str
    message_data: Words
    target: Target = Target()
    source_app_id: str = ""


class Direct(Struct, frozen=True):
    """A direct message (v1.1)."""

    id: str
    type: str = "message_create"
    created_timestamp: str | int = ""
    message_create: Created | None = None
    initiated_via: Mapping[str, object] | None = None


class Sign(Struct, frozen=True):
    """Somebody types, or has read up to a message."""

    sender_id: str
    created_timestamp: str | int = ""
    last_read_event_id: str = ""


class Scene(Struct, frozen=True):
    """What the events of one delivery have in common."""

    me: str
    received_at: datetime
    users: Mapping[str, Person]
    apps: Mapping[str, str]


def read_activity(keys: Mapping[str, msgspec.Raw], received_at: datetime) -> Sequence[Event]:
    """Every event of a webhook, in its order; raises Malformed where nothing can be read."""
    if "user_event" in keys:
        return [Notice(kind="revoked", text=str(_REVOKED), at=received_at, serious=True)]
    try:
        me = msgspec.json.decode(keys["for_user_id"], type=str, strict=False)
    except Unreadable as error:
        raise Malformed(reason(error)) from None
    scene = Scene(me, received_at, _people(keys.get("users")), _apps(keys.get("apps")))
    events: list[Event] = []
    for kind, value in keys.items():
        if kind not in _BESIDE:
            events += _kind(kind, value, scene)
    return events


def _kind(kind: str, value: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    try:
        items = msgspec.json.decode(value, type=list[msgspec.Raw])
    except Unreadable:
        items = [value]
    for number, item in enumerate(items):
        try:
            yield from _item(kind, item, scene)
        except Unreadable as error:
            yield Broken(place=f"{kind}/{number}", why=reason(error))


def _item(kind: str, item: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    match kind:
        case "tweet_create_events":
            yield from _post(msgspec.json.decode(item, type=Tweet, strict=False), scene)
        case "favorite_events":
            yield _liked(msgspec.json.decode(item, type=Favourite, strict=False), scene)
        case "tweet_delete_events":
            erased = msgspec.json.decode(item, type=Erased, strict=False)
            if not erased.status.key:
                raise ValueError
            yield Deleted(external_id=erased.status.key, at=moment(erased.timestamp_ms, scene.received_at))
        case "direct_message_events":
            yield _direct(msgspec.json.decode(item, type=Direct, strict=False), item, scene)
        case "direct_message_indicate_typing_events":
            sign = msgspec.json.decode(item, type=Sign, strict=False)
            yield Typing(
                sender=scene_address(sign.sender_id, scene), on=True, at=moment(sign.created_timestamp, scene.received_at)
            )
        case "direct_message_mark_read_events":
            yield _read(msgspec.json.decode(item, type=Sign, strict=False), scene)
        case _ if kind in _NEWS:
            yield Notice(kind=kind, text=str(_NEWS[kind]), at=scene.received_at)
        case _:
            digest = sha256(bytes(item)).hexdigest()[:32]
            yield Unknown(kind=kind[:100], external_id=digest, at=scene.received_at, data=as_mapping(item))


def _post(tweet: Tweet, scene: Scene) -> Iterator[Event]:
    at = _time(tweet, scene)
    if bytes(tweet.retweeted_status) not in (b"", b"null"):
        yield Notice(kind="reposted", text=str(message("@%(who)s reposted something.", who=tweet.user.screen_name)), at=at)
        return
    history = tweet.edit_history
    first = (history.initial_tweet_id or next(iter(history.edit_tweet_ids), "") if history else "") or tweet.id_str
    content, answered = _content(tweet), tweet.in_reply_to_status_id_str or ""
    place = link(tweet.user.screen_name, tweet.id_str)
    ours = tweet.user.key == scene.me
    thread = Thread(external_id=answered) if answered else Thread(
        external_id=first, title=_title(content.text), link=place, author=f"@{tweet.user.screen_name}", ours=ours
    )  # fmt: skip
    origin = {name: value for name, value in (("quotes", tweet.quoted_status_id_str), ("language", tweet.lang)) if value}
    if ours and not _OWN_PROGRAMS.match(_program(tweet.source)):
        yield Receipt(external_id=first, state="sent", at=at)
        return
    if ours:
        yield SaidElsewhere(
            external_id=first, at=at, content=content, reply_to=answered, thread=thread, link=place, origin=origin
        )
    else:
        yield Received(
            external_id=first, sender=_address(tweet.user), at=at, content=content, reply_to=answered, origin=origin,
            thread=thread, link=place,
        )  # fmt: skip
    if first != tweet.id_str:
        yield Edited(external_id=first, content=content, at=at)


def _content(tweet: Tweet) -> Content:
    whole = tweet.extended_tweet
    marks = (whole.entities if whole else None) or tweet.entities or Marks()
    attached = ((whole.extended_entities if whole else None) or tweet.extended_entities or Marks()).media or marks.media
    text = (whole.full_text if whole else "") or tweet.full_text or tweet.text
    return _with_files(text, marks, attached)


def _with_files(text: str, marks: Marks, attached: Sequence[Attached]) -> Content:
    media = [one for file in attached if (one := media_of(_file(file))) is not None]
    of_files = [Link(url=file.url) for file in (*attached, *marks.media)]
    return said(readable(text, marks.urls, of_files), media, [file.type for file in attached])


def _file(attached: Attached) -> File:
    video = best(attached.video_info.variants) if attached.video_info else ""
    return File(type=attached.type, url=video or attached.media_url_https, alt_text=attached.ext_alt_text)


def _liked(liked: Favourite, scene: Scene) -> Event:
    at = moment(liked.timestamp_ms, scene.received_at)
    post = liked.favorited_status.id_str
    if liked.user.key == scene.me:
        return Moderated(external_id=post, act="like", at=at)
    return Reacted(external_id=post, sender=_address(liked.user), emoji=LIKE, at=at)


def _direct(direct: Direct, raw: msgspec.Raw, scene: Scene) -> Event:
    at = moment(direct.created_timestamp, scene.received_at)
    inside = direct.message_create
    if direct.type != "message_create" or inside is None:
        return Unknown(kind=f"direct_message.{direct.type}"[:100], external_id=direct.id, at=at, data=as_mapping(raw))
    words = inside.message_data
    file = words.attachment.media if words.attachment else None
    content = _with_files(words.text, words.entities or Marks(), (file,) if file else ())
    if words.quick_reply_response is not None:
        content = Content(kind="choice", text=content.text, data={"id": words.quick_reply_response.metadata})
    if inside.sender_id != scene.me:
        origin = {"initiated_via": dict(direct.initiated_via)} if direct.initiated_via else {}
        sender = scene_address(inside.sender_id, scene)
        return Received(external_id=direct.id, sender=sender, at=at, content=content, origin=origin)
    if not _OWN_PROGRAMS.match(scene.apps.get(inside.source_app_id, "X")):
        return Receipt(external_id=direct.id, state="sent", at=at)
    to = scene_address(inside.target.recipient_id, scene)
    shown = content if content.text or content.media else Content(kind="placeholder")
    return SaidElsewhere(external_id=direct.id, to=to, at=at, content=shown)


def _read(sign: Sign, scene: Scene) -> Event:
    at = moment(sign.created_timestamp, scene.received_at)
    reader = scene_address(sign.sender_id, scene)
    if sign.sender_id == scene.me:
        return Notice(kind="read", text=str(message("Our side has read the direct messages on X.")), at=at)
    return Receipt(external_id=sign.last_read_event_id, state="read", at=at, up_to=True, sender=reader)


def moment(stamp: str | int, otherwise: datetime) -> datetime:
    """A time of X's: milliseconds since 1970. Raises ValueError or OverflowError."""
    try:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC) if str(stamp) else otherwise
    except OSError as error:
        raise ValueError("The time is out of range.") from error


def _time(tweet: Tweet, scene: Scene) -> datetime:
    if tweet.timestamp_ms:
        return moment(tweet.timestamp_ms, scene.received_at)
    if not tweet.created_at:
        return scene.received_at
    parts = tweet.created_at.split()  # Wed Oct 10 20:19:24 +0000 2018
    return parsedate_to_datetime(" ".join((parts[0], parts[2], parts[1], parts[5], parts[3], parts[4]))) if len(parts) == 6 else (
        scene.received_at
    )  # fmt: skip


def _people(raw: msgspec.Raw | None) -> Mapping[str, Person]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Person], strict=False) if raw is not None else {}
    except Unreadable:
        return {}


def _apps(raw: msgspec.Raw | None) -> Mapping[str, str]:
    try:
        found = msgspec.json.decode(raw, type=dict[str, dict[str, str]]) if raw is not None else {}
    except Unreadable:
        return {}
    return {key: value.get("name", "") for key, value in found.items()}


def scene_address(user_id: str, scene: Scene) -> Address:
    """Somebody by the id, with the names that came along. Raises ValueError for an empty one."""
    if not user_id:
        raise ValueError("It does not say who.")
    person = scene.users.get(user_id)
    return _address(person) if person and person.key else Address(value=user_id)


def _address(person: Person) -> Address:
    if not person.key:
        raise ValueError("It does not say who.")
    fields = {"username": f"@{person.screen_name}"} if person.screen_name else {}
    return Address(value=person.key, name=person.name or person.screen_name, fields=fields)


def _program(source: str) -> str:
    """The name of the program in `<a href="…">Twitter Web App</a>`."""
    return re.sub(r"<[^>]*>", "", source).strip()


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 80 else words[:79].rsplit(" ", 1)[0] + "…"
