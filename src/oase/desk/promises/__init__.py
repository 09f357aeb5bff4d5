"""Promises: what a workspace promises its customers, what was promised to each of them, and what became of it."""

from oase.desk.promises.actions import pace_of, promise_own
from oase.desk.promises.clock import PromiseClock
from oase.desk.promises.editing import change_policy, move_target, remove_step, remove_target, save_step, save_target
from oase.desk.promises.feed import PromiseFeed
from oase.desk.promises.queries import history, own_promises, policy_of, standing
from oase.desk.promises.rules import USUAL, is_vip
from oase.desk.promises.second import repromise
from oase.desk.promises.types import (
    KINDS,
    PACES,
    SECOND,
    Circumstances,
    Kind,
    Outcome,
    Own,
    Pace,
    Policy,
    PromiseFacts,
    Standing,
    Step,
    Target,
)
from oase.desk.promises.wording import LETTER, LINE, fill, language_of, moment

__all__ = [
    "KINDS",
    "LETTER",
    "LINE",
    "PACES",
    "SECOND",
    "USUAL",
    "Circumstances",
    "Kind",
    "Outcome",
    "Own",
    "Pace",
    "Policy",
    "PromiseClock",
    "PromiseFacts",
    "PromiseFeed",
    "Standing",
    "Step",
    "Target",
    "change_policy",
    "fill",
    "history",
    "is_vip",
    "language_of",
    "moment",
    "move_target",
    "own_promises",
    "pace_of",
    "policy_of",
    "promise_own",
    "remove_step",
    "remove_target",
    "repromise",
    "save_step",
    "save_target",
    "standing",
]
