"""What each permission means, in groups, for forms of roles and tokens."""

from typing import Final

from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission as P

GROUPS: Final[tuple[tuple[Message, tuple[tuple[P, Message], ...]], ...]] = (
    (
        message("Conversations"),
        (
            (P.CONVERSATION_READ, message("Read conversations and search them")),
            (P.CONVERSATION_REPLY, message("Answer customers")),
            (P.CONVERSATION_NOTE, message("Write notes to colleagues")),
            (P.CONVERSATION_ASSIGN, message("Assign conversations to agents and teams")),
            (P.CONVERSATION_CLOSE, message("Solve, snooze and open again")),
            (P.CONVERSATION_MODERATE, message("Hide, delete and like what customers say in public")),
            (P.CONVERSATION_DELETE, message("Delete conversations and messages")),
            (P.CONVERSATION_EXPORT, message("Export conversations")),
        ),
    ),
    (
        message("People"),
        (
            (P.PERSON_READ, message("See who a customer is")),
            (P.PERSON_WRITE, message("Change names, addresses and fields")),
            (P.PERSON_MERGE, message("Merge two entries of the same person, and undo it")),
            (P.PERSON_ERASE, message("Erase everything about a person")),
        ),
    ),
    (
        message("Desk"),
        (
            (P.TAG_WRITE, message("Keep the list of tags")),
            (P.SNIPPET_WRITE, message("Write snippets for everybody")),
            (P.FIELD_WRITE, message("Add fields to persons and conversations")),
            (P.VIEW_SHARE, message("Share views of the inbox with colleagues")),
            (P.HOURS_WRITE, message("Set opening hours and holidays")),
            (P.PROMISE_WRITE, message("Say what customers are promised")),
            (P.AUTOMATION_WRITE, message("Write rules and macros")),
            (P.REPORT_READ, message("See reports")),
        ),
    ),
    (
        message("Channels"),
        (
            (P.ACCOUNT_READ, message("See accounts and how they are")),
            (P.ACCOUNT_WRITE, message("Connect, change and delete accounts")),
            (P.JOURNAL_READ, message("Read the journal, with the raw bytes of what arrived")),
            (P.JOURNAL_REPLAY, message("Take deliveries in again")),
        ),
    ),
    (
        message("Staff"),
        (
            (P.STAFF_READ, message("See colleagues")),
            (P.STAFF_WRITE, message("Invite, change and deactivate agents")),
            (P.TEAM_WRITE, message("Make and change teams")),
            (P.ROLE_WRITE, message("Make and change roles")),
        ),
    ),
    (
        message("Company"),
        (
            (P.SETTINGS_WRITE, message("Change the settings of the workspace")),
            (P.TOKEN_WRITE, message("Make API tokens")),
            (P.WEBHOOK_WRITE, message("Keep outgoing webhooks")),
            (P.AUDIT_READ, message("Read the audit log")),
        ),
    ),
)
