"""Rules, what became of them, and up to where in the live log they were asked."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from oase.kernel.schema import belongs_to, workspace_table

NOW = DateTime(timezone=True)

automation = workspace_table(
    "automation",
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),  # draft, on, off, broken
    Column("trigger", JSONB, nullable=False),  # types.When
    Column("groups", JSONB, nullable=False),  # conversations.Group: all must hold
    Column("acts", JSONB, nullable=False),  # types.Act
    Column("stop", Boolean, nullable=False, server_default=text("false")),
    Column("why", Text, nullable=False, server_default=text("''")),  # it is broken
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("on_since", NOW),  # when it was switched on
    Column("checked_until", NOW),  # of rules that time sets off: up to when they were asked
    Column("told_at", NOW),  # administrators had a mail about its being broken
    Column("changed_at", NOW, nullable=False),
    Index("automation_order", "workspace_id", "position"),
    owner="desk",
    retention="workspace",
    comment="A rule: when, if, then.",
)

automation_run = workspace_table(
    "automation_run",
    Column("rule_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),  # what set it off: the same never does twice
    Column("at", NOW, nullable=False),
    Column("acts", JSONB, nullable=False),
    Column("outcome", Text, nullable=False),  # done, waiting (something is yet to be said), failed, stopped
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("chain", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),  # rules that led to it
    Column("answered_at", NOW),  # a customer was answered by it
    belongs_to("rule_id", "automation"),
    belongs_to("conversation_id", "conversation"),
    UniqueConstraint("workspace_id", "rule_id", "conversation_id", "source"),
    Index("automation_run_newest", "workspace_id", "rule_id", "id"),
    Index("automation_run_conversation", "workspace_id", "conversation_id", "answered_at"),
    Index("automation_run_waiting", "workspace_id", "id", postgresql_where=text("outcome = 'waiting'")),
    Index("automation_run_at", "workspace_id", "at"),
    owner="desk",
    retention="days",
    comment="That a rule was applied to a conversation, by what, and what became of it.",
)

automation_mark = workspace_table(
    "automation_mark",
    Column("xid", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    owner="desk",
    retention="workspace",
    comment="Up to where in the live log a workspace's rules were asked (one row, by the workspace's id), written with what they did.",
)

automation_trial = workspace_table(
    "automation_trial",
    Column("rule_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),  # of the rule: what was tried
    Column("began_at", NOW, nullable=False),
    Column("since", NOW, nullable=False),
    Column("total", Integer, nullable=False),
    Column("looked", Integer, nullable=False, server_default=text("0")),
    Column("hit_count", Integer, nullable=False, server_default=text("0")),
    Column("hits", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),  # the first of them
    Column("place", Text, nullable=False, server_default=text("''")),  # where to go on
    Column("done", Boolean, nullable=False, server_default=text("false")),
    belongs_to("rule_id", "automation"),
    Index("automation_trial_rule", "workspace_id", "rule_id"),
    owner="desk",
    retention="workspace",
    comment="That a rule was tried on the past (the newest time), and what it would have hit. Nothing is changed by it.",
)

macro = workspace_table(
    "macro",
    Column("name", Text, nullable=False),
    Column("team_id", Uuid),  # for whom it is; none: for everybody
    Column("acts", JSONB, nullable=False),  # types.Act
    Column("changed_at", NOW, nullable=False),
    UniqueConstraint("workspace_id", "name"),
    owner="desk",
    retention="workspace",
    comment="Acts under a name, which an agent does with one click.",
)
