"""How long notifications are kept."""

from typing import Final

from oase.desk.notifications.repository import count_old, delete_old
from oase.kernel.i18n import message
from oase.kernel.retention import Rule

RULE: Final = Rule(
    id="notifications",
    name=message("Notifications"),
    meaning=message("What agents were told of. The conversations themselves stay."),
    advice=message("Whoever comes back from a holiday should still find what happened."),
    unit="days",
    default=30,
    least=7,
    tables=("notification",),
    count=count_old,
    sweep=delete_old,
)
