"""Read models: tables made of what several slices know. The only place whose statements read other slices' tables."""

from oase.insights.readmodels.feed import WaitFeed, measure_workspace
from oase.insights.readmodels.promises import PromisesKept, promises_kept
from oase.insights.readmodels.retention import RULE

__all__ = ["RULE", "PromisesKept", "WaitFeed", "measure_workspace", "promises_kept"]
