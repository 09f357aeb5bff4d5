"""What agents plan: messages that go later, and what is to be done."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

scheduled_message = workspace_table(
    "scheduled_message",
    Column("conversation_id", Uuid, nullable=False),
    Column("author_id", Uuid),
    Column("author_name", Text, nullable=False, server_default=text("''")),
    Column("answer", JSONB, nullable=False),  # conversations.Answer; its client key is this row's id: it is said once at most
    Column("send_at", DateTime(timezone=True), nullable=False),
    Column("waking", Boolean, nullable=False),  # only while the customer is awake: moved on if it comes too late
    Column("unless_answered", Boolean, nullable=False),  # cancelled if the customer writes before
    Column("state", Text, nullable=False, server_default=text("'waiting'")),  # waiting, sent, cancelled, refused
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("message_id", Uuid),  # what became of it
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    belongs_to("conversation_id", "conversation"),
    Index("scheduled_message_due", "workspace_id", "send_at", postgresql_where=text("state = 'waiting'")),
    Index("scheduled_message_shown", "workspace_id", "conversation_id", postgresql_where=text("state IN ('waiting', 'refused')")),
    Index("scheduled_message_conversation", "workspace_id", "conversation_id", "send_at"),
    owner="desk",
    retention="conversation",
    comment="A message that an agent has written and that goes later.",
)

task = workspace_table(
    "task",
    Column("conversation_id", Uuid),
    Column("person_id", Uuid),  # whom it is about; also that of the conversation, where it has one
    Column("what", Text, nullable=False),
    Column("agent_id", Uuid),  # who is to do it: an agent, or a team
    Column("team_id", Uuid),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("told_at", DateTime(timezone=True)),  # when it was due and somebody was told
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Uuid),
    Column("created_by", Uuid),
    Column("created_by_name", Text, nullable=False, server_default=text("''")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    belongs_to("conversation_id", "conversation"),
    belongs_to("person_id", "person"),
    CheckConstraint("conversation_id IS NOT NULL OR person_id IS NOT NULL", name="task_about"),
    CheckConstraint("(agent_id IS NULL) <> (team_id IS NULL)", name="task_who"),
    Index("task_due", "workspace_id", "due_at", postgresql_where=text("done_at IS NULL AND told_at IS NULL")),
    Index("task_agent", "workspace_id", "agent_id", "due_at", postgresql_where=text("done_at IS NULL")),
    Index("task_team", "workspace_id", "team_id", "due_at", postgresql_where=text("done_at IS NULL")),
    Index("task_conversation", "workspace_id", "conversation_id", "due_at"),
    Index("task_person", "workspace_id", "person_id", "due_at"),
    owner="desk",
    retention="conversation",
    comment="Something that an agent or a team is to do by a moment, about a conversation or a person.",
)
