"""Accounts: the configured connections of channels, and the templates that providers know."""

from sqlalchemy import Boolean, Column, DateTime, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

account = workspace_table(
    "account",
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("secrets", LargeBinary),  # sealed: JSON of name -> list of texts, newest first
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("state", Text, nullable=False, server_default=text("'up'")),  # up, down, needs_sign_in
    Column("state_why", Text, nullable=False, server_default=text("''")),
    Column("state_since", DateTime(timezone=True), nullable=False),
    Column("cursor", JSONB, nullable=False, server_default=text("'{}'")),
    Column("facts", JSONB, nullable=False, server_default=text("'{}'")),  # what the last good test found
    Column("expires_at", DateTime(timezone=True)),  # when the credentials end, where the provider says so
    Column("checked_at", DateTime(timezone=True)),  # when it was tested last, as it is stored
    Column("told_url", Text, nullable=False, server_default=text("''")),  # the webhook's address that the provider has
    Column("told_why", Text, nullable=False, server_default=text("''")),  # why it has not taken it
    Column("told_at", DateTime(timezone=True)),  # when it was told last
    Column("heard_at", DateTime(timezone=True)),  # when something arrived last, to a minute
    Column("sent_at", DateTime(timezone=True)),  # when the provider took something last, to a minute
    Column("warned", JSONB, nullable=False, server_default=text("'{}'")),  # of what administrators were told last
    Column("created_at", DateTime(timezone=True), nullable=False),
    owner="channels",
    retention="workspace",
    comment="One configured connection of a channel.",
)

template = workspace_table(
    "template",
    Column("account_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("synchronised_at", DateTime(timezone=True), nullable=False),
    belongs_to("account_id", "account"),
    UniqueConstraint("workspace_id", "account_id", "name", "language"),
    owner="channels",
    retention="workspace",
    comment="A template approved by the provider of an account.",
)
