"""From one event of a room to what it means.

delivery {room, event, names, other} -> message, edit, redaction, reaction, sticker, member …    one event
         {room, ephemeral}           -> typing, receipts
         {room, lost}                -> a notice: what was said there is not all here
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.matrix.addresses import address, is_user_id, own_id
from oase.channels.adapters.matrix.content import ENCRYPTED, content_of, file_of, poll_of
from oase.channels.adapters.matrix.wire import Json, moment
from oase.channels.contract import (
    Account,
    Address,
    Content,
    Deleted,
    Edited,
    Event,
    Malformed,
    Notice,
    Raw,
    Reacted,
    Receipt,
    Received,
    SaidElsewhere,
    Typing,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, mapping, reason, sound, text
from oase.kernel.i18n import message

_LOST = message(
    "A Matrix room had more news than could be fetched after a break; older messages of it are only in the room itself."
)
_ENCRYPTION = message("The chat has been switched to end-to-end encryption: Oase cannot read what is written from now on.")
_CALLED = message("The customer tried to call over Matrix. Oase does not take calls there.")
_SILENT: Final = (
    "m.call.candidates", "m.call.answer", "m.call.hangup", "m.call.reject", "m.call.negotiate", "m.call.select_answer",
    "m.call.sdp_stream_metadata_changed", "org.matrix.call.sdp_stream_metadata_changed",
)  # fmt: skip
_SILENT_PREFIXES: Final = (
    "m.key.verification.",
    "org.matrix.msc3401.",
    "m.poll.response",
    "m.poll.end",
    "org.matrix.msc3381.poll.",
)


class Scene(Struct, frozen=True):
    """One event with what is known around it."""

    room: str
    event: Json
    id: str
    type: str
    content: Json
    sender: str
    names: Mapping[str, str]
    other: str  # to whom, where our side speaks
    ours: bool
    at: datetime
    reacted_to: str

    def address(self, user: str) -> Address:
        """A user as the dialogue's person."""
        return address(user, self.room, self.names.get(user, ""))


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is none of `poll`'s."""
    try:
        found = msgspec.json.decode(sound(raw.body))
    except Unreadable as error:
        raise Malformed(reason(error)) from None
    room = text(found, "room") if isinstance(found, dict) else ""
    if not room:
        raise Malformed("This does not say in which room it was.")
    if mapping(found, "ephemeral"):
        return list(_ephemeral(mapping(found, "ephemeral"), room, account, moment(found.get("at"), raw.received_at)))
    if text(found, "lost"):
        return [Notice(kind="gap", text=str(_LOST), at=raw.received_at, serious=True)]
    scene = _scene(found, room, account, raw)
    try:
        return list(_event(scene))
    except Incomplete as error:  # a delivery holds one item only
        raise Malformed(str(error)) from None


def _scene(found: Json, room: str, account: Account, raw: Raw) -> Scene:
    event = mapping(found, "event")
    sender = text(event, "sender")
    if not text(event, "type") or not is_user_id(sender):
        raise Malformed("This is no event of a room: it has no type or no sender.")
    names = {user: name for user, name in mapping(found, "names").items() if isinstance(name, str)}
    return Scene(
        room=room,
        event=event,
        id=text(event, "event_id") or sha256(raw.body).hexdigest()[:32],
        type=text(event, "type"),
        content=mapping(event, "content"),
        sender=sender,
        names=names,
        other=text(found, "other"),
        ours=sender == own_id(account),
        at=moment(event.get("origin_server_ts"), raw.received_at),
        reacted_to=text(found, "reacted_to"),
    )


def _event(scene: Scene) -> Iterator[Event]:
    if mapping(scene.event, "unsigned", "redacted_because") or (not scene.content and scene.type == "m.room.message"):
        return  # taken back before we saw it
    write = _EVENTS.get(scene.type)
    if write is not None:
        yield from write(scene)
    elif scene.type not in _SILENT and not scene.type.startswith(_SILENT_PREFIXES) and "state_key" not in scene.event:
        yield _unknown(scene, scene.type)


def _unknown(scene: Scene, kind: str) -> Event:
    if scene.ours:
        return _said(scene, Content(kind="placeholder", data={"unknown": kind[:100], **scene.content}))
    return Unknown(
        kind=kind[:100], external_id=scene.id, at=scene.at, sender=scene.address(scene.sender), data=dict(scene.content)
    )


def _message(scene: Scene) -> Iterator[Event]:
    relation = mapping(scene.content, "m.relates_to")
    if text(relation, "rel_type") == "m.replace" and text(relation, "event_id"):
        inner = mapping(scene.content, "m.new_content") or scene.content
        content = content_of(inner, _name(scene))
        by = None if scene.ours else scene.address(scene.sender)  # the server lets anybody name any message here
        edited = Edited(external_id=text(relation, "event_id"), content=content, at=scene.at, sender=by) if content else None
        yield edited or _unknown(scene, _type_of(inner))
        return
    content = content_of(scene.content, _name(scene))
    yield _said(scene, content) if content else _unknown(scene, _type_of(scene.content))


def _type_of(content: Json) -> str:
    return f"msgtype.{text(content, 'msgtype') or 'none'}"


def _name(scene: Scene) -> str:
    return scene.names.get(scene.sender) or scene.sender


def _said(scene: Scene, content: Content) -> Event:
    """A message of the customer's, or of our side's; ours comes back as a receipt where this program sent it."""
    ours_id = text(mapping(scene.event, "unsigned"), "transaction_id") if scene.ours else ""
    if ours_id:
        return Receipt(external_id=scene.id, our_id=ours_id, state="sent", at=scene.at)
    if scene.ours:
        if not scene.other:
            return Notice(kind="said_to_nobody", text=str(content.text)[:500], at=scene.at)
        return SaidElsewhere(
            external_id=scene.id, to=scene.address(scene.other), at=scene.at, content=content, reply_to=_answered(scene)
        )
    by_a_machine = text(scene.content, "msgtype") == "m.notice"
    return Received(
        external_id=scene.id,
        sender=scene.address(scene.sender),
        at=scene.at,
        content=content,
        reply_to=_answered(scene),
        automatic="auto_reply" if by_a_machine else "",
        may_auto_answer=not by_a_machine,
    )


def _answered(scene: Scene) -> str:
    """The message answered; in a thread, only if it was chosen, not the thread's newest for older programs."""
    relation = mapping(scene.content, "m.relates_to")
    if text(relation, "rel_type") == "m.thread" and relation.get("is_falling_back") is True:
        return ""
    return text(mapping(relation, "m.in_reply_to"), "event_id")


def _reaction(scene: Scene) -> Iterator[Event]:
    relation = mapping(scene.content, "m.relates_to")
    if not text(relation, "event_id"):
        raise Incomplete("The reaction does not say to which message.")
    if scene.ours and mapping(scene.event, "unsigned").get("transaction_id"):
        return
    yield Reacted(
        external_id=text(relation, "event_id"),
        sender=scene.address(scene.sender),
        emoji=text(relation, "key")[:100],
        at=scene.at,
    )


def _redaction(scene: Scene) -> Iterator[Event]:
    taken_back = text(scene.event, "redacts") or text(scene.content, "redacts")
    if not taken_back:
        raise Incomplete("It does not say which message was taken back.")
    if scene.reacted_to:
        yield Reacted(external_id=scene.reacted_to, sender=scene.address(scene.sender), emoji="", at=scene.at)
    else:
        yield Deleted(external_id=taken_back, at=scene.at)


def _sticker(scene: Scene) -> Iterator[Event]:
    yield _said(scene, file_of(scene.content, "m.sticker"))


def _encrypted(scene: Scene) -> Iterator[Event]:
    yield _said(scene, Content(kind="placeholder", text=str(ENCRYPTED), data={"type": scene.type}))


def _poll(scene: Scene) -> Iterator[Event]:
    content = poll_of(scene.content)
    yield _said(scene, content) if content else _unknown(scene, scene.type)


def _call(scene: Scene) -> Iterator[Event]:
    yield from _system(scene, str(_CALLED))


def _encryption(scene: Scene) -> Iterator[Event]:
    yield from _system(scene, str(_ENCRYPTION))


def _member(scene: Scene) -> Iterator[Event]:
    """Somebody left. Who comes, or changes a name, says nothing by that."""
    whom, now = text(scene.event, "state_key"), text(scene.content, "membership")
    before = mapping(scene.event, "unsigned", "prev_content")
    if now not in ("leave", "ban") or text(before, "membership") == "invite" or scene.ours:
        return
    if whom == scene.sender:
        yield from _system(scene, message("%(name)s has left the chat.", name=text(before, "displayname") or _name(scene)))
    else:
        yield from _system(scene, message("%(name)s has removed %(whom)s from the chat.", name=_name(scene), whom=whom))


def _moved(scene: Scene) -> Iterator[Event]:
    yield from _system(scene, message("The chat goes on in another room. Oase joins it when the customer invites it there."))


def _system(scene: Scene, words: str) -> Iterator[Event]:
    if not scene.ours:
        yield Received(
            external_id=scene.id,
            sender=scene.address(scene.sender),
            at=scene.at,
            content=Content(kind="system", text=words, data={"type": scene.type}),
            may_auto_answer=False,
        )


_EVENTS: Final[Mapping[str, Callable[[Scene], Iterator[Event]]]] = {
    "m.room.message": _message,
    "m.room.encrypted": _encrypted,
    "m.room.encryption": _encryption,
    "m.room.redaction": _redaction,
    "m.room.member": _member,
    "m.room.tombstone": _moved,
    "m.reaction": _reaction,
    "m.sticker": _sticker,
    "m.poll.start": _poll,
    "org.matrix.msc3381.poll.start": _poll,
    "m.call.invite": _call,
}


def _ephemeral(event: Json, room: str, account: Account, now: datetime) -> Iterator[Event]:
    content = mapping(event, "content")
    if text(event, "type") == "m.typing":
        yield from _typing(content, room, account, now)
    elif text(event, "type") == "m.receipt":
        for event_id, kinds in content.items():
            yield from _receipts(event_id, kinds, room, account, now)


def _typing(content: Json, room: str, account: Account, now: datetime) -> Iterator[Event]:
    """Who types now. That somebody stopped, Matrix says by leaving them out: the core lets it end by itself."""
    users = content.get("user_ids")
    for user in users if isinstance(users, list) else ():
        if isinstance(user, str) and is_user_id(user) and user != own_id(account):
            yield Typing(sender=address(user, room), on=True, at=now)


def _receipts(event_id: str, kinds: Any, room: str, account: Account, now: datetime) -> Iterator[Event]:
    readers = mapping(kinds, "m.read") if isinstance(kinds, dict) else {}
    for user, facts in readers.items():
        if is_user_id(user) and user != own_id(account):
            at = moment(facts.get("ts") if isinstance(facts, dict) else None, now)
            yield Receipt(external_id=event_id, state="read", at=at, up_to=True, sender=address(user, room))
