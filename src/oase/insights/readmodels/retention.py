"""How long measured waiting times are kept."""

from typing import Final

from oase.insights.readmodels.repository import count_old, delete_old
from oase.kernel.i18n import message
from oase.kernel.retention import Rule

RULE: Final = Rule(
    id="waits",
    name=message("Measured waiting times"),
    meaning=message(
        "How long customers waited for answers: moments, channel and team. No words, no names; they stay when a conversation is"
        " deleted, so that figures do not change behind it."
    ),
    advice=message("Two years show whether it got better; the public page needs four weeks."),
    unit="months",
    default=24,
    least=2,
    tables=("wait",),
    count=count_old,
    sweep=delete_old,
)
