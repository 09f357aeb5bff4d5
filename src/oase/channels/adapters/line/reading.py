"""From the bytes of a webhook to events.

payload -> events[] -> message, postback, unsend, follow     from a person alone, or from a group that names us
                    -> `notices`, or a kind that we do not know: `Unknown`
an event that cannot be read -> Broken with its place; its neighbours go on

In groups only what is meant for us is taken: a text that names us, a button of ours. The rest is the group's own talk.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from oase.channels.adapters.line import wire
from oase.channels.adapters.line.content import content_of
from oase.channels.adapters.line.notices import notice_of
from oase.channels.contract import Account, Address, Broken, Content, Deleted, Event, Notice, Raw, Received, Thread, Unknown
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, as_mapping, decode, reason, sound
from oase.kernel.i18n import message

_PAYLOAD = msgspec.json.Decoder(wire.Payload)
_HEAD = msgspec.json.Decoder(wire.Head)
_OPENED = message("The customer has opened the chat for the first time.")
_UNBLOCKED = message("The customer has unblocked the account.")


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """Every event of a delivery, in its order; raises Malformed if it is no webhook of LINE at all."""
    payload = decode(sound(raw.body), _PAYLOAD)
    ours = account.facts.get("user_id", "")
    if ours and payload.destination and payload.destination != ours and payload.events:
        text = message("A delivery for another LINE account (%(id)s) arrived here. Connect it as an account of its own.",
                       id=payload.destination[:100])  # fmt: skip
        return [Notice(kind="other_account", text=str(text), at=raw.received_at, serious=True)]
    return [event for number, one in enumerate(payload.events) for event in _event(one, f"events/{number}", raw.received_at)]


def key_of(body: bytes) -> bytes | None:
    """The ids of the delivery's events, the same when LINE delivers again; None if it has none."""
    try:
        events = _PAYLOAD.decode(body).events
        ids = [_HEAD.decode(one).webhook_event_id for one in events]
    except Unreadable:
        return None
    if not ids or not all(ids):
        return None
    return f"{len(ids)}/{ids[0]}/{sha256('/'.join(ids).encode()).hexdigest()[:32]}".encode()


def _event(raw: msgspec.Raw, place: str, received_at: datetime) -> Iterator[Event]:
    try:
        head = _HEAD.decode(raw)
        at = _moment(head.timestamp, received_at)
        yield from _read(head, raw, at)
    except Unreadable as error:
        yield Broken(place=place, why=reason(error))


def _read(head: wire.Head, raw: msgspec.Raw, at: datetime) -> Iterator[Event]:
    match head.type:
        case "message":
            yield from _message(head, raw, at)
        case "postback":
            yield _postback(head, raw, at)
        case "unsend":
            yield Deleted(external_id=msgspec.json.decode(raw, type=wire.UnsendEvent).unsend.message_id, at=at)
        case "follow":
            yield _follow(head, raw, at)
        case kind:
            event = as_mapping(raw)
            known = notice_of(kind, event, at)
            sender = _sender(head.source) if head.source else None
            yield known or Unknown(kind=kind[:100], external_id=_id(head, raw), at=at, sender=sender, data=event)


def _message(head: wire.Head, raw: msgspec.Raw, at: datetime) -> Iterator[Event]:
    said, source = msgspec.json.decode(raw, type=wire.MessageEvent).message, head.source
    if source is None:
        raise Incomplete("The message does not say who sent it.")
    thread = _thread(source)
    if thread is not None and not _names_us(said):
        return
    sender, content = _sender(source), content_of(said)
    if content is None:
        yield Unknown(kind=f"message.{said.type}"[:100], external_id=said.id, at=at, sender=sender, data=as_mapping(raw))
        return
    origin = {"standby": True} if head.mode == "standby" else {}
    tokens = {wire.QUOTE: said.quote_token, wire.READ: said.mark_as_read_token}
    yield Received(
        external_id=said.id, sender=sender, at=at, content=content, reply_to=said.quoted_message_id, origin=origin, thread=thread,
        tokens={name: token for name, token in tokens.items() if token},
    )  # fmt: skip


def _postback(head: wire.Head, raw: msgspec.Raw, at: datetime) -> Event:
    """Buttons of ours carry their title behind their id, since LINE brings back nothing else."""
    if head.source is None:
        raise Incomplete("The button does not say who pressed it.")
    postback = msgspec.json.decode(raw, type=wire.PostbackEvent).postback
    id, _, title = postback.data.partition("\n")
    chosen = " ".join(postback.params.values())
    text = " ".join(part for part in (title or id, chosen) if part)
    data = {"id": id} | ({"chosen": chosen} if chosen else {})
    content = Content(kind="choice", text=text or "?", data=data)
    sender, thread = _sender(head.source), _thread(head.source)
    return Received(external_id=_id(head, raw), sender=sender, at=at, content=content, thread=thread)


def _follow(head: wire.Head, raw: msgspec.Raw, at: datetime) -> Event:
    if head.source is None:
        raise Incomplete("The event does not say who follows.")
    again = msgspec.json.decode(raw, type=wire.FollowEvent).follow.is_unblocked
    content = Content(kind="system", text=str(_UNBLOCKED if again else _OPENED))
    return Received(external_id=_id(head, raw), sender=_sender(head.source), at=at, content=content)


def _names_us(said: wire.Message) -> bool:
    return said.mention is not None and any(one.is_self for one in said.mention.mentionees)


def _sender(source: wire.Source) -> Address:
    """Who it is; a group itself where LINE does not say who in it."""
    value = source.user_id or source.group_id or source.room_id
    if not value:
        raise Incomplete("The message does not say who sent it.")
    return Address(value=value)


def _thread(source: wire.Source) -> Thread | None:
    group = source.group_id or source.room_id
    return Thread(external_id=group) if group else None


def _id(head: wire.Head, raw: msgspec.Raw) -> str:
    return head.webhook_event_id or sha256(bytes(raw)).hexdigest()[:32]


def _moment(milliseconds: int | None, otherwise: datetime) -> datetime:
    if milliseconds is None:
        return otherwise
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except OSError as error:
        raise ValueError("The time is out of range.") from error
