"""What stands beside conversations: what a company furnishes its desk with, and the words of the search."""

from sqlalchemy import Column, DateTime, Index, PrimaryKeyConstraint, SmallInteger, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from oase.kernel.schema import belongs_to, metadata, workspace_table

NOW = DateTime(timezone=True)
tag = workspace_table(
    "tag",
    Column("name", Text, nullable=False),
    Column("color", Text, nullable=False),
    UniqueConstraint("workspace_id", "name"),
    owner="conversations",
    retention="workspace",
    comment="A word to sort conversations and persons by.",
)

snippet = workspace_table(
    "snippet",
    Column("shortcut", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("texts", JSONB, nullable=False),  # language -> text, with variables {{person.name}}
    Column("team_id", Uuid),
    Column("updated_at", NOW, nullable=False),
    UniqueConstraint("workspace_id", "shortcut"),
    owner="conversations",
    retention="workspace",
    comment="A prepared answer.",
)

custom_field = workspace_table(
    "custom_field",
    Column("subject", Text, nullable=False),  # person, conversation
    Column("key", Text, nullable=False),
    Column("labels", JSONB, nullable=False),  # language -> label
    Column("kind", Text, nullable=False),  # text, number, date, boolean, choice, url
    Column("choices", JSONB, nullable=False, server_default=text("'[]'")),
    Column("position", SmallInteger, nullable=False),
    UniqueConstraint("workspace_id", "subject", "key"),
    owner="conversations",
    retention="workspace",
    comment="A field that the company adds to persons or conversations.",
)

saved_view = workspace_table(
    "saved_view",
    Column("agent_id", Uuid, nullable=False),  # whose it is
    Column("shared", Text, nullable=False),  # none, team, all
    Column("team_id", Uuid),  # with whom, where it is a team
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("removed_at", NOW),  # it can be brought back for a day
    Index("saved_view_agent", "workspace_id", "agent_id"),
    owner="conversations",
    retention="workspace",
    comment="A search kept as a view of the inbox.",
)

# Row-level security is left out of the two tables of search on purpose: under it PostgreSQL may not use an index for `@@`, which
# is not leakproof. They hold folded words only; every statement names the workspace and joins a secured table for what it shows.
search_entry = Table(
    "search_entry",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("at", NOW, nullable=False),
    Column("vector", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
    belongs_to("id", "message"),
    Index(
        "search_entry_vector",
        "vector",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 512},
    ),
    Index("search_entry_newest", "workspace_id", "at", "id"),
    Index("search_entry_conversation", "workspace_id", "conversation_id"),
    comment="Words of a message (same id), written after it by the indexer.",
    info={"owner": "conversations", "retention": "conversation", "secured": False},
)

person_entry = Table(
    "person_entry",
    metadata,
    Column("workspace_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("at", NOW, nullable=False),
    Column("vector", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
    belongs_to("id", "person"),
    Index("person_entry_vector", "vector", postgresql_using="gin"),
    comment="Names, addresses and numbers of a person (same id), written by the indexer.",
    info={"owner": "conversations", "retention": "person", "secured": False},
)
