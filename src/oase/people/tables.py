"""Persons, their identities (addresses on channels), and the merges that can be undone."""

from typing import Final

from sqlalchemy import Boolean, Column, Computed, DateTime, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from oase.kernel.schema import belongs_to, workspace_table

WRITTEN_PHONE: Final = "regexp_replace(regexp_replace(fields->>'phone', '[^+0-9]', '', 'g'), '^00', '+')"
"""SQL: a number as people write it, "0049 30 / 23125-100", as channels know it."""

person = workspace_table(
    "person",
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("language", Text, nullable=False, server_default=text("''")),
    Column("organisation", Text, nullable=False, server_default=text("''")),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("fields", JSONB, nullable=False, server_default=text("'{}'")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("merged_into", Uuid),  # set while this person is merged into another
    Column("blocked", Boolean, nullable=False, server_default=text("false")),
    # what may say that two persons are one; columns, since row-level security keeps PostgreSQL from indexes of expressions
    Column("folded_name", Text, Computed("lower(name)", persisted=True)),
    Column("written_email", Text, Computed("lower(fields->>'email')", persisted=True)),
    Column("written_phone", Text, Computed(WRITTEN_PHONE, persisted=True)),
    Index("person_newest", "workspace_id", "created_at"),
    Index("person_merged", "workspace_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("person_folded_name", "workspace_id", "folded_name", postgresql_where=text("folded_name <> ''")),
    Index("person_written_email", "workspace_id", "written_email", postgresql_where=text("written_email IS NOT NULL")),
    Index("person_written_phone", "workspace_id", "written_phone", postgresql_where=text("written_phone IS NOT NULL")),
    owner="people",
    retention="person",
    comment="A human outside.",
)

identity = workspace_table(
    "identity",
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),  # phone, email, visitor, …: the manifest's `identity`, or an alias' kind
    Column("value", Text, nullable=False),  # normalised by the adapter
    Column("name", Text, nullable=False, server_default=text("''")),  # as the channel calls the person
    Column("verified", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    belongs_to("person_id", "person"),
    UniqueConstraint("workspace_id", "kind", "value"),
    Index("identity_person", "workspace_id", "person_id"),
    owner="people",
    retention="person",
    comment="A person's address on a channel.",
)

consent = workspace_table(
    "consent",
    Column("identity_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),  # service, news
    Column("basis", Text, nullable=False),  # consent, the reason for one conversation: contract, request, interest; or objection
    Column("source", Text, nullable=False),  # where the person agreed, or who gave the reason
    Column("wording", Text, nullable=False, server_default=text("''")),  # what was agreed to, or the reason in words
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("by_id", Uuid),
    Column("by_name", Text, nullable=False, server_default=text("''")),
    Column("to_confirm", Boolean, nullable=False, server_default=text("false")),  # the person is to be told that it was heard
    belongs_to("identity_id", "identity"),
    Index("consent_to_confirm", "workspace_id", postgresql_where=text("to_confirm")),
    Index("consent_identity", "workspace_id", "identity_id", "purpose"),
    owner="people",
    retention="person",
    comment="Why a person may be written to at an address; it ends, and is never changed.",
)

merge = workspace_table(
    "person_merge",
    Column("kept_id", Uuid, nullable=False),
    Column("merged_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_id", Uuid),
    Column("moved", JSONB, nullable=False),  # ids of identities and conversations, the kept person as it was
    Column("undone_at", DateTime(timezone=True)),
    belongs_to("kept_id", "person"),
    belongs_to("merged_id", "person"),
    Index("person_merge_kept", "workspace_id", "kept_id"),
    Index("person_merge_merged", "workspace_id", "merged_id"),
    owner="people",
    retention="person",
    comment="That two persons were found to be one; can be undone.",
)

distinct = workspace_table(
    "person_distinct",
    Column("one_id", Uuid, nullable=False),  # the smaller id of the two
    Column("other_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_id", Uuid),
    belongs_to("one_id", "person"),
    belongs_to("other_id", "person"),
    UniqueConstraint("workspace_id", "one_id", "other_id"),
    Index("person_distinct_other", "workspace_id", "other_id"),
    owner="people",
    retention="person",
    comment="That two persons are not the same, though they look like it.",
)

erasure = workspace_table(
    "person_erasure",
    Column("person_id", Uuid, nullable=False),  # a number that means nobody any more; finds them in an old backup
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_id", Uuid),
    Column("counts", JSONB, nullable=False),
    owner="people",
    retention="workspace",
    comment="That everything about a person was erased: when, by whom, how much; nothing about the person.",
)
