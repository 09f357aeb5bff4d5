"""Conversations: what people say and what we answer, from the journal to the delivery."""

from oase.conversations.actions import (
    PRIORITIES,
    assign,
    cancel,
    keep_draft,
    mark_read,
    merge,
    note,
    resolve_unknown,
    retry,
    say,
    set_fields,
    set_priority,
    set_state,
    set_subject,
    set_tags,
    set_team,
    snooze,
    split,
    wake_snoozed,
)
from oase.conversations.attachments import FileWorker
from oase.conversations.delivery.types import DeliveryState
from oase.conversations.delivery.wire import perform
from oase.conversations.delivery.worker import DeliveryWorker
from oase.conversations.errors import CannotAnswer, ConversationError, NoConversation, NoMessage, TooLate, WindowClosed
from oase.conversations.intake import IntakeWorker
from oase.conversations.journal import AccountSink, BlobStore, Journal, JournalRow, JournalState
from oase.conversations.journal.repository import find as journal_entry
from oase.conversations.journal.repository import listing as journal_listing
from oase.conversations.journal.repository import quarantined_items
from oase.conversations.journal.repository import replay as journal_replay
from oase.conversations.repository import insert_upload
from oase.conversations.rules import TARGETS, State, window_open
from oase.conversations.types import Answer, Author, TemplateUse
from oase.conversations.visitors import VisibleMessage, visitor_message, visitor_timeline

__all__ = [
    "PRIORITIES",
    "TARGETS",
    "AccountSink",
    "Answer",
    "Author",
    "BlobStore",
    "CannotAnswer",
    "ConversationError",
    "DeliveryState",
    "DeliveryWorker",
    "FileWorker",
    "IntakeWorker",
    "Journal",
    "JournalRow",
    "JournalState",
    "NoConversation",
    "NoMessage",
    "State",
    "TemplateUse",
    "TooLate",
    "VisibleMessage",
    "WindowClosed",
    "assign",
    "cancel",
    "insert_upload",
    "journal_entry",
    "journal_listing",
    "journal_replay",
    "keep_draft",
    "mark_read",
    "merge",
    "note",
    "perform",
    "quarantined_items",
    "resolve_unknown",
    "retry",
    "say",
    "set_fields",
    "set_priority",
    "set_state",
    "set_subject",
    "set_tags",
    "set_team",
    "snooze",
    "split",
    "visitor_message",
    "visitor_timeline",
    "wake_snoozed",
    "window_open",
]
