"""What a connector tells: events of the contract as JSON, each on its own. What it may not say is taken out.

A connector is a stranger's program: HTML is not believed, links lead to web pages only, files are fetched from the connector, never from
our own storage, and the events that only Oase makes are not taken.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oase.channels.contract import Broken, Content, Event, Malformed, Raw, Unknown
from oase.channels.families.json_in_the_wild import Unreadable, as_mapping, decode, reason, sound

_KINDS: Final = (
    "received", "said_elsewhere", "receipt", "edited", "deleted", "reacted", "moderated", "typing", "moved", "notice", "unknown",
)  # fmt: skip


class _Delivery(Struct):
    events: list[msgspec.Raw]


class _Tagged(Struct):
    type: str = ""
    external_id: str = ""
    at: datetime | None = None


_DELIVERY: Final = msgspec.json.Decoder(_Delivery)
_TAGGED: Final = msgspec.json.Decoder(_Tagged)
_EVENT: Final = msgspec.json.Decoder(Event)


def read_events(raw: Raw) -> Sequence[Event]:
    """Every event, in order; raises Malformed if the delivery has no list of them."""
    delivery = decode(sound(raw.body), _DELIVERY)
    return [_event(item, number, raw) for number, item in enumerate(delivery.events, 1)]


def _event(item: msgspec.Raw, number: int, raw: Raw) -> Event:
    try:
        tagged = _TAGGED.decode(item)
        if tagged.type not in _KINDS:
            own_id = tagged.external_id.strip() or hashlib.blake2b(bytes(item) + str(number).encode(), digest_size=16).hexdigest()
            at = _aware(tagged.at) if tagged.at else raw.received_at
            return Unknown(kind=tagged.type[:100] or "event", external_id=own_id[:500], at=at, data=as_mapping(item))
        return _cleaned(_EVENT.decode(item))
    except Malformed as error:
        return Broken(place=f"events[{number - 1}]", why=str(error))
    except Unreadable as error:
        return Broken(place=f"events[{number - 1}]", why=reason(error))


def _cleaned(event: Event) -> Event:
    """The event without what a connector may not say; raises Malformed for one without an id."""
    changes: dict[str, Any] = {"at": _aware(event.at)} if hasattr(event, "at") else {}
    for name in ("external_id", "old", "new"):
        if hasattr(event, name) and not str(getattr(event, name)).strip():
            raise Malformed(f"An event needs `{name}`.")
    sender = getattr(event, "sender", None)
    if sender is not None and not sender.value.strip():
        raise Malformed("A sender needs `value`.")
    content = getattr(event, "content", None)
    if content is not None:
        changes["content"] = _content(content)
    if getattr(event, "link", ""):
        changes["link"] = _link(event.link)  # type: ignore[union-attr]
    thread = getattr(event, "thread", None)
    if thread is not None:
        if not thread.external_id.strip():
            raise Malformed("A thread needs `external_id`.")
        changes["thread"] = replace(thread, link=_link(thread.link))
    return replace(event, **changes)


def _content(content: Content) -> Content:
    media = tuple(replace(one, source="call", type=one.type or "application/octet-stream") for one in content.media)
    return replace(content, html="", media=media)


def _link(link: str) -> str:
    return link if link.startswith(("https://", "http://")) else ""


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
