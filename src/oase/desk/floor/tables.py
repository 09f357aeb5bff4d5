"""Whispers to agents, and the addresses of wallboards."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, Text, Uuid

from oase.kernel.schema import belongs_to, workspace_table

NOW = DateTime(timezone=True)

whisper = workspace_table(
    "whisper",
    Column("agent_id", Uuid, nullable=False),
    Column("by_id", Uuid),
    Column("by_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("conversation_id", Uuid),  # what it is about
    Column("at", NOW, nullable=False),
    belongs_to("agent_id", "agent"),
    belongs_to("conversation_id", "conversation"),
    Index("whisper_agent", "workspace_id", "agent_id", "at"),
    Index("whisper_conversation", "workspace_id", "conversation_id"),
    owner="desk.floor",
    retention="short",
    comment="A note of a lead to one agent; goes when it was read, or after a day.",
)

wall = workspace_table(
    "wall",
    Column("name", Text, nullable=False),
    Column("team_id", Uuid),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_by", Uuid),
    Column("created_at", NOW, nullable=False),
    Column("seen_at", NOW),
    belongs_to("team_id", "team"),
    Index("wall_team", "workspace_id", "team_id"),
    owner="desk.floor",
    retention="workspace",
    comment="An address that shows the wallboard to whoever has it, until it is ended.",
)
