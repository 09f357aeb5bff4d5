"""Routing: who leads a workspace's desk, and what was offered to whom and why."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Float, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

NOW = DateTime(timezone=True)

routing_leader = workspace_table(
    "routing_leader",
    Column("epoch", BigInteger, nullable=False),  # rises with each leader: whoever led before can write no more
    Column("since", NOW, nullable=False),
    Column("learnt", JSONB, nullable=False, server_default=text("'{}'")),  # of waits that were foretold, for whoever leads next
    Column("expected", JSONB, nullable=False, server_default=text("'{}'")),  # how long one waits who comes now, by pace
    Column("expected_at", NOW),
    Column("stranded", JSONB, nullable=False, server_default=text("'[]'")),  # what waits and nobody on duty can do
    owner="desk",
    retention="workspace",
    comment="The one process that decides for a workspace, by a number that only rises.",
)

offer = workspace_table(
    "offer",
    Column("conversation_id", Uuid, nullable=False),
    Column("waiting_since", NOW, nullable=False),  # with the conversation: which of its stretches of waiting
    Column("agent_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", NOW, nullable=False),
    Column("expires_at", NOW),  # of one that nobody has answered yet
    Column("begun_at", NOW),
    Column("ended_at", NOW),
    Column("rule", SmallInteger, nullable=False),  # which of the five sentences decided; 0: taken by hand
    Column("facts", JSONB, nullable=False, server_default=text("'{}'")),  # what it was decided from
    Column("epoch", BigInteger, nullable=False),
    belongs_to("conversation_id", "conversation"),
    belongs_to("agent_id", "agent"),
    CheckConstraint(
        "state IN ('made', 'working', 'parked', 'done', 'declined', 'expired', 'withdrawn', 'returned')", name="state"
    ),
    Index(
        "offer_live",
        "workspace_id",
        "conversation_id",
        unique=True,  # nothing is offered twice, whoever leads
        postgresql_where=text("state IN ('made', 'working')"),
    ),
    Index("offer_agent", "workspace_id", "agent_id", "made_at"),
    Index("offer_conversation", "workspace_id", "conversation_id", "made_at"),
    Index("offer_made", "workspace_id", "made_at"),
    owner="desk",
    retention="days",
    comment="A conversation at an agent: asked to begin, at work, laid aside, done.",
)

wait_quote = workspace_table(
    "wait_quote",
    Column("conversation_id", Uuid, nullable=False),
    Column("waiting_since", NOW, nullable=False),
    Column("kind", Text, nullable=False),  # live, messaging, mail
    Column("made_at", NOW, nullable=False),
    Column("p50", Float, nullable=False),  # seconds until somebody turns to the customer
    Column("p80", Float, nullable=False),
    Column("p90", Float, nullable=False),
    Column("answer", Float, nullable=False, server_default=text("0")),  # what an answer takes once somebody turns to the customer
    Column("usually", Boolean, nullable=False),  # not learnt yet
    Column("busy", Boolean, nullable=False),
    Column("waited", Float),  # seconds of working time until the answer; null: not yet, or nothing was owed any more
    belongs_to("conversation_id", "conversation"),
    Index("wait_quote_conversation", "workspace_id", "conversation_id", "waiting_since", unique=True),
    Index("wait_quote_made", "workspace_id", "made_at"),
    owner="desk",
    retention="days",
    comment="How long a customer was told to wait at most, and what became of it.",
)
