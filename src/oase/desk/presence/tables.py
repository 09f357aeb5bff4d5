"""Presence: what agents do, how much they take on, and how a team gets its work."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, Index, Integer, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

agent_duty = workspace_table(
    "agent_duty",
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),  # an open page said so
    Column("acted_at", DateTime(timezone=True), nullable=False),  # the person did something in it
    Column("left_by", Text, nullable=False, server_default=text("''")),  # unseen, idle: went away without saying so
    Column("back_to", Text, nullable=False, server_default=text("''")),  # the state before that
    belongs_to("id", "agent"),
    CheckConstraint("state IN ('online', 'busy', 'break', 'away')", name="state"),
    owner="desk",
    retention="workspace",
    comment="What an agent (same id) does now; none: never said so, which is away.",
)

duty_stretch = workspace_table(
    "duty_stretch",
    Column("agent_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),  # null: it lasts
    belongs_to("agent_id", "agent"),
    CheckConstraint("state IN ('online', 'busy', 'break')", name="state"),
    Index("duty_stretch_agent", "workspace_id", "agent_id", "began_at"),
    Index("duty_stretch_lasts", "workspace_id", "agent_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("duty_stretch_began", "workspace_id", "began_at"),
    owner="desk",
    retention="days",
    comment="From when to when an agent was online, busy, or on a break. No reasons: they are nobody's business afterwards.",
)

agent_capacity = workspace_table(
    "agent_capacity",
    Column("live", SmallInteger),  # chats at once; null: as the workspace says
    Column("messaging", SmallInteger),  # messenger conversations at once
    belongs_to("id", "agent"),
    owner="desk",
    retention="workspace",
    comment="How much an agent (same id) takes on at once, where it is not what the workspace says.",
)

team_desk = workspace_table(
    "team_desk",
    Column("pull_only", Boolean, nullable=False, server_default=text("false")),
    Column("accept_seconds", Integer, nullable=False),
    Column("overflow_team_id", Uuid),
    Column("overflow_after_seconds", Integer, nullable=False),
    belongs_to("id", "team"),
    owner="desk",
    retention="workspace",
    comment="How a team (same id) gets its work; none: as we think best.",
)

shift = workspace_table(
    "shift",
    Column("agent_id", Uuid),  # whose it is: an agent's
    Column("team_id", Uuid),  # or a team's
    Column("day", Date),  # on this day
    Column("weekday", SmallInteger),  # or on every such weekday: 0 is Monday
    Column("begins", SmallInteger, nullable=False),  # minutes from midnight, by the company's clock
    Column("ends", SmallInteger, nullable=False),  # after 1440: on the next day; both 0: a day off
    Column("breaks", JSONB, nullable=False, server_default=text("'[]'")),  # [begins, ends]
    belongs_to("agent_id", "agent"),
    belongs_to("team_id", "team"),
    Index("shift_agent", "workspace_id", "agent_id"),
    Index("shift_team", "workspace_id", "team_id"),
    owner="desk",
    retention="workspace",
    comment="When somebody is to be there.",
)
