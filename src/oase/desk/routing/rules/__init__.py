"""The pure core of routing."""

from oase.desk.routing.rules.core import Router
from oase.desk.routing.rules.quotes import Quotes
from oase.desk.routing.rules.types import (
    AgentState,
    Command,
    ConversationClosed,
    Event,
    Item,
    ItemArrived,
    ItemWithdrawn,
    Manner,
    Offer,
    Park,
    Quote,
    Repromise,
    Settings,
    Skills,
    Tick,
    WorkDone,
    WorkStarted,
)

__all__ = [
    "AgentState",
    "Command",
    "ConversationClosed",
    "Event",
    "Item",
    "ItemArrived",
    "ItemWithdrawn",
    "Manner",
    "Offer",
    "Park",
    "Quote",
    "Quotes",
    "Repromise",
    "Router",
    "Settings",
    "Skills",
    "Tick",
    "WorkDone",
    "WorkStarted",
]
