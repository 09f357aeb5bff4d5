"""Read models: tables made of what several slices know. The only place whose statements read other slices' tables."""

from oase.insights.readmodels.feed import WaitFeed, measure_workspace, remember
from oase.insights.readmodels.promises import PromisesKept, promises_kept
from oase.insights.readmodels.quotes import QuotesKept, QuotesOf, quotes_kept
from oase.insights.readmodels.retention import RULE
from oase.insights.readmodels.types import PastWait

__all__ = [
    "RULE",
    "PastWait",
    "PromisesKept",
    "QuotesKept",
    "QuotesOf",
    "WaitFeed",
    "measure_workspace",
    "promises_kept",
    "quotes_kept",
    "remember",
]
