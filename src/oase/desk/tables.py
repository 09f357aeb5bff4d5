"""The desk: what agents are told, how they want it, and the browsers in which they want it."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from oase.desk.floor import tables as floor  # noqa: F401 - their tables, with ours
from oase.desk.hours import tables as hours  # noqa: F401 - their tables, with ours
from oase.desk.outbound import tables as outbound  # noqa: F401 - their tables, with ours
from oase.desk.presence import tables as presence  # noqa: F401 - their tables, with ours
from oase.desk.promises import tables as promises  # noqa: F401 - their tables, with ours
from oase.desk.routing import tables as routing  # noqa: F401 - their tables, with ours
from oase.kernel.schema import belongs_to, workspace_table

notification = workspace_table(
    "notification",
    Column("agent_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),  # offer, message, mention, assigned, unassigned, due, task, unsent
    Column("conversation_id", Uuid),  # what it is about, and where it leads: a conversation,
    Column("person_id", Uuid),  # or a person, with whom there is none yet
    Column("message_id", Uuid),
    Column("by_name", Text, nullable=False, server_default=text("''")),  # the colleague who did it
    Column("source", Text, nullable=False),  # what it comes from: the same event tells an agent once
    Column("mail", Boolean, nullable=False),  # may stand in a mail if it stays unseen
    Column("words", Text, nullable=False, server_default=text("''")),  # what it is about, where no message says it
    Column("at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True)),  # or no longer of any concern
    Column("mailed_at", DateTime(timezone=True)),
    belongs_to("agent_id", "agent"),
    belongs_to("conversation_id", "conversation"),
    belongs_to("person_id", "person"),
    CheckConstraint("(conversation_id IS NULL) <> (person_id IS NULL)", name="about"),
    UniqueConstraint("workspace_id", "agent_id", "source"),
    Index("notification_waiting", "workspace_id", "agent_id", "conversation_id", postgresql_where=text("seen_at IS NULL")),
    Index("notification_conversation", "workspace_id", "conversation_id", postgresql_where=text("seen_at IS NULL")),
    Index("notification_person", "workspace_id", "person_id", postgresql_where=text("person_id IS NOT NULL")),
    Index(
        "notification_to_mail",
        "workspace_id",
        "at",
        postgresql_where=text("seen_at IS NULL AND mailed_at IS NULL AND mail"),
    ),
    Index("notification_at", "workspace_id", "at"),
    owner="desk",
    retention="days",
    comment="Something happened that concerns an agent.",
)

notification_wishes = workspace_table(
    "notification_wishes",
    Column("wishes", JSONB, nullable=False),
    belongs_to("id", "agent"),
    owner="desk",
    retention="workspace",
    comment="What an agent (same id) wants to be told, and how; none: as we think best.",
)

push_subscription = workspace_table(
    "push_subscription",
    Column("agent_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),  # who signs out there is not told anything there any more
    Column("fingerprint", LargeBinary, nullable=False),  # of the address, which is secret
    Column("sealed", LargeBinary, nullable=False),  # address and keys
    Column("user_agent", Text, nullable=False),
    Column("trouble", Text, nullable=False, server_default=text("''")),  # why the last message did not arrive
    Column("created_at", DateTime(timezone=True), nullable=False),
    belongs_to("agent_id", "agent"),
    belongs_to("session_id", "agent_session"),
    UniqueConstraint("workspace_id", "fingerprint"),
    Index("push_subscription_agent", "workspace_id", "agent_id"),
    Index("push_subscription_session", "workspace_id", "session_id"),
    owner="desk",
    retention="short",
    comment="A browser in which an agent wants to be told, as long as the agent is signed in there.",
)

push_delivery = workspace_table(
    "push_delivery",
    Column("subscription_id", Uuid, nullable=False),
    Column("about_id", Uuid, nullable=False),  # the conversation, or the person
    Column("notification_id", Uuid, nullable=False),  # the newest one about it
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_at", DateTime(timezone=True), nullable=False),
    belongs_to("subscription_id", "push_subscription"),
    belongs_to("notification_id", "notification"),
    UniqueConstraint("workspace_id", "subscription_id", "about_id"),
    Index("push_delivery_due", "workspace_id", "next_at"),
    Index("push_delivery_notification", "workspace_id", "notification_id"),
    owner="desk",
    retention="short",
    comment="A notification on its way to a browser; goes when it has arrived or is of no concern any more.",
)
