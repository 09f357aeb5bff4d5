"""What is kept of conversations, and for how long; and what of them belongs to one person."""

from typing import Final

from oase.conversations.keeping import person, repository
from oase.kernel.i18n import message
from oase.kernel.retention import Rule
from oase.people import Part

CONVERSATIONS: Final = Rule(
    id="conversations",
    name=message("Solved conversations"),
    meaning=message(
        "Conversations that are solved and in which nothing was said for that long: every message, note and file. A customer of"
        " whom nothing else is left, and who was not heard of since, goes with the last one. Open conversations always stay."
    ),
    advice=message(
        "Business letters have to be kept for six years in Germany (§ 257 HGB, § 147 AO); what is no business letter should go"
        " when it is not needed any more (GDPR Art. 5)."
    ),
    unit="months",
    default=None,
    least=1,
    tables=(),
    count=repository.count_conversations,
    sweep=repository.sweep_conversations,
)
JOURNAL: Final = Rule(
    id="journal",
    name=message("Journal"),
    meaning=message(
        "Raw deliveries of providers that were taken in. Their messages stay. What could not be read stays until somebody has"
        " taken it in again."
    ),
    advice=message("They serve to find mistakes; after three months hardly anybody looks for one."),
    unit="days",
    default=90,
    least=7,
    tables=("journal", "quarantine"),
    count=repository.count_journal,
    sweep=repository.sweep_journal,
)
RULES: Final = (CONVERSATIONS, JOURNAL)
PART: Final = Part(count=person.count, collect=person.collect, erase=person.erase)
