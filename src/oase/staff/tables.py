"""Workspaces, agents with their ways to sign in, roles and teams."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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

from oase.kernel.schema import belongs_to, metadata, workspace_table

workspace = workspace_table(
    "workspace",
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("id = workspace_id", name="own"),
    UniqueConstraint("slug"),
    owner="staff",
    retention="workspace",
    comment="One company's data: the tenant. Its id is its workspace_id.",
)

agent = workspace_table(
    "agent",
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),  # normalised: lower case, NFC
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("time_zone", Text, nullable=False, server_default=text("''")),  # empty: the workspace's
    Column("picture", Text, nullable=False, server_default=text("''")),  # key of a blob; empty: initials on a colour
    Column("signature", Text, nullable=False, server_default=text("''")),
    Column("preferences", JSONB, nullable=False, server_default=text("'{}'")),
    Column("password_hash", Text, nullable=False, server_default=text("''")),  # argon2id; empty: none yet
    Column("password_changed_at", DateTime(timezone=True)),
    Column("totp", LargeBinary),  # the sealed secret once it is confirmed
    Column("totp_pending", LargeBinary),  # the sealed secret until then
    Column("totp_last_step", BigInteger, nullable=False, server_default=text("0")),  # no code is taken twice
    Column("recovery", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),  # hashes; each goes when used
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "email"),
    Index("agent_by_email", "email"),
    CheckConstraint("state IN ('active', 'invited', 'deactivated')", name="state"),
    owner="staff",
    retention="workspace",
    comment="A person inside, who answers; never deleted while messages name them, only deactivated.",
)

role = workspace_table(
    "role",
    Column("key", Text, nullable=False, server_default=text("''")),  # of a built-in role, whose permissions are in the code
    Column("name", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("workspace_id", "name"),
    owner="staff",
    retention="workspace",
    comment="A set of permissions with a name.",
)

agent_role = workspace_table(
    "agent_role",
    Column("agent_id", Uuid, nullable=False),
    Column("role_id", Uuid, nullable=False),
    belongs_to("agent_id", "agent"),
    belongs_to("role_id", "role"),
    UniqueConstraint("workspace_id", "agent_id", "role_id"),
    Index("agent_role_role", "workspace_id", "role_id"),
    owner="staff",
    retention="workspace",
    comment="Which roles an agent has.",
)

team = workspace_table(
    "team",
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=text("''")),
    Column("colour", Text, nullable=False, server_default=text("''")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("workspace_id", "name"),
    owner="staff",
    retention="workspace",
    comment="Agents who work on the same conversations.",
)

team_member = workspace_table(
    "team_member",
    Column("team_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("leads", Boolean, nullable=False, server_default=text("false")),
    belongs_to("team_id", "team"),
    belongs_to("agent_id", "agent"),
    UniqueConstraint("workspace_id", "team_id", "agent_id"),
    Index("team_member_agent", "workspace_id", "agent_id"),
    owner="staff",
    retention="workspace",
    comment="Who is in which team.",
)

skill = workspace_table(
    "skill",
    Column("kind", Text, nullable=False),  # language, product, channel, own
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False, server_default=text("''")),  # what asks for it: a language, a channel, a tag
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("workspace_id", "kind", "name"),
    Index("skill_code", "workspace_id", "kind", "code", unique=True, postgresql_where=text("code <> ''")),
    CheckConstraint("kind IN ('language', 'product', 'channel', 'own')", name="kind"),
    owner="staff",
    retention="workspace",
    comment="Something that not every agent can do, and that a conversation may need.",
)

agent_skill = workspace_table(
    "agent_skill",
    Column("agent_id", Uuid, nullable=False),
    Column("skill_id", Uuid, nullable=False),
    Column("level", SmallInteger, nullable=False),
    belongs_to("agent_id", "agent"),
    belongs_to("skill_id", "skill"),
    UniqueConstraint("workspace_id", "agent_id", "skill_id"),
    Index("agent_skill_skill", "workspace_id", "skill_id"),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    owner="staff",
    retention="workspace",
    comment="Who can do what, and how well: 1 (a little) to 5 (very well).",
)

agent_link = workspace_table(
    "agent_link",
    Column("agent_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    belongs_to("agent_id", "agent"),
    UniqueConstraint("workspace_id", "agent_id", "purpose"),  # a new link replaces the old one
    CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),
    owner="staff",
    retention="short",
    comment="A link by mail that works once: an invitation, a password reset.",
)

agent_session = workspace_table(
    "agent_session",
    Column("agent_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    belongs_to("agent_id", "agent"),
    Index("agent_session_agent", "workspace_id", "agent_id"),
    owner="staff",
    retention="short",
    comment="A browser in which an agent is signed in.",
)

api_token = workspace_table(
    "api_token",
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),  # the first characters, to recognise it by
    Column("token_hash", LargeBinary, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    belongs_to("created_by", "agent"),
    owner="staff",
    retention="workspace",
    comment="A program's way in: some permissions, no agent.",
)

sign_in_lock = Table(
    "sign_in_lock",
    metadata,
    Column("workspace_id", Uuid, nullable=False),  # all zeros: whoever signs in has no workspace yet
    Column("id", Uuid, nullable=False),  # made of what is counted (a mail address, a network address), which is not kept
    Column("failures", Integer, nullable=False),
    Column("last_failure_at", DateTime(timezone=True), nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    PrimaryKeyConstraint("workspace_id", "id"),
    comment="Failed sign-ins, counted before the password is looked at.",
    info={"owner": "staff", "retention": "short", "secured": False},
)
