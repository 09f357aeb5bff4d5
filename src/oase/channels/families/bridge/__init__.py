"""The contract of channels over HTTP, so that a connector can be written in any language. Version 1; pure.

connector ── POST events ──▶ Oase /hooks/bridge/<account>      Oase ── GET manifest · POST webhook · POST messages · GET files ──▶ connector
both signed with one shared secret; what Oase asks for again has the same id, and must not happen twice
"""

from oase.channels.families.bridge.asking import ask, file_call, manifest_call, message_call, webhook_call
from oase.channels.families.bridge.schema import schema
from oase.channels.families.bridge.signing import SIGNATURE, TIMESTAMP, check_delivery, sign, sign_delivery
from oase.channels.families.bridge.telling import read_events
from oase.channels.families.bridge.wire import VERSION, About, Answered, outcome_of, read_about

__all__ = [
    "SIGNATURE",
    "TIMESTAMP",
    "VERSION",
    "About",
    "Answered",
    "ask",
    "check_delivery",
    "file_call",
    "manifest_call",
    "message_call",
    "outcome_of",
    "read_about",
    "read_events",
    "schema",
    "sign",
    "sign_delivery",
    "webhook_call",
]
