"""What people do with conversations: one function is one thing that happens."""

from oase.conversations.actions.automatic import say_automatically
from oase.conversations.actions.deliveries import cancel, drop, fate_of, resolve_unknown, retry
from oase.conversations.actions.desk import (
    PRIORITIES,
    assign,
    forget_read,
    keep_draft,
    mark_read,
    note,
    record,
    set_fields,
    set_priority,
    set_state,
    set_subject,
    set_tags,
    set_team,
    snooze,
    wake_snoozed,
)
from oase.conversations.actions.join import merge, split, unmerge
from oase.conversations.actions.moderate import moderate, needs_an_answer, needs_no_answer
from oase.conversations.actions.persons import merge_persons, unmerge_persons
from oase.conversations.actions.react import react
from oase.conversations.actions.say import rehearse, say

__all__ = [
    "PRIORITIES",
    "assign",
    "cancel",
    "drop",
    "fate_of",
    "forget_read",
    "keep_draft",
    "mark_read",
    "merge",
    "merge_persons",
    "moderate",
    "needs_an_answer",
    "needs_no_answer",
    "note",
    "react",
    "record",
    "rehearse",
    "resolve_unknown",
    "retry",
    "say",
    "say_automatically",
    "set_fields",
    "set_priority",
    "set_state",
    "set_subject",
    "set_tags",
    "set_team",
    "snooze",
    "split",
    "unmerge",
    "unmerge_persons",
    "wake_snoozed",
]
