"""Business calendars as they are stored, and other calendars that they follow."""

from sqlalchemy import Boolean, Column, DateTime, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

calendar = workspace_table(
    "calendar",
    Column("name", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),  # of teams without one, and of what has no team
    Column("zone", Text, nullable=False),
    Column("week", JSONB, nullable=False),  # seven lists of [start, end] in seconds since midnight
    Column("days", JSONB, nullable=False),
    Column("closures", JSONB, nullable=False),
    Column("country", Text, nullable=False, server_default=text("''")),
    Column("region", Text, nullable=False, server_default=text("''")),
    Column("worked", JSONB, nullable=False, server_default=text("'[]'")),  # names of holidays
    Column("published", SmallInteger, nullable=False, server_default=text("0")),  # number of its address; none unless positive
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("workspace_id", "name"),
    Index("calendar_default", "workspace_id", unique=True, postgresql_where=text("is_default")),
    owner="desk.hours",
    retention="workspace",
    comment="When a company works: windows of each weekday, days that differ, closures, whose holidays.",
)

team_calendar = workspace_table(
    "team_calendar",
    Column("calendar_id", Uuid, nullable=False),
    belongs_to("id", "team"),
    belongs_to("calendar_id", "calendar"),
    Index("team_calendar_calendar", "workspace_id", "calendar_id"),
    owner="desk.hours",
    retention="workspace",
    comment="Which calendar a team (same id) works by; none: the default one.",
)

calendar_source = workspace_table(
    "calendar_source",
    Column("calendar_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),  # of the file, or the host of the address
    Column("sealed", LargeBinary),  # the address, which may be a secret; none: an uploaded file
    Column("content", LargeBinary, nullable=False),  # as it was read last
    Column("closures", JSONB, nullable=False),  # what it says of the next two years
    Column("pauses", JSONB, nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("trouble", Text, nullable=False, server_default=text("''")),  # why it could not be read since
    Column("created_at", DateTime(timezone=True), nullable=False),
    belongs_to("calendar_id", "calendar"),
    Index("calendar_source_calendar", "workspace_id", "calendar_id"),
    Index("calendar_source_due", "next_at"),
    owner="desk.hours",
    retention="workspace",
    comment="An iCalendar file or address whose events close a calendar.",
)
