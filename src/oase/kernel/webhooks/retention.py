"""How long the log of webhooks is kept."""

from typing import Final

from oase.kernel.i18n import message
from oase.kernel.retention import Rule
from oase.kernel.webhooks.repository import count_old, delete_old

RULE: Final = Rule(
    id="webhooks",
    name=message("Log of webhooks"),
    meaning=message("What was sent to webhooks, and what became of it. Events hold ids, not what customers said."),
    advice=message("A month is enough to find out why a program missed something."),
    unit="days",
    default=30,
    least=1,
    tables=("webhook_delivery",),
    count=count_old,
    sweep=delete_old,
)
