"""Routing: who gets what next, so that promises are kept.

live log, what stands --facts--> Dispatcher --events--> rules (pure) --commands--> offer, wait_quote --live log--> pages
"""

from oase.desk.routing.actions import accept, ask_for_next, decline, take_up
from oase.desk.routing.errors import OfferGone
from oase.desk.routing.explaining import why_not
from oase.desk.routing.quoted import Answered, StandingQuote, settle_quotes, standing_quotes
from oase.desk.routing.repository import (
    Decision,
    OfferedNow,
    decisions_about,
    expected_waits,
    laid_aside,
    live_offers,
    offered_to,
    stranded,
)
from oase.desk.routing.retention import RULE
from oase.desk.routing.rules import Because, Reason
from oase.desk.routing.service import Routing
from oase.desk.routing.types import Expected, LaidAside, LiveOffer, Stranded

__all__ = [
    "RULE",
    "Answered",
    "Because",
    "Decision",
    "Expected",
    "LaidAside",
    "LiveOffer",
    "OfferGone",
    "OfferedNow",
    "Reason",
    "Routing",
    "StandingQuote",
    "Stranded",
    "accept",
    "ask_for_next",
    "decisions_about",
    "decline",
    "expected_waits",
    "laid_aside",
    "live_offers",
    "offered_to",
    "settle_quotes",
    "standing_quotes",
    "stranded",
    "take_up",
    "why_not",
]
