"""The protocol as JSON Schema, made from the contract's own types: what stands here is what Oase reads and writes."""

from typing import Any

import msgspec
from msgspec import Struct

from oase.channels.contract import Event, Outbound
from oase.channels.families.bridge.wire import VERSION, About, Answered


class Events(Struct, frozen=True):
    """The body of a delivery to Oase."""

    events: list[Event]


class Webhook(Struct, frozen=True):
    """The body of `POST webhook`."""

    url: str


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of all bodies; `$defs` names the contract's types."""
    bodies = {"manifest": About, "webhook": Webhook, "message": Outbound, "answer": Answered, "delivery": Events}
    found, components = msgspec.json.schema_components(bodies.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Bridge of Oase, version {VERSION}",
        "properties": dict(zip(bodies, found, strict=True)),
        "$defs": components,
    }
