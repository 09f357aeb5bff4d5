"""How long it is kept what became of rules."""

from typing import Final

from oase.desk.automations.repository import count_old, delete_old
from oase.kernel.i18n import message
from oase.kernel.retention import Rule

RULE: Final = Rule(
    id="automation_runs",
    name=message("Log of rules"),
    meaning=message("Which rule was applied where, and what became of it. The conversations and their timelines stay."),
    advice=message("Who writes rules looks back for some weeks."),
    unit="days",
    default=90,
    least=7,
    tables=("automation_run",),
    count=count_old,
    sweep=delete_old,
)
