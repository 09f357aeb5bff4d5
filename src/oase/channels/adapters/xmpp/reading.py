"""From one stanza to what it means.

message --in the archive (XEP-0313)-->--\\
        --carbon copy (XEP-0280)------>--+--> error, correction, retraction, reactions, receipts, text, file, typing
        --to us----------------------->--/

Copies count only if our own server made them: everybody else could write the same XML.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct

from oase.channels.adapters.xmpp import stanzas
from oase.channels.adapters.xmpp.addresses import address, bare, is_jid, message_id, our_envelope, own
from oase.channels.adapters.xmpp.content import content_of
from oase.channels.adapters.xmpp.stanzas import Element, attribute, text_of
from oase.channels.adapters.xmpp.words import sentence
from oase.channels.contract import (
    Account,
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
from oase.kernel.i18n import message

_GAP = message("More was written while Oase was away than could be fetched; older messages are only in the server's archive.")
_CALLED = message("The customer tried to call over XMPP. Oase does not take calls there.")
_SILENT: Final = (
    "urn:xmpp:hints", "urn:xmpp:sid:0", "urn:xmpp:eme:0", "http://jabber.org/protocol/chatstates", "urn:xmpp:jingle-message:0",
    "http://jabber.org/protocol/pubsub#event", "http://jabber.org/protocol/caps", "urn:xmpp:delay", "urn:xmpp:receipts",
    "eu.siacs.conversations.axolotl", "urn:xmpp:omemo:2", "urn:xmpp:processing-hints", "urn:xmpp:chat-markers:0",
    "http://jabber.org/protocol/nick", "urn:xmpp:mds:displayed:0", "jabber:client",
)  # fmt: skip
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)")


class Scene(Struct, frozen=True):
    """One message with what is known around it."""

    stanza: Element
    sender: str  # bare
    to: str  # bare
    id: str
    external_id: str
    at: datetime
    ours: bool
    account: Account

    def child(self, name: str) -> Element | None:
        """The first child of that name."""
        return self.stanza.find(name)


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is no message."""
    outer = stanzas.parse(raw.body)
    if outer.tag == "gap":
        return [Notice(kind="gap", text=str(_GAP), at=raw.received_at, serious=True)]
    if outer.tag != f"{stanzas.CLIENT}message":
        raise Malformed("This is no message of XMPP.")
    stanza, at, archive_id = _unwrapped(outer, account, raw.received_at)
    sender = bare(attribute(stanza, "from")) or own(account)
    id = attribute(stanza, "id")
    own_id = our_envelope(id) and sender == own(account)
    digest = archive_id or sha256(raw.body).hexdigest()[:32]
    scene = Scene(
        stanza=stanza,
        sender=sender,
        to=bare(attribute(stanza, "to")),
        id=id,
        external_id=id if own_id else message_id(sender, id or digest),
        at=_delayed(stanza, at),
        ours=sender == own(account),
        account=account,
    )
    return list(_events(scene))


def dedup_key(raw: Raw) -> bytes | None:
    """The archive's id, which a message has live as later from the archive; None where the server keeps none."""
    try:
        outer = stanzas.parse(raw.body)
    except Malformed:
        return None
    ours = bare(attribute(outer, "to"))
    found = archive_id_of(outer, ours)
    return f"{ours}:{found}".encode() if found else None


def archive_id_of(outer: Element, ours: str) -> str:
    """Under which id our own server keeps this message; empty if it does not."""
    result = outer.find(f"{stanzas.ARCHIVE}result")
    if result is not None and bare(attribute(outer, "from")) in ("", ours):
        return attribute(result, "id")
    inner = _carbon(outer, ours)
    for one in (outer if inner is None else inner).findall(stanzas.STANZA_ID):
        if bare(attribute(one, "by")) == ours:
            return attribute(one, "id")
    return ""


def _unwrapped(outer: Element, account: Account, received_at: datetime) -> tuple[Element, datetime, str]:
    """The message itself, when it was said as far as the wrapping tells, and its id in the archive."""
    ours = own(account)
    archive_id = archive_id_of(outer, ours)
    result = outer.find(f"{stanzas.ARCHIVE}result")
    if result is not None and bare(attribute(outer, "from")) in ("", ours):
        forwarded = result.find(f"{stanzas.FORWARD}forwarded")
        inner = forwarded.find(f"{stanzas.CLIENT}message") if forwarded is not None else None
        if forwarded is None or inner is None:
            raise Malformed("The archive's answer holds no message.")
        return inner, _delayed(forwarded, received_at), archive_id
    inner = _carbon(outer, ours)
    return (outer if inner is None else inner), received_at, archive_id


def _carbon(outer: Element, ours: str) -> Element | None:
    """The message inside a copy that our own server made."""
    if bare(attribute(outer, "from")) != ours:
        return None
    for kind in ("sent", "received"):
        found = outer.find(f"{stanzas.CARBONS}{kind}/{stanzas.FORWARD}forwarded/{stanzas.CLIENT}message")
        if found is not None:
            return found
    return None


def _delayed(element: Element, otherwise: datetime) -> datetime:
    """When it was said, if the server kept it for a while (XEP-0203)."""
    delay = element.find(f"{stanzas.DELAY}delay")
    stamp = attribute(delay, "stamp") if delay is not None else ""
    if not _STAMP.fullmatch(stamp):
        return otherwise
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", stamp)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


def _events(scene: Scene) -> Iterator[Event]:
    kind = attribute(scene.stanza, "type") or "normal"
    if kind == "error":
        yield from _failed(scene)
    elif kind == "groupchat":
        yield Unknown(kind="groupchat", external_id=scene.external_id, at=scene.at)
    elif scene.ours and not is_jid(scene.to):
        return  # to the server itself
    elif not scene.ours and not is_jid(scene.sender):
        yield from _server(scene)
    else:
        yield from _said(scene)


def _failed(scene: Scene) -> Iterator[Event]:
    """A message of ours came back."""
    error = scene.child(f"{stanzas.CLIENT}error")
    if not our_envelope(scene.id):
        return
    conditions = [name for name in (stanzas.names(error) if error is not None else []) if name.startswith(stanzas.STANZA_ERRORS)]
    named = next((name for name in conditions if not name.endswith("}text")), "").rpartition("}")[2]
    words = text_of(error.find(f"{stanzas.STANZA_ERRORS}text")) if error is not None else ""
    yield Receipt(
        external_id=scene.id, our_id=our_envelope(scene.id), state="failed", at=scene.at, code=named, why=sentence(named, words)
    )


def _server(scene: Scene) -> Iterator[Event]:
    """What a server says by itself: announcements."""
    body = text_of(scene.child(f"{stanzas.CLIENT}body")).strip()
    if body:
        yield Notice(kind="announcement", text=f"{scene.sender}: {body}"[:2000], at=scene.at)


def _said(scene: Scene) -> Iterator[Event]:
    who = None if scene.ours else address(scene.sender)
    retracted = scene.child(stanzas.RETRACT)
    fastened = scene.child(stanzas.FASTEN_0)
    if retracted is not None or (fastened is not None and fastened.find(stanzas.RETRACT_0) is not None):
        named = attribute(retracted if retracted is not None else fastened, "id")  # type: ignore[arg-type]  # one of them is there
        yield Deleted(external_id=_own_message(scene, named), at=scene.at, sender=who)
        return
    corrected = scene.child(stanzas.CORRECT)
    content = content_of(scene.stanza)
    if corrected is not None and content is not None:
        yield Edited(external_id=_own_message(scene, attribute(corrected, "id")), content=content, at=scene.at, sender=who)
        return
    reactions = scene.child(f"{stanzas.REACTIONS}reactions")
    if reactions is not None:
        emoji = "".join(text_of(one).strip() for one in reactions.findall(f"{stanzas.REACTIONS}reaction"))
        target = _target(scene, attribute(reactions, "id"))
        yield Reacted(external_id=target, sender=address(scene.sender), emoji=emoji[:100], at=scene.at)
        return
    yield from _receipts(scene)
    if content is not None:
        yield _message(scene, content)
    elif not scene.ours:
        yield from _rest(scene)


def _own_message(scene: Scene, id: str) -> str:
    """An earlier message of the same sender."""
    return id if our_envelope(id) and scene.ours else message_id(scene.sender, id)


def _target(scene: Scene, id: str) -> str:
    """A message of either side: ours by the form of its id, else one of the other's."""
    return id if our_envelope(id) else message_id(scene.to if scene.ours else scene.sender, id)


def _message(scene: Scene, content: Content) -> Event:
    nick = text_of(scene.child(stanzas.NICK)).strip()[:200]
    if not scene.ours:
        answered = scene.child(stanzas.REPLY)
        return Received(
            external_id=scene.external_id,
            sender=address(scene.sender, nick),
            at=scene.at,
            content=content,
            reply_to=_target(scene, attribute(answered, "id")) if answered is not None else "",
        )
    if our_envelope(scene.id):
        return Receipt(external_id=scene.id, our_id=our_envelope(scene.id), state="sent", at=scene.at)
    return SaidElsewhere(external_id=scene.external_id, to=address(scene.to), at=scene.at, content=content)


def _receipts(scene: Scene) -> Iterator[Event]:
    """Delivered and read, for messages of ours (XEP-0184, XEP-0333)."""
    if scene.ours:
        return
    states: list[tuple[str, Literal["delivered", "read"]]] = [
        (f"{stanzas.RECEIPTS}received", "delivered"),
        (f"{stanzas.MARKERS}received", "delivered"),
        (f"{stanzas.MARKERS}displayed", "read"),
        (f"{stanzas.MARKERS}acknowledged", "read"),
    ]
    for name, state in states:
        found = scene.child(name)
        id = attribute(found, "id") if found is not None else ""
        if our_envelope(id):
            read = state == "read"  # then everything before it is read, too
            ours = "" if read else our_envelope(id)
            by = address(scene.sender) if read else None
            yield Receipt(external_id=id, our_id=ours, state=state, at=scene.at, up_to=read, sender=by)


def _rest(scene: Scene) -> Iterator[Event]:
    """What says nothing in words: typing, calls, and what nobody knows."""
    for name in stanzas.names(scene.stanza):
        if name.startswith(stanzas.STATES) and name.rpartition("}")[2] in ("composing", "paused"):
            yield Typing(sender=address(scene.sender), on=name.endswith("composing"), at=scene.at)
            return
    if scene.child(stanzas.JINGLE_MESSAGE) is not None:
        content = Content(kind="system", text=str(_CALLED))
        yield Received(
            external_id=scene.external_id, sender=address(scene.sender), at=scene.at, content=content, may_auto_answer=False
        )
        return
    strange = [name for name in stanzas.names(scene.stanza) if not name[1:].partition("}")[0].startswith(_SILENT)]
    if strange:
        kind = strange[0].strip("{").replace("}", " ")
        yield Unknown(kind=kind[:100], external_id=scene.external_id, at=scene.at, sender=address(scene.sender))
