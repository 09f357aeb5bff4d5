"""What is kept and for how long, put together: the retention rules and the parts of a person of all slices."""

from typing import Final

from oase import desk, insights
from oase.conversations import PERSON_PART, RETENTION_RULES
from oase.desk import automations, presence, routing
from oase.kernel import audit_log, webhooks
from oase.kernel.retention import Rule
from oase.people import PART, Part

RULES: Final[tuple[Rule, ...]] = (
    *RETENTION_RULES,
    desk.RULE,
    automations.RULE,
    routing.RULE,
    presence.RULE,
    insights.RULE,
    audit_log.RULE,
    webhooks.RULE,
)
PARTS: Final[tuple[Part, ...]] = (PART, PERSON_PART, desk.PERSON_PART)
