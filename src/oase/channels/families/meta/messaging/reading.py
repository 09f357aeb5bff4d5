"""From one item of `messaging` or `standby` to events: the same for Messenger and for Instagram's direct messages.

message -> Received; of ours (echo): Receipt if our application sent it, else SaidElsewhere; taken back: Deleted
message_edit, reaction, read, delivery, postback, referral, optin -> what they say
handover, policy -> Notice;  whatever else -> Unknown
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Content,
    Deleted,
    Edited,
    Event,
    Notice,
    Reacted,
    Receipt,
    Received,
    SaidElsewhere,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, as_mapping, reason
from oase.channels.families.meta.messaging import wire
from oase.channels.families.meta.messaging.content import content_of
from oase.channels.families.meta.messaging.place import Place, app_id, person, program
from oase.channels.families.meta.times import digest, moment
from oase.kernel.i18n import message

_ITEM = msgspec.json.Decoder(wire.Item, strict=False)
_REFERRAL = msgspec.json.Decoder(wire.Referral, strict=False)
_BY_LINK = message("The customer has come by a link.")
_BY_ADVERTISEMENT = message("The customer has come by an advertisement.")
_AGREED = message("The customer has agreed to get messages.")
_NO_LONGER = message("The customer no longer wants these messages.")
_EMOJI = {"love": "❤", "like": "👍", "dislike": "👎", "smile": "😆", "laugh": "😆", "wow": "😮", "sad": "😢", "angry": "😠"}
_COMMON = ("sender", "recipient", "timestamp")
_LONGEST_TOKEN = 200


class Scene(Struct, frozen=True, kw_only=True):
    """Where an item stands."""

    place: Place
    account: Account
    at: datetime  # when the item says nothing itself
    standby: bool = False  # another application answers this customer


def messaging_events(raw: msgspec.Raw, where: str, scene: Scene) -> Iterator[Event]:
    """The events of one item; `Broken` alone if it cannot be read."""
    try:
        item = _ITEM.decode(raw)
        yield from _events(item, raw, scene)
    except Unreadable as error:
        yield Broken(place=where, why=reason(error))


class Seen(Struct, frozen=True, kw_only=True):
    """An item with where and when it was seen."""

    item: wire.Item
    raw: msgspec.Raw
    at: datetime
    scene: Scene

    def customer(self) -> Address:
        """Who it is from."""
        if not self.item.sender.id:
            raise Incomplete("The item does not say who it is from.")
        return person(self.item.sender.id)


def _events(item: wire.Item, raw: msgspec.Raw, scene: Scene) -> list[Event]:
    seen = Seen(item=item, raw=raw, at=moment(item.timestamp, scene.at), scene=scene)
    for name, read in _READERS.items():
        part = getattr(item, name)
        if part is not None:
            return list(read(part, seen))
    if item.referral:
        return [_came(item.referral, seen)]
    content = as_mapping(raw)
    kind = next((name for name in content if name not in _COMMON), "empty")
    sender = person(item.sender.id) if item.sender.id else None
    return [Unknown(kind=f"messaging.{kind}"[:100], external_id=digest(raw), at=seen.at, sender=sender, data=content)]


def _message(said: wire.Message, seen: Seen) -> Iterator[Event]:
    if said.is_deleted:
        yield Deleted(external_id=said.mid, at=seen.at)
    elif said.is_echo:
        yield _ours(said, seen)
    else:
        yield Received(
            external_id=said.mid,
            sender=seen.customer(),
            at=seen.at,
            content=content_of(said),
            reply_to=_answered(said),
            token=_token(said.referral),
            origin=_origin(said.referral, seen.scene),
            may_auto_answer=not seen.scene.standby,
        )


def _answered(said: wire.Message) -> str:
    return (said.reply_to.mid or "") if said.reply_to else ""


def _ours(said: wire.Message, seen: Seen) -> Event:
    """A message of our side: sent by us, or with another program."""
    if said.app_id is not None and str(said.app_id) == app_id(seen.scene.account):
        return Receipt(external_id=said.mid, our_id=said.metadata or "", state="sent", at=seen.at)
    if not seen.item.recipient.id:
        raise Incomplete("The message does not say whom it went to.")
    return SaidElsewhere(
        external_id=said.mid,
        our_id=said.metadata or "",
        to=person(seen.item.recipient.id),
        at=seen.at,
        content=content_of(said),
        author=program(said.app_id),
        reply_to=_answered(said),
    )


def _edit(edit: wire.Edit, seen: Seen) -> Iterator[Event]:
    yield Edited(external_id=edit.mid, content=Content(text=edit.text), at=seen.at)


def _postback(pressed: wire.Postback, seen: Seen) -> Iterator[Event]:
    yield Received(
        external_id=pressed.mid or digest(seen.raw),
        sender=seen.customer(),
        at=seen.at,
        content=Content(kind="choice", text=pressed.title or pressed.payload or "?", data={"id": pressed.payload or ""}),
        token=_token(pressed.referral),
        origin=_origin(pressed.referral, seen.scene),
        may_auto_answer=not seen.scene.standby,
    )


def _came(referral: msgspec.Raw, seen: Seen) -> Event:
    """Somebody came into the dialogue and has said nothing yet: from here on we may write, and the link's code is known."""
    origin = _origin(referral, seen.scene)
    words = _BY_ADVERTISEMENT if origin["kind"] == "advertisement" else _BY_LINK
    return Received(
        external_id=digest(seen.raw),
        sender=seen.customer(),
        at=seen.at,
        content=Content(kind="system", text=str(words)),
        token=_token(referral),
        origin=origin,
    )


def _token(referral: msgspec.Raw) -> str:
    """Our code in a link. What others put into theirs is long or odd, and is found nowhere."""
    ref = (_REFERRAL.decode(referral).ref or "") if referral else ""
    return ref if len(ref) <= _LONGEST_TOKEN else ""


def _origin(referral: msgspec.Raw, scene: Scene) -> dict[str, Any]:
    origin: dict[str, Any] = {}
    if referral:
        content = as_mapping(referral)
        origin |= content | {"kind": "advertisement" if content.get("source") == "ADS" else "link"}
    if scene.standby:
        origin["standby"] = True
    return origin


def _reaction(reaction: wire.Reaction, seen: Seen) -> Iterator[Event]:
    emoji = "" if reaction.action == "unreact" else reaction.emoji or _EMOJI.get(reaction.reaction or "", "👍")
    yield Reacted(external_id=reaction.mid, sender=seen.customer(), emoji=emoji, at=seen.at)


def _read(read: wire.Read, seen: Seen) -> Iterator[Event]:
    at = seen.at if seen.item.timestamp else moment(read.watermark, seen.at)
    yield Receipt(external_id=read.mid or "", state="read", at=at, up_to=True, sender=seen.customer())


def _delivery(delivery: wire.Delivery, seen: Seen) -> Iterator[Event]:
    at = moment(delivery.watermark, seen.at)
    for mid in delivery.mids:
        yield Receipt(external_id=mid, state="delivered", at=at)
    yield Receipt(external_id="", state="delivered", at=at, up_to=True, sender=seen.customer())


def _agreed(given: wire.Optin, seen: Seen) -> Iterator[Event]:
    yield _consent(given, seen, str(_AGREED))


def _no_longer(given: wire.Optin, seen: Seen) -> Iterator[Event]:
    yield _consent(given, seen, str(_NO_LONGER))


def _consent(given: wire.Optin, seen: Seen, words: str) -> Event:
    if not seen.item.sender.id:
        return Notice(kind="optin", text=words, at=seen.at)
    return Received(
        external_id=digest(seen.raw),
        sender=person(seen.item.sender.id),
        at=seen.at,
        content=Content(kind="system", text="\n".join(filter(None, (words, given.title))), data={"optin": given.type or ""}),
        token=(given.ref or "")[:_LONGEST_TOKEN],
    )


def _handed(given: wire.Handover, seen: Seen) -> Iterator[Event]:
    who = str(seen.item.sender.id or "?")
    new = str(given.new_owner_app_id or "")
    if new and new == app_id(seen.scene.account):
        text = message("Oase answers the customer %(customer)s again.", customer=who)
    elif new:
        text = message("%(program)s answers the customer %(customer)s now.", program=program(new), customer=who)
    else:
        text = message("No application answers the customer %(customer)s at the moment.", customer=who)
    yield Notice(kind="handover", text=str(text), at=seen.at)


def _asked(given: wire.Handover, seen: Seen) -> Iterator[Event]:
    who, other = str(seen.item.sender.id or "?"), program(given.requested_owner_app_id) or "?"
    text = message("%(program)s asks to answer the customer %(customer)s.", program=other, customer=who)
    yield Notice(kind="handover", text=str(text), at=seen.at)


def _roles(given: Mapping[str, Sequence[str]], seen: Seen) -> Iterator[Event]:
    roles = "; ".join(f"{program(app)}: {', '.join(names)}" for app, names in list(given.items())[:20])
    text = message("Meta has changed which application may answer: %(roles)s.", roles=roles)
    yield Notice(kind="app_roles", text=str(text), at=seen.at)


def _policy(policy: wire.Policy, seen: Seen) -> Iterator[Event]:
    text = message("Meta takes steps against the page: %(action)s.", action=policy.action or "?")
    lines = "\n".join(filter(None, (str(text), policy.reason)))
    yield Notice(kind="policy", text=lines, at=seen.at, serious=policy.action != "unblock")


_READERS: Mapping[str, Callable[[Any, Seen], Iterator[Event]]] = {
    "message": _message,
    "message_edit": _edit,
    "postback": _postback,
    "reaction": _reaction,
    "read": _read,
    "delivery": _delivery,
    "optin": _agreed,
    "optout": _no_longer,
    "pass_thread_control": _handed,
    "take_thread_control": _handed,
    "request_thread_control": _asked,
    "app_roles": _roles,
    "policy_enforcement": _policy,
}
