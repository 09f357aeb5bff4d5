"""From a delivery to events: what `poll` put together (API v2), or a webhook of the Account Activity API (`activity`).

{me, post, author, root, root_author, media}   a post that mentions us, in the thread that `root` opened
{me, message, author, media}                   a direct message
{for_user_id, tweet_create_events: […], …}     a webhook
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from oase.channels.adapters.x.activity import read_activity
from oase.channels.adapters.x.texts import media_of, readable, said, split_links
from oase.channels.adapters.x.wire import File, Message, Post, Told, User, link
from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Content,
    Edited,
    Event,
    Malformed,
    Raw,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, decode, reason, sound

_ANY: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TOLD: Final = msgspec.json.Decoder(Told, strict=False)
_POST: Final = msgspec.json.Decoder(Post, strict=False)
_MESSAGE: Final = msgspec.json.Decoder(Message, strict=False)
_USER: Final = msgspec.json.Decoder(User, strict=False)
_FILE: Final = msgspec.json.Decoder(File, strict=False)
_TITLE: Final = 80


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is none of X's."""
    body = sound(raw.body)
    keys = decode(body, _ANY)
    if "for_user_id" in keys or "user_event" in keys:
        return read_activity(keys, raw.received_at)
    if not ("post" in keys or "message" in keys):
        raise Malformed("It is neither a webhook of X nor something that was asked for.")
    told = decode(body, _TOLD)
    try:
        return _posted(told, raw.received_at) if bytes(told.post) else [_written(told, raw.received_at)]
    except Unreadable as error:
        return [Broken(place="post" if bytes(told.post) else "message", why=reason(error))]


def key_of(raw: Raw) -> bytes | None:
    """What makes something that was asked for the same when it comes again; webhooks repeat their bytes."""
    try:
        told = _TOLD.decode(sound(raw.body))
        if bytes(told.post):
            return f"post/{_POST.decode(told.post).id}".encode()
        return f"message/{_MESSAGE.decode(told.message).id}".encode() if bytes(told.message) else None
    except Unreadable:
        return None


def _posted(told: Told, received_at: datetime) -> Sequence[Event]:
    post = _POST.decode(told.post)
    at = post.created_at or received_at
    first = next(iter(post.edit_history_tweet_ids or post.edit_history_post_ids), post.id)
    references = {one.type: one.id for one in post.referenced_tweets or post.referenced_posts or ()}
    user = _user(told.author)
    content = _content(post, told)
    sender = address_of(user, post.author_id)
    received = Received(
        external_id=first,
        sender=sender,
        at=at,
        content=content,
        reply_to=references.get("replied_to", ""),
        origin={name: value for name, value in (("quotes", references.get("quoted")), ("language", post.lang)) if value},
        thread=_thread(post, first, told, user),
        link=link(user.username if user else "", post.id),
    )
    return [received, Edited(external_id=first, content=content, at=at)] if first != post.id else [received]


def _thread(post: Post, first: str, told: Told, user: User | None) -> Thread:
    """The post that opened the thread; its id is the conversation's."""
    root, author = _opened(told)
    if root is None and post.conversation_id not in ("", post.id, first):
        return Thread(external_id=post.conversation_id, link=link("", post.conversation_id))
    if root is None or root.id == post.id:
        root, author = post, user
    return Thread(
        external_id=first if root is post else root.id,
        title=title(_text(root)),
        link=link(author.username if author else "", root.id),
        author=f"@{author.username}" if author and author.username else "",
        ours=root.author_id == told.me,
    )


def _opened(told: Told) -> tuple[Post | None, User | None]:
    try:
        return (_POST.decode(told.root) if bytes(told.root) else None), _user(told.root_author)
    except Unreadable:
        return None, None


def _written(told: Told, received_at: datetime) -> Event:
    message = _MESSAGE.decode(told.message)
    at = message.created_at or received_at
    sender = address_of(_user(told.author), message.sender_id)
    if message.event_type != "MessageCreate":
        kind = f"dm.{message.event_type}"[:100]
        return Unknown(kind=kind, external_id=message.id, at=at, sender=sender, data=as_mapping(told.message))
    links, of_files = split_links(message.entities)
    files = [_FILE.decode(one) for one in told.media]
    media = [one for file in files if (one := media_of(file)) is not None]
    content = said(readable(message.text, links, of_files if media else ()), media, [file.type for file in files])
    if message.sender_id == told.me:
        return _ours(message, content, at)
    origin = {"conversation": message.dm_conversation_id} if len(message.participant_ids) > 2 else {}
    return Received(external_id=message.id, sender=sender, at=at, content=content, origin=origin)


def _ours(message: Message, content: Content, at: datetime) -> Event:
    """What our side wrote with X itself, or we did: its id tells."""
    pair = message.dm_conversation_id.split("-")
    to = next((one for one in (*message.participant_ids, *pair) if one and one != message.sender_id), "")
    if not to:
        raise ValueError("The message does not say whom it went to.")
    shown = content if content.text or content.media else Content(kind="placeholder")
    return SaidElsewhere(external_id=message.id, to=Address(value=to), at=at, content=shown)


def _content(post: Post, told: Told) -> Content:
    files = [_FILE.decode(one) for one in told.media]
    media = [one for file in files if (one := media_of(file)) is not None]
    return said(_text(post), media, [file.type for file in files])


def _text(post: Post) -> str:
    long = post.note_tweet or post.note_post
    links, of_files = split_links((long.entities if long else None) or post.entities)
    return readable(long.text if long else post.text, links, of_files)


def _user(raw: msgspec.Raw) -> User | None:
    try:
        return _USER.decode(raw) if bytes(raw) else None
    except Unreadable:
        return None


def address_of(user: User | None, user_id: str) -> Address:
    """A person by X's own id: names change."""
    if user is None:
        return Address(value=user_id)
    return Address(
        value=user.id, name=user.name or user.username, fields={"username": f"@{user.username}"} if user.username else {}
    )


def title(text: str) -> str:
    """The first words of a post: what a thread is called."""
    words = " ".join(text.split())
    return words if len(words) <= _TITLE else words[: _TITLE - 1].rsplit(" ", 1)[0] + "…"
