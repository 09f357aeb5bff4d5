"""Read models: tables made of what several slices know. The only place whose statements read other slices' tables."""

from oase.insights.readmodels.feed import WaitFeed, measure_workspace
from oase.insights.readmodels.retention import RULE

__all__ = ["RULE", "WaitFeed", "measure_workspace"]
