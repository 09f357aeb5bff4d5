"""How long it is kept who was offered what, and what customers were told of their wait."""

from typing import Final

from oase.desk.routing.repository import count_old, delete_old
from oase.kernel.i18n import message
from oase.kernel.retention import Rule

RULE: Final = Rule(
    id="routing",
    name=message("Offers to agents and expected waits"),
    meaning=message(
        "Who was offered which conversation and why, and how long customers were told to wait. The conversations stay."
    ),
    advice=message("A quarter is enough to ask why something went to somebody, and to see how reliable the waits were."),
    unit="days",
    default=90,
    least=30,
    tables=("offer", "wait_quote"),
    count=count_old,
    sweep=delete_old,
)
