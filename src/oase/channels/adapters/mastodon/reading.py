"""From what `poll` delivered to events: one item in each delivery, with what is needed to understand it.

{me, domain, notification, root}   a mention is said to us alone (`direct`, followers only) or in the thread that `root` opened
{me, domain, changed}              a status that its author has edited
{me, domain, gone}                 a status that we may no longer see: deleted, or its author has blocked us
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oase.channels.adapters.mastodon.content import content_of, headline
from oase.channels.adapters.mastodon.wire import PRIVATE, Author, Notification, Status, Told
from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Deleted,
    Edited,
    Event,
    Malformed,
    Notice,
    Raw,
    Reacted,
    Received,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, decode, reason, sound
from oase.kernel.i18n import Message, message

_TOLD: Final = msgspec.json.Decoder(Told, strict=False)
_NOTIFICATION: Final = msgspec.json.Decoder(Notification, strict=False)
_STATUS: Final = msgspec.json.Decoder(Status, strict=False)
_AUTHOR: Final = msgspec.json.Decoder(Author, strict=False)
LIKE: Final = "⭐"

_WARNED = message("The moderators of the server have warned this account. See its notifications on the server.")
_CUT_OFF = message("The server has cut off another one: people there no longer hear from us, nor we from them.")
_NEWS: Final[Mapping[str, Callable[[str], Message]]] = {
    "follow": lambda who: message("%(who)s follows us.", who=who),
    "follow_request": lambda who: message("%(who)s asks to follow us.", who=who),
    "reblog": lambda who: message("%(who)s boosted a post of ours.", who=who),
    "poll": lambda _: message("A poll has ended."),
    "status": lambda who: message("%(who)s posted something.", who=who),
    "quoted_update": lambda who: message("%(who)s edited a post that we quoted.", who=who),
    "moderation_warning": lambda _: _WARNED,
    "severed_relationships": lambda _: _CUT_OFF,
    "admin.sign_up": lambda who: message("%(who)s signed up on the server.", who=who),
    "admin.report": lambda who: message("%(who)s reported something on the server.", who=who),
}
_SERIOUS: Final = ("moderation_warning", "severed_relationships")


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is none of ours."""
    told = decode(sound(raw.body), _TOLD)
    if told.gone:
        return [Deleted(external_id=told.gone, at=raw.received_at)]
    if not (bytes(told.notification) or bytes(told.changed)):
        raise Malformed("It holds no notification.")
    try:
        if bytes(told.changed):
            return [_edited(told.changed, raw.received_at)]
        return [_notified(_NOTIFICATION.decode(told.notification), told, raw.received_at)]
    except Unreadable as error:
        return [Broken(place="notification", why=reason(error))]


def key_of(raw: Raw) -> bytes | None:
    """What makes a delivery the same when it comes again; None for what is none of ours."""
    try:
        told = _TOLD.decode(sound(raw.body))
        if told.gone:
            return f"gone/{told.gone}".encode()
        if bytes(told.changed):
            status = _STATUS.decode(told.changed)
            return f"edit/{status.id}/{status.edited_at}".encode()
        return f"notification/{_NOTIFICATION.decode(told.notification).id}".encode()
    except Unreadable:
        return None


def _notified(notification: Notification, told: Told, received_at: datetime) -> Event:
    at = notification.created_at or received_at
    who = _sender(notification.account, told.domain)
    match notification.type:
        case "mention" | "quote":
            return _received(notification, told)
        case "update":
            return _edited(notification.status, at)
        case "favourite" if who is not None:
            return Reacted(external_id=_STATUS.decode(notification.status).id, sender=who, emoji=LIKE, at=at)
    if notification.type in _NEWS:
        words = _NEWS[notification.type](f"@{who.value}" if who else "?")
        return Notice(kind=notification.type, text=str(words), at=at, serious=notification.type in _SERIOUS)
    data = as_mapping(told.notification)
    kind = f"notification.{notification.type}"[:100]
    return Unknown(kind=kind, external_id=f"notification/{notification.id}", at=at, sender=who, data=data)


def _received(notification: Notification, told: Told) -> Event:
    status = _STATUS.decode(notification.status)
    public = status.visibility not in PRIVATE
    return Received(
        external_id=status.id,
        sender=address_of(status.account, told.domain),
        at=status.created_at,
        content=content_of(status),
        reply_to=status.in_reply_to_id or "",
        may_auto_answer=not status.account.bot,
        origin={"visibility": status.visibility} | ({"language": status.language} if status.language else {}),
        thread=_thread(status, told) if public else None,
        link=link_of(status) if public else "",
    )


def _thread(status: Status, told: Told) -> Thread:
    try:
        root = _STATUS.decode(told.root) if bytes(told.root) else status
    except Unreadable:
        root = status
    return Thread(
        external_id=root.id,
        title=headline(root),
        link=link_of(root),
        author=f"@{address_of(root.account, told.domain).value}",
        ours=root.account.id == told.me,
    )


def _edited(raw: msgspec.Raw, at: datetime) -> Event:
    status = _STATUS.decode(raw)
    return Edited(external_id=status.id, content=content_of(status), at=status.edited_at or at)


def _sender(raw: msgspec.Raw, domain: str) -> Address | None:
    try:
        return address_of(_AUTHOR.decode(raw), domain) if bytes(raw) else None
    except Unreadable:
        return None


def address_of(author: Author, domain: str) -> Address:
    """A person by the full address, user@server, in small letters: servers take both."""
    acct = author.acct.lstrip("@")
    full = acct if "@" in acct or not domain else f"{acct}@{domain}"
    return Address(value=full.lower(), name=author.display_name.strip() or author.username or acct)


def link_of(status: Status) -> str:
    """Where everybody reads it; empty if the server says no address of the web."""
    return next((one for one in (status.url, status.uri) if one and one.startswith(("https://", "http://"))), "")
