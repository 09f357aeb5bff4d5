"""Response times in public: what customers may know about how soon they are answered."""

from oase.insights.responsetimes.actions import choose
from oase.insights.responsetimes.queries import figures, published, report
from oase.insights.responsetimes.rules import REFRESHED, as_of, choice_in
from oase.insights.responsetimes.types import (
    DAYS,
    LEAST_CASES,
    ChannelFigures,
    Choice,
    Expected,
    Figures,
    Line,
    Opening,
    Report,
    Share,
)

__all__ = [
    "DAYS",
    "LEAST_CASES",
    "REFRESHED",
    "ChannelFigures",
    "Choice",
    "Expected",
    "Figures",
    "Line",
    "Opening",
    "Report",
    "Share",
    "as_of",
    "choice_in",
    "choose",
    "figures",
    "published",
    "report",
]
