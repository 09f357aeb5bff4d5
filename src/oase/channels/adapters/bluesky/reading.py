"""From what `poll` delivered to events: one item in each delivery, with what is needed to understand it.

{me, notification, post, root}   a mention, a reply, a quote: in public, in the thread that `root` opened · a like of what we said
{me, log, members}               what happened in a chat: a message, a reaction
{me, gone}                       a post that is not there any more
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oase.channels.adapters.bluesky.texts import content_of_message, content_of_post, title
from oase.channels.adapters.bluesky.wire import (
    LIKE,
    ChatMessage,
    Log,
    Notification,
    PostRecord,
    PostView,
    Profile,
    Reaction,
    Told,
    link,
    owner,
)
from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Content,
    Deleted,
    Event,
    Malformed,
    Notice,
    Raw,
    Reacted,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, decode, reason, sound
from oase.kernel.i18n import Message, message

_TOLD: Final = msgspec.json.Decoder(Told, strict=False)
_NOTIFICATION: Final = msgspec.json.Decoder(Notification, strict=False)
_RECORD: Final = msgspec.json.Decoder(PostRecord, strict=False)
_VIEW: Final = msgspec.json.Decoder(PostView, strict=False)
_LOG: Final = msgspec.json.Decoder(Log, strict=False)
_MESSAGE: Final = msgspec.json.Decoder(ChatMessage, strict=False)
_REACTION: Final = msgspec.json.Decoder(Reaction, strict=False)
_PROFILE: Final = msgspec.json.Decoder(Profile, strict=False)
_CHAT: Final = "chat.bsky.convo.defs#"

_FOLLOWED = message("Somebody follows us on Bluesky.")
_DELETED = message("A direct message on Bluesky was deleted before Oase saw it.")
_REPOSTED = message("Somebody reposted something of ours.")
_NEWS: Final[Mapping[str, Message]] = {
    "follow": _FOLLOWED,
    "repost": _REPOSTED,
    "repost-via-repost": _REPOSTED,
    "like-via-repost": message("Somebody likes a post that we reposted."),
    "starterpack-joined": message("Somebody joined by a starter pack of ours."),
    "verified": message("Somebody has verified our account on Bluesky."),
    "unverified": message("Somebody has taken back the verification of our account on Bluesky."),
    "subscribed-post": message("Somebody whom we watch posted something."),
}
_OURS: Final[Mapping[str, Message]] = {
    "logBeginConvo": message("A chat on Bluesky has begun."),
    "logAcceptConvo": message("A chat on Bluesky was accepted."),
    "logLeaveConvo": message("Our side has left a chat on Bluesky."),
    "logMuteConvo": message("Our side has muted a chat on Bluesky."),
    "logUnmuteConvo": message("Our side no longer mutes a chat on Bluesky."),
    "logReadMessage": message("Our side has read a chat on Bluesky."),
    "logReadConvo": message("Our side has read a chat on Bluesky."),
    "logDeleteMessage": message("Our side has deleted a message on Bluesky, for itself only."),
}


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is none of ours."""
    told = decode(sound(raw.body), _TOLD)
    if told.gone:
        return [Deleted(external_id=told.gone, at=raw.received_at)]
    if not (bytes(told.notification) or bytes(told.log)):
        raise Malformed("It holds neither a notification nor something of a chat.")
    try:
        return [_notified(told) if bytes(told.notification) else _happened(told, raw.received_at)]
    except Unreadable as error:
        return [Broken(place="notification" if bytes(told.notification) else "log", why=reason(error))]


def key_of(raw: Raw) -> bytes | None:
    """What makes a delivery the same when it comes again; None for what is none of ours."""
    try:
        told = _TOLD.decode(sound(raw.body))
        if told.gone:
            return f"gone/{told.gone}".encode()
        if bytes(told.log):
            log = _LOG.decode(told.log)
            return f"log/{log.rev}/{log.type.rpartition('#')[2]}/{log.convo_id}".encode()
        return f"notification/{_NOTIFICATION.decode(told.notification).uri}".encode()
    except Unreadable:
        return None


def _notified(told: Told) -> Event:
    notification = _NOTIFICATION.decode(told.notification)
    who, at = address_of(notification.author), notification.indexed_at
    match notification.reason:
        case "mention" | "reply" | "quote":
            return _posted(notification, told)
        case "like" if notification.reason_subject:
            return Reacted(external_id=notification.reason_subject, sender=who, emoji=LIKE, at=at)
    if notification.reason in _NEWS:
        text = f"{_NEWS[notification.reason]} @{notification.author.handle}"
        return Notice(kind=notification.reason, text=text, at=at)
    kind, data = f"notification.{notification.reason}"[:100], as_mapping(told.notification)
    return Unknown(kind=kind, external_id=notification.uri, at=at, sender=who, data=data)


def _posted(notification: Notification, told: Told) -> Received:
    record = _RECORD.decode(notification.record)
    view = _view(told.post)
    below = record.reply
    return Received(
        external_id=notification.uri,
        sender=address_of(notification.author),
        at=notification.indexed_at,
        content=content_of_post(record, view.embed if view else None),
        reply_to=below.parent.uri if below else "",
        origin={"languages": list(record.langs)} if record.langs else {},
        thread=_thread(notification, record, told),
        link=link(notification.author.handle, notification.uri),
    )


def _thread(notification: Notification, record: PostRecord, told: Told) -> Thread:
    top = record.reply.root.uri if record.reply else ""
    if not top:
        author, uri, words = notification.author, notification.uri, record
    elif (view := _view(told.root)) is not None and view.uri == top:
        author, uri, words = view.author, top, view.record
    else:
        return Thread(external_id=top, link=link("", top), ours=owner(top) == told.me)
    return Thread(
        external_id=uri, title=title(words), link=link(author.handle, uri), author=f"@{author.handle}", ours=author.did == told.me
    )


def _view(raw: msgspec.Raw) -> PostView | None:
    try:
        return _VIEW.decode(raw) if bytes(raw) else None
    except Unreadable:
        return None


def _happened(told: Told, received_at: datetime) -> Event:
    log = _LOG.decode(told.log)
    kind = log.type.removeprefix(_CHAT)
    people = {one.did: one for raw in told.members if (one := _profile(raw)) is not None}
    if kind == "logCreateMessage" and b"deletedMessageView" in bytes(log.message):
        return Notice(kind="deleted", text=str(_DELETED), at=received_at)
    if kind == "logCreateMessage":
        return _said(_MESSAGE.decode(log.message), told.me, people, received_at)
    if kind in ("logAddReaction", "logRemoveReaction"):
        reaction = _REACTION.decode(log.reaction)
        emoji = reaction.value if kind == "logAddReaction" else ""
        at = reaction.created_at or received_at
        sender = _person(reaction.sender.did, people)
        return Reacted(external_id=_MESSAGE.decode(log.message).id, sender=sender, emoji=emoji, at=at)
    if kind in _OURS:
        return Notice(kind=kind, text=str(_OURS[kind]), at=received_at)
    return Unknown(kind=f"chat.{kind}"[:100], external_id=f"{log.rev}/{kind}", at=received_at, data=as_mapping(told.log))


def _said(said: ChatMessage, me: str, people: Mapping[str, Profile], received_at: datetime) -> Event:
    at, content = said.sent_at or received_at, content_of_message(said)
    answered = said.reply_to.id if said.reply_to else ""
    if said.sender.did != me:
        sender = _person(said.sender.did, people)
        return Received(external_id=said.id, sender=sender, at=at, content=content, reply_to=answered)
    to = next((one for did, one in people.items() if did != me), None)
    if to is None:
        raise ValueError("The message does not say whom it went to.")
    shown = content if content.text else Content(kind="placeholder")
    return SaidElsewhere(external_id=said.id, to=address_of(to), at=at, content=shown, reply_to=answered)


def _profile(raw: msgspec.Raw) -> Profile | None:
    try:
        return _PROFILE.decode(raw)
    except Unreadable:
        return None


def _person(did: str, people: Mapping[str, Profile]) -> Address:
    return address_of(people[did]) if did in people else Address(value=did)


def address_of(profile: Profile) -> Address:
    """A person by the did: handles change."""
    if not profile.did:
        raise ValueError("It does not say who.")
    name = (profile.display_name or "").strip() or profile.handle
    return Address(value=profile.did, name=name, fields={"handle": f"@{profile.handle}"} if profile.handle else {})
