"""Insights: what was measured, and what may be said of it. So far: how long customers wait for answers."""

from oase.insights.readmodels import RULE, WaitFeed, measure_workspace
from oase.insights.responsetimes import (
    DAYS,
    LEAST_CASES,
    REFRESHED,
    ChannelFigures,
    Choice,
    Expected,
    Figures,
    Line,
    Opening,
    Share,
    as_of,
    choice_in,
    choose,
    figures,
    published,
    report,
)

__all__ = [
    "DAYS",
    "LEAST_CASES",
    "REFRESHED",
    "RULE",
    "ChannelFigures",
    "Choice",
    "Expected",
    "Figures",
    "Line",
    "Opening",
    "Share",
    "WaitFeed",
    "as_of",
    "choice_in",
    "choose",
    "figures",
    "measure_workspace",
    "published",
    "report",
]
