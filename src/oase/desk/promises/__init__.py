"""Promises: what a workspace promises its customers, what was promised to each of them, and what became of it."""

from oase.desk.promises.feed import PromiseFeed
from oase.desk.promises.queries import history, policy_of, standing
from oase.desk.promises.types import KINDS, PACES, Circumstances, Kind, Outcome, Pace, Policy, PromiseFacts, Standing, Target

__all__ = [
    "KINDS",
    "PACES",
    "Circumstances",
    "Kind",
    "Outcome",
    "Pace",
    "Policy",
    "PromiseFacts",
    "PromiseFeed",
    "Standing",
    "Target",
    "history",
    "policy_of",
    "standing",
]
