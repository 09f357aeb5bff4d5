"""Automations: rules that act when something happens or time passes, tried on the past before they are switched on."""

from oase.desk.automations.actions import break_rule, find_rule, order_rules, remove_rule, save_rule, switch_rule
from oase.desk.automations.clock import AutomationClock
from oase.desk.automations.feed import AutomationFeed
from oase.desk.automations.references import References, missing, references
from oase.desk.automations.repository import Tally, all_rules, runs_of, tallies
from oase.desk.automations.retention import RULE
from oase.desk.automations.types import HAPPENED, PASSED, Act, Rule, Run, What, When

__all__ = [
    "HAPPENED",
    "PASSED",
    "RULE",
    "Act",
    "AutomationClock",
    "AutomationFeed",
    "References",
    "Rule",
    "Run",
    "Tally",
    "What",
    "When",
    "all_rules",
    "break_rule",
    "find_rule",
    "missing",
    "order_rules",
    "references",
    "remove_rule",
    "runs_of",
    "save_rule",
    "switch_rule",
    "tallies",
]
