"""From webhooks, and from pages of the newest posts, to events.

post_created -> Received, or SaidElsewhere if our side wrote it · post_edited -> Edited · post_destroyed -> Deleted, or Moderated if the
team did it · post_recovered -> Moderated "show" · like_created -> Reacted · topics and the rest -> Notice · what is not known -> Unknown
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from oase.channels.adapters.discourse.calls import forum_of
from oase.channels.adapters.discourse.wire import DELIVERY, LIKE, PAGE, POST, TOPIC, Like, Post
from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Content,
    Deleted,
    Edited,
    Event,
    Malformed,
    Moderated,
    Notice,
    Raw,
    Reacted,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, decode, reason, sound
from oase.channels.families.markup import one_line, read_markup

_ITEMS: Final = re.compile(r"\d{1,3}[ne](?:,\d{1,3}[ne])*")
_TOLD: Final[Mapping[str, str]] = {
    "topic_edited": "The topic %s was changed.",
    "topic_destroyed": "The topic %s was deleted.",
    "topic_recovered": "The topic %s was restored.",
    "topic_closed_status_updated": "The topic %s was closed, or opened again.",
    "topic_archived_status_updated": "The topic %s was archived, or taken out of the archive.",
    "topic_pinned_status_updated": "The topic %s was pinned, or no longer is.",
    "topic_visible_status_updated": "The topic %s was hidden from the lists, or shown in them again.",
}
_OF_NO_CONCERN: Final = ("user_", "group_", "category_", "tag_", "notification_", "badge_", "topic_created", "user_badge_")


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery. Raises Malformed if it is none of Discourse's."""
    if "items" in raw.query:
        return _page(raw, account)
    event = raw.headers.get("x-discourse-event", "")[:60]
    delivery = decode(sound(raw.body), DELIVERY)
    if event == "ping":
        return [Notice(kind="ping", text="The forum's webhook reaches us.", at=raw.received_at)]
    if event.startswith("post_") and bytes(delivery.post):
        return list(_post(decode(delivery.post, POST), event, raw, account))
    if event.startswith("like_") and bytes(delivery.like):
        return _liked(decode(delivery.like, LIKE), raw.received_at)
    if event in _TOLD and bytes(delivery.topic):
        topic = decode(delivery.topic, TOPIC)
        return [Notice(kind=event, text=_TOLD[event] % one_line(topic.title), at=raw.received_at)]
    if event.startswith(_OF_NO_CONCERN):
        return []  # a topic's first post comes as a post; who joins and what is sorted where is nobody's message
    return [_unknown(event, raw)]


def _page(raw: Raw, account: Account) -> Sequence[Event]:
    codes = raw.query["items"]
    if not _ITEMS.fullmatch(codes):
        raise Malformed("It is not said which posts of the page are new.")
    posts = decode(sound(raw.body), PAGE).latest_posts
    events: list[Event] = []
    for code in reversed(codes.split(",")):
        number = int(code[:-1])
        if number >= len(posts):
            continue
        try:
            post = POST.decode(posts[number])
        except Unreadable as error:
            events.append(Broken(place=f"latest_posts/{number}", why=reason(error)))
            continue
        events += _post(post, "post_created" if code.endswith("n") else "post_edited", raw, account)
    return events


def _post(post: Post, event: str, raw: Raw, account: Account) -> Iterator[Event]:
    at, id = raw.received_at, str(post.id)
    match event:
        case "post_created":
            yield _said(post, account, at)
            if post.hidden:
                yield Moderated(external_id=id, act="hide", at=at)
        case "post_edited":
            yield Edited(external_id=id, content=_content(post, account), at=_moment(post.updated_at, at))
        case "post_destroyed" if post.user_deleted:
            yield Deleted(external_id=id, at=at)
        case "post_destroyed":
            yield Moderated(external_id=id, act="delete", at=at)
        case "post_recovered":
            yield Moderated(external_id=id, act="show", at=at)
        case _:
            yield _unknown(event, raw)


def _said(post: Post, account: Account, received_at: datetime) -> Event:
    at, link = _moment(post.created_at, received_at), _link(post, account)
    private = post.topic_archetype == "private_message"
    content = _content(post, account, subject=private)
    if post.action_code:
        return Notice(kind="topic_note", text=f"{one_line(post.topic_title or '')}: {one_line(post.action_code)}", at=at)
    if not _ours(post, account):
        return Received(
            external_id=str(post.id),
            sender=_author(post),
            at=at,
            content=content,
            may_auto_answer=private,
            origin={"in_reply_to_post": post.reply_to_post_number} if post.reply_to_post_number else {},
            thread=None if private else _thread(post, account),
            link=link,
        )
    to = Address(value=post.reply_to_user.username.lower()) if private and post.reply_to_user else None
    if private and to is None:
        told = f"{one_line(post.name or post.username)} answered a personal message in the forum: {link}"
        return Notice(kind="private_elsewhere", text=told, at=at)
    return SaidElsewhere(
        external_id=str(post.id),
        to=to,
        at=at,
        content=content,
        author=one_line(post.name or post.username),
        thread=None if private else _thread(post, account),
        link=link,
    )


def _ours(post: Post, account: Account) -> bool:
    """Whether our side wrote it: the user of the key, a moderator, an administrator."""
    own = str(account.settings.get("username") or "").lower()
    return post.staff or post.admin or post.moderator or (bool(own) and post.username.lower() == own)


def _author(post: Post) -> Address:
    name = post.username.strip().lower()[:100] or f"user-{post.user_id}"
    aliases = (("discourse_id", str(post.user_id)),) if post.user_id else ()
    return Address(value=name, name=one_line(post.name or post.username), aliases=aliases)


def _content(post: Post, account: Account, *, subject: bool = False) -> Content:
    said = read_markup(post.cooked, _link(post, account))
    return Content(text=said.text or "…", html=said.html, subject=one_line(post.topic_title or "") if subject else "")


def _thread(post: Post, account: Account) -> Thread:
    title = one_line(post.topic_title or (post.topic_slug or "").replace("-", " "))
    link = _link(post, account).rpartition("/")[0]
    author = one_line(post.name or post.username) if post.post_number == 1 else ""
    return Thread(external_id=f"topic-{post.topic_id}", title=title, link=link, author=author)


def _link(post: Post, account: Account) -> str:
    slug = re.sub(r"[^\w.~-]", "", post.topic_slug or "")[:200] or "-"
    return f"{forum_of(account)}/t/{slug}/{post.topic_id}/{post.post_number}"


def _liked(like: Like, at: datetime) -> list[Event]:
    who = Address(
        value=like.user.username.lower()[:100] or f"user-{like.user.id}", name=one_line(like.user.name or like.user.username)
    )
    return [Reacted(external_id=str(like.post.id), sender=who, emoji="❤️", at=at)]


def _unknown(event: str, raw: Raw) -> Unknown:
    id = raw.headers.get("x-discourse-event-id", "")[:60] or sha256(raw.body).hexdigest()[:32]
    kind = one_line(event) or "no event named"
    return Unknown(
        kind=kind, external_id=f"event-{one_line(id)}", at=raw.received_at, data=as_mapping(msgspec.Raw(sound(raw.body)))
    )


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise
