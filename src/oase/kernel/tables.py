"""The kernel's own tables: live log and audit log. (Jobs are procrastinate's.)"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import UserDefinedType

from oase.kernel.schema import belongs_to, metadata, workspace_table


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The name of the type in SQL."""
        return "xid8"


live_event = Table(
    "live_event",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("id", BigInteger, Identity(always=True, cache=64), nullable=False),
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("topic", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("live_event_position", "xid", "id"),
    comment="What happened, for browsers and workers; the relay reads it over all workspaces.",
    info={"owner": "kernel", "retention": "short", "secured": False},
)

audit_entry = workspace_table(
    "audit_entry",
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("actor_name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("data", JSONB, nullable=False),
    Index("audit_entry_subject", "workspace_id", "subject", "subject_id"),
    owner="kernel",
    retention="days",
    comment="Who did what; never changed.",
)

blob_removal = workspace_table(
    "blob_removal",
    Column("key", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    owner="kernel",
    retention="short",
    comment="Files whose rows are gone; they are deleted after the commit, however often it is tried.",
)

follower_position = Table(
    "follower_position",
    metadata,
    Column("name", Text, nullable=False),
    Column("xid", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("name"),
    comment="Up to where a follower has worked through the live log, over all workspaces.",
    info={"owner": "kernel", "retention": "workspace", "secured": False},
)

idempotency_key = workspace_table(
    "idempotency_key",
    Column("request_hash", LargeBinary, nullable=False),
    Column("response", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("idempotency_key_at", "at"),
    owner="kernel",
    retention="short",
    comment="Answers to requests that may come again; the id is made of who asked and of their key.",
)

webhook = workspace_table(
    "webhook",
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=text("''")),
    Column("events", ARRAY(Text), nullable=False),  # names of types, or `conversation.*`; empty: everything
    Column("secrets", LargeBinary, nullable=False),  # sealed: the newest, and the one before it while it still counts
    Column("rotated_at", DateTime(timezone=True)),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("disabled_why", Text, nullable=False, server_default=text("''")),
    Column("failing_since", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    owner="kernel",
    retention="workspace",
    comment="Where a program wants to be told what happened.",
)

webhook_delivery = workspace_table(
    "webhook_delivery",
    Column("webhook_id", Uuid, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # exactly as it is signed and sent
    Column("state", Text, nullable=False),  # waiting, delivered, failed
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("status", SmallInteger),  # of the last answer
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("milliseconds", Integer),
    belongs_to("webhook_id", "webhook"),
    UniqueConstraint("workspace_id", "webhook_id", "event_id"),
    Index("webhook_delivery_due", "workspace_id", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("webhook_delivery_newest", "workspace_id", "webhook_id", "id"),
    owner="kernel",
    retention="days",
    comment="One event on its way to one webhook, and what became of it.",
)
