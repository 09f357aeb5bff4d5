"""Automations: rules that act when something happens or time passes, tried on the past before they are switched on."""

from oase.desk.automations.actions import break_rule, find_rule, order_rules, remove_rule, save_rule, switch_rule
from oase.desk.automations.circles import circles
from oase.desk.automations.clock import AutomationClock
from oase.desk.automations.feed import AutomationFeed
from oase.desk.automations.macros import (
    ME,
    Effect,
    Macro,
    all_macros,
    find_macro,
    needed,
    preview_macro,
    remove_macro,
    run_macro,
    save_macro,
)
from oase.desk.automations.means import Means
from oase.desk.automations.references import References, doubt, references
from oase.desk.automations.repository import Tally, all_rules, runs_of, tallies
from oase.desk.automations.retention import RULE
from oase.desk.automations.trials import DAYS, Trial, begin_trial, find_trial, step_trial
from oase.desk.automations.types import PASSED, Act, Do, Outcome, Rule, RuleState, Run, What, When
from oase.desk.automations.wording import worded

__all__ = [
    "DAYS",
    "ME",
    "PASSED",
    "RULE",
    "Act",
    "AutomationClock",
    "AutomationFeed",
    "Do",
    "Effect",
    "Macro",
    "Means",
    "Outcome",
    "References",
    "Rule",
    "RuleState",
    "Run",
    "Tally",
    "Trial",
    "What",
    "When",
    "all_macros",
    "all_rules",
    "begin_trial",
    "break_rule",
    "circles",
    "doubt",
    "find_macro",
    "find_rule",
    "find_trial",
    "needed",
    "order_rules",
    "preview_macro",
    "references",
    "remove_macro",
    "remove_rule",
    "run_macro",
    "runs_of",
    "save_macro",
    "save_rule",
    "step_trial",
    "switch_rule",
    "tallies",
    "worded",
]
