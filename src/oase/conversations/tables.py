"""Conversations: journal, conversations, messages, files, deliveries, and what agents keep beside them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from oase.conversations import tables_beside
from oase.kernel.schema import belongs_to, metadata, workspace_table

__all__ = ["tables_beside"]
NOW = DateTime(timezone=True)
conversation_number = Sequence("conversation_number", metadata=metadata, start=1001, cache=1)


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False, server_default=text("''"))


journal = workspace_table(
    "journal",
    Column("account_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("dedup", LargeBinary, nullable=False),  # provider's delivery id or a hash of the bytes
    Column("received_at", NOW, nullable=False),
    Column("method", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("body", LargeBinary),  # small bodies; large ones lie in a blob
    _text("blob_key"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # new, pointed (to be followed), done, partial (some items quarantined), quarantined
    _text("why"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("items", Integer, nullable=False, server_default=text("0")),
    Column("taken_at", NOW),
    Column("next_at", NOW),  # of deliveries that only point at something: when that is fetched
    UniqueConstraint("workspace_id", "account_id", "dedup"),
    Index("journal_new", "workspace_id", "account_id", "id", postgresql_where=text("state = 'new'")),
    Index("journal_pointed", "workspace_id", "account_id", "next_at", postgresql_where=text("state = 'pointed'")),
    Index("journal_trouble", "workspace_id", "id", postgresql_where=text("state IN ('partial', 'quarantined')")),
    owner="conversations",
    retention="days",
    comment="Raw deliveries of the outside world, with their fate.",
)

quarantine = workspace_table(
    "quarantine",
    Column("journal_id", Uuid, nullable=False),
    Column("place", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", NOW, nullable=False),
    belongs_to("journal_id", "journal"),
    Index("quarantine_journal", "workspace_id", "journal_id"),
    owner="conversations",
    retention="days",
    comment="Single items of a delivery that could not be read; replay tries again.",
)

conversation = workspace_table(
    "conversation",
    Column("number", BigInteger, nullable=False),
    Column("person_id", Uuid),  # whose concern it is; null in public, where several speak (participant)
    Column("identity_id", Uuid),  # to whom the next answer goes
    Column("account_id", Uuid),  # over which account
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default=text("'private'")),  # private, public
    Column("thread_external_id", Text),  # of the public place: unique in the account
    Column("thread", JSONB, nullable=False, server_default=text("'{}'")),  # contract.Thread: title, link, author, ours
    Column("waiting_count", Integer, nullable=False, server_default=text("0")),  # public messages that need an answer
    Column("speaker_count", Integer, nullable=False, server_default=text("0")),  # addresses that spoke in public
    _text("subject"),
    Column("state", Text, nullable=False),  # open, waiting, snoozed, solved
    Column("assignee_id", Uuid),
    Column("team_id", Uuid),
    Column("priority", SmallInteger, nullable=False, server_default=text("0")),  # -1 low, 0, 1 high, 2 urgent
    Column("due_at", NOW),  # when the promise for the next answer ends; null while nothing is owed
    Column("snoozed_until", NOW),
    Column("waiting_since", NOW),  # the first message of the customer that has no answer yet
    Column("last_at", NOW, nullable=False),
    Column("last_in_at", NOW),
    Column("last_out_at", NOW),
    Column("solved_at", NOW),
    _text("first_line"),  # what a human said last, for lists
    Column("first_line_by", Text, nullable=False, server_default=text("'in'")),
    Column("message_count", Integer, nullable=False, server_default=text("0")),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("fields", JSONB, nullable=False, server_default=text("'{}'")),
    Column("token", Text, nullable=False),  # finds the way back in mail addresses and subjects
    Column("merged_into", Uuid),
    Column("created_at", NOW, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),  # rises with each act of an agent: clash notice
    belongs_to("person_id", "person"),
    CheckConstraint(
        "CASE kind WHEN 'public' THEN person_id IS NULL AND thread_external_id IS NOT NULL"
        " ELSE person_id IS NOT NULL AND thread_external_id IS NULL END",
        name="conversation_kind",
    ),
    UniqueConstraint("workspace_id", "number"),
    UniqueConstraint("workspace_id", "token"),
    Index(
        "conversation_thread",
        "workspace_id",
        "account_id",
        "thread_external_id",
        unique=True,
        postgresql_where=text("thread_external_id IS NOT NULL"),
    ),
    Index("conversation_person", "workspace_id", "person_id", "last_at"),
    Index("conversation_merged", "workspace_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    # what to do next: open ones by due time (nulls last), then by age
    Index(
        "conversation_todo",
        "workspace_id",
        text("coalesce(due_at, 'infinity')"),
        "id",
        postgresql_where=text("state = 'open' AND merged_into IS NULL"),
    ),
    Index(
        "conversation_mine",
        "workspace_id",
        "assignee_id",
        text("coalesce(due_at, 'infinity')"),
        "id",
        postgresql_where=text("state = 'open' AND merged_into IS NULL"),
    ),
    Index(
        "conversation_team",
        "workspace_id",
        "team_id",
        text("coalesce(due_at, 'infinity')"),
        "id",
        postgresql_where=text("state = 'open' AND merged_into IS NULL AND team_id IS NOT NULL"),
    ),
    Index(
        "conversation_channel",
        "workspace_id",
        "channel",
        text("coalesce(due_at, 'infinity')"),
        "id",
        postgresql_where=text("state = 'open' AND merged_into IS NULL"),
    ),
    Index("conversation_state", "workspace_id", "state", "last_at", "id", postgresql_where=text("merged_into IS NULL")),
    Index("conversation_snoozed", "workspace_id", "snoozed_until", postgresql_where=text("state = 'snoozed'")),
    # what time passes for: an answer of the customer, an answer of ours, having been solved
    *(
        Index(
            f"conversation_{name}",
            "workspace_id",
            column,
            "id",
            postgresql_where=text(f"state = '{state}' AND merged_into IS NULL"),
        )
        for name, column, state in (
            ("waited", "last_out_at", "waiting"),
            ("unanswered", "waiting_since", "open"),
            ("solved", "solved_at", "solved"),
        )
    ),
    Index("conversation_tags", "tags", postgresql_using="gin"),
    owner="conversations",
    retention="conversation",
    comment="One concern of one person, which may span channels; or one public place in which several speak.",
)

message = workspace_table(
    "message",
    Column("conversation_id", Uuid, nullable=False),
    Column("direction", Text, nullable=False),  # in, out, note, event
    Column("kind", Text, nullable=False),  # text, image, …, placeholder; for events: what the system did
    Column("channel", Text, nullable=False),
    Column("account_id", Uuid),
    Column("identity_id", Uuid),  # who said it, or to whom
    Column("author_id", Uuid),  # the agent
    _text("author_name"),
    _text("text"),
    _text("html"),
    _text("quoted"),
    _text("signature"),
    _text("subject"),
    Column("data", JSONB, nullable=False, server_default=text("'{}'")),
    Column("external_id", Text),  # the provider's, of what came in and of what was sent
    _text("reply_to"),  # external id of the message answered
    _text("automatic"),
    Column("reactions", JSONB, nullable=False, server_default=text("'{}'")),
    Column("client_key", Uuid),  # makes a repeated `say` harmless
    Column("branch", Text),  # in public: the external id of the comment at the top of those that answer each other
    Column("wants_answer", Boolean, nullable=False, server_default=text("false")),  # in public: it still waits
    Column("journal_id", Uuid),
    Column("at", NOW, nullable=False),  # the provider's time
    Column("created_at", NOW, nullable=False),
    Column("edited_at", NOW),
    Column("deleted_at", NOW),
    belongs_to("conversation_id", "conversation"),
    Index("message_timeline", "workspace_id", "conversation_id", "at", "id"),
    Index(
        "message_external",
        "workspace_id",
        "account_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id IS NOT NULL"),
    ),
    Index("message_branch", "workspace_id", "branch", postgresql_where=text("branch IS NOT NULL")),
    Index("message_waits", "workspace_id", "conversation_id", "at", "id", postgresql_where=text("wants_answer")),
    Index("message_client_key", "workspace_id", "client_key", unique=True, postgresql_where=text("client_key IS NOT NULL")),
    owner="conversations",
    retention="conversation",
    comment="One thing said, in or out; notes and events of the system beside them.",
)

participant = workspace_table(
    "participant",
    Column("conversation_id", Uuid, nullable=False),
    Column("identity_id", Uuid, nullable=False),
    Column("first_at", NOW, nullable=False),
    Column("last_at", NOW, nullable=False),
    belongs_to("conversation_id", "conversation"),
    belongs_to("identity_id", "identity"),
    UniqueConstraint("workspace_id", "conversation_id", "identity_id"),
    Index("participant_identity", "workspace_id", "identity_id", "last_at"),
    owner="conversations",
    retention="conversation",
    comment="Who spoke in a public conversation: by address, so that merging persons needs nothing here.",
)

conversation_link = workspace_table(
    "conversation_link",
    Column("public_id", Uuid, nullable=False),
    Column("private_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=False),  # the public one that was answered in private
    Column("at", NOW, nullable=False),
    Column("by_id", Uuid),
    belongs_to("public_id", "conversation"),
    belongs_to("private_id", "conversation"),
    belongs_to("message_id", "message"),
    UniqueConstraint("workspace_id", "private_id", "message_id"),
    Index("conversation_link_public", "workspace_id", "public_id"),
    Index("conversation_link_message", "workspace_id", "message_id"),
    owner="conversations",
    retention="conversation",
    comment="That somebody who spoke in public was answered in private.",
)

attachment = workspace_table(
    "attachment",
    Column("message_id", Uuid),  # null while an upload waits for its message
    Column("account_id", Uuid),
    Column("journal_id", Uuid),
    Column("position", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size_bytes", BigInteger),
    Column("inline", Boolean, nullable=False, server_default=text("false")),
    _text("content_id"),
    Column("state", Text, nullable=False),  # pending, stored, failed
    _text("blob_key"),
    _text("why"),
    Column("media", JSONB, nullable=False, server_default=text("'{}'")),  # contract.Media, to fetch it
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_at", NOW),
    Column("uploaded_by", Uuid),
    Column("created_at", NOW, nullable=False),
    Column("kept_until", NOW),  # of an upload whose message goes later
    belongs_to("message_id", "message"),
    Index("attachment_message", "workspace_id", "message_id", "position"),
    Index("attachment_pending", "workspace_id", "next_at", postgresql_where=text("state = 'pending'")),
    owner="conversations",
    retention="conversation",
    comment="A file of a message; its bytes are a blob.",
)

delivery = workspace_table(
    "delivery",
    Column("message_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("recipient", Text, nullable=False),  # address: order is kept within it
    _text("thread"),  # external id of the public place where it is said; empty: in private
    Column("kind", Text, nullable=False, server_default=text("'message'")),  # message, reaction or act: ours, to it
    Column("part", SmallInteger, nullable=False),
    Column("outbound", JSONB, nullable=False),  # contract.Outbound without the bytes of files
    Column("state", Text, nullable=False),  # queued, sending, sent, delivered, read, failed, unknown, cancelled
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_at", NOW, nullable=False),  # not before: undo, schedule, back-off
    Column("external_id", Text),
    _text("code"),
    _text("why"),
    Column("created_at", NOW, nullable=False),
    Column("sent_at", NOW),
    Column("delivered_at", NOW),
    Column("read_at", NOW),
    Column("failed_at", NOW),
    belongs_to("message_id", "message"),
    UniqueConstraint("workspace_id", "message_id", "kind", "part"),
    Index(
        "delivery_lane", "workspace_id", "account_id", "recipient", "id", postgresql_where=text("state IN ('queued', 'sending')")
    ),
    Index("delivery_trouble", "workspace_id", "account_id", "id", postgresql_where=text("state IN ('failed', 'unknown')")),
    Index("delivery_due", "workspace_id", "account_id", "next_at", postgresql_where=text("state = 'queued'")),
    Index("delivery_external", "workspace_id", "account_id", "external_id", postgresql_where=text("external_id IS NOT NULL")),
    owner="conversations",
    retention="conversation",
    comment="The fate of one outgoing message (of each of its parts), of our reactions to a message, and of acts about it.",
)

parked_receipt = workspace_table(
    "parked_receipt",
    Column("account_id", Uuid, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("receipt", JSONB, nullable=False),
    Column("created_at", NOW, nullable=False),
    Index("parked_receipt_external", "workspace_id", "account_id", "external_id"),
    owner="conversations",
    retention="short",
    comment="Receipts, and changes of public messages, that came before their message.",
)

upload = workspace_table(
    "upload",
    Column("account_id", Uuid, nullable=False),
    Column("blob_key", Text, nullable=False),
    Column("until", NOW, nullable=False),  # so long a message may name it
    Column("created_at", NOW, nullable=False),
    UniqueConstraint("workspace_id", "blob_key"),
    Index("upload_until", "workspace_id", "until"),
    owner="conversations",
    retention="short",
    comment="A file of a visitor or a form that no message names yet.",
)

app_device = workspace_table(
    "app_device",
    Column("account_id", Uuid, nullable=False),
    Column("visitor", Text, nullable=False),  # the customer's address on the account
    Column("live_key", Uuid, nullable=False),  # by which live events name account and customer
    Column("fingerprint", LargeBinary, nullable=False),  # of the device's address, which is secret
    Column("sealed", LargeBinary, nullable=False),  # address and keys
    Column("kind", Text, nullable=False),  # webpush, fcm, apns
    Column("language", Text, nullable=False),
    _text("trouble"),  # why the last push did not arrive
    Column("created_at", NOW, nullable=False),
    Column("seen_at", NOW, nullable=False),
    UniqueConstraint("workspace_id", "account_id", "fingerprint"),
    Index("app_device_customer", "workspace_id", "live_key"),
    owner="conversations",
    retention="short",
    comment="Phones and browsers of customers that want to be told of an answer.",
)

draft = workspace_table(
    "draft",
    Column("conversation_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("updated_at", NOW, nullable=False),
    belongs_to("conversation_id", "conversation"),
    UniqueConstraint("workspace_id", "conversation_id", "agent_id"),
    owner="conversations",
    retention="conversation",
    comment="What an agent has begun to write.",
)

read_state = workspace_table(
    "read_state",
    Column("conversation_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("read_at", NOW, nullable=False),
    belongs_to("conversation_id", "conversation"),
    UniqueConstraint("workspace_id", "agent_id", "conversation_id"),
    Index("read_state_conversation", "workspace_id", "conversation_id"),
    owner="conversations",
    retention="conversation",
    comment="Up to when an agent has read a conversation.",
)

mention = workspace_table(
    "mention",
    Column("conversation_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("at", NOW, nullable=False),
    Column("seen_at", NOW),
    belongs_to("message_id", "message"),
    Index("mention_agent", "workspace_id", "agent_id", "at"),
    Index("mention_message", "workspace_id", "message_id"),
    owner="conversations",
    retention="conversation",
    comment="An agent was named in a note.",
)

invitation = workspace_table(
    "invitation",
    Column("conversation_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),  # over which it is to go on; a code means nothing elsewhere
    Column("code_hash", LargeBinary, nullable=False),
    Column("created_at", NOW, nullable=False),
    Column("expires_at", NOW, nullable=False),
    Column("by_id", Uuid),  # the agent who invited; none: the customer asked for it
    Column("used_at", NOW),
    Column("used_by", Uuid),  # the address that brought the code
    belongs_to("conversation_id", "conversation"),
    UniqueConstraint("workspace_id", "code_hash"),
    Index("invitation_conversation", "workspace_id", "conversation_id"),
    owner="conversations",
    retention="conversation",
    comment="A link with a code that counts once, by which a conversation goes on over another channel.",
)

conversation_merge = workspace_table(
    "conversation_merge",
    Column("kept_id", Uuid, nullable=False),
    Column("merged_id", Uuid, nullable=False),
    Column("at", NOW, nullable=False),
    Column("by_id", Uuid),
    Column("moved", JSONB, nullable=False),  # ids of messages and of earlier merges, both conversations as they were
    Column("undone_at", NOW),
    belongs_to("kept_id", "conversation"),
    belongs_to("merged_id", "conversation"),
    Index("conversation_merge_kept", "workspace_id", "kept_id"),
    Index("conversation_merge_merged", "workspace_id", "merged_id"),
    owner="conversations",
    retention="conversation",
    comment="That two conversations were made one; can be undone.",
)
