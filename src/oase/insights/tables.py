"""Insights: what was measured. Times only: no words, no names, nobody's address."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, Integer, Text, Uuid, text

from oase.kernel.schema import workspace_table

wait = workspace_table(
    "wait",  # its id is that of the message with which the waiting began
    Column("conversation_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),  # over which it was asked
    Column("account_id", Uuid),
    Column("team_id", Uuid),  # whose it was when it ended
    Column("public", Boolean, nullable=False),
    Column("kind", Text, nullable=False),  # first, next: whether anything had been answered in the conversation before
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),  # the first promise
    Column("ended_at", DateTime(timezone=True)),  # null while somebody waits
    Column("outcome", Text, nullable=False),
    Column("working_seconds", Integer),  # of it in opening hours, once it has ended
    CheckConstraint("outcome IN ('waiting', 'answered', 'closed')", name="outcome"),
    CheckConstraint("(outcome = 'waiting') = (ended_at IS NULL)", name="ended"),
    Index("wait_asked", "workspace_id", "asked_at"),
    Index("wait_conversation", "workspace_id", "conversation_id"),
    Index("wait_open", "workspace_id", "asked_at", postgresql_where=text("ended_at IS NULL")),
    owner="insights",
    retention="days",
    comment="A stretch of time in which a customer waited for an answer. It outlives its conversation: what was measured stays.",
)
