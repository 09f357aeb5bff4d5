"""A whole delivery: entries, and in each the dialogues' items and the changes in public.

payload -> entry[] -> messaging[], standby[] -> `reading`
                   -> changes[] -> the place's own reader; a change that is an item of a dialogue (as test deliveries are) too
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from oase.channels.contract import Account, Broken, Event, Notice, Raw, Unknown
from oase.channels.families.json_in_the_wild import Unreadable, decode, reason, sound
from oase.channels.families.meta.messaging import wire
from oase.channels.families.meta.messaging.place import Place
from oase.channels.families.meta.messaging.reading import Scene, messaging_events
from oase.channels.families.meta.times import digest, moment

_PAYLOAD = msgspec.json.Decoder(wire.Payload, strict=False)
_ENTRY = msgspec.json.Decoder(wire.Entry, strict=False)
_CHANGE = msgspec.json.Decoder(wire.Change, strict=False)

ReadChange = Callable[[str, msgspec.Raw, Scene], Iterator[Event]]
"""Reads the value of a change of this field."""


def read_delivery(raw: Raw, account: Account, place: Place, read_change: ReadChange) -> Sequence[Event]:
    """Every event of a delivery, in its order; raises Malformed if it is no webhook of Meta at all."""
    payload = decode(sound(raw.body), _PAYLOAD)
    if payload.object != place.object:
        return [Unknown(kind=f"object.{payload.object}"[:100], external_id=digest(raw.body), at=raw.received_at)]
    events: list[Event] = []
    for number, entry in enumerate(payload.entry):
        events += _entry(entry, f"entry/{number}", Scene(place=place, account=account, at=raw.received_at), read_change)
    return events


def _entry(raw: msgspec.Raw, where: str, scene: Scene, read_change: ReadChange) -> Iterator[Event]:
    try:
        entry = _ENTRY.decode(raw)
        scene = replace(scene, at=moment(entry.time, scene.at))
    except Unreadable as error:
        yield Broken(place=where, why=reason(error))
        return
    own = scene.place.own_id(scene.account)
    if str(entry.id) != own and str(entry.id) != "0":  # Meta's test deliveries name no page
        yield _for_another(entry, scene.at)
        return
    for number, item in enumerate(entry.messaging):
        yield from messaging_events(item, f"{where}/messaging/{number}", scene)
    for number, item in enumerate(entry.standby):
        yield from messaging_events(item, f"{where}/standby/{number}", replace(scene, standby=True))
    for number, change in enumerate(entry.changes):
        yield from _change(change, f"{where}/changes/{number}", scene, read_change)


def _change(raw: msgspec.Raw, where: str, scene: Scene, read_change: ReadChange) -> Iterator[Event]:
    try:
        change = _CHANGE.decode(raw)
        if change.field.startswith(("message", "messaging_", "standby")):
            yield from messaging_events(change.value, f"{where}/value", replace(scene, standby=change.field == "standby"))
            return
        yield from list(read_change(change.field, change.value, scene))
    except Unreadable as error:
        yield Broken(place=where, why=reason(error))


def _for_another(entry: wire.Entry, at: datetime) -> Notice:
    """Items of a page that is not this account's: said, not lost (the journal keeps the bytes for replay)."""
    items = len(entry.messaging) + len(entry.standby) + len(entry.changes)
    text = (
        f"{items} item(s) arrived here for another page or account ({entry.id or 'unknown'}). "
        "Connect it as an account of its own, then replay this delivery there."
    )
    return Notice(kind="other_account", text=text, at=at, serious=True)
