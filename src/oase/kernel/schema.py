"""The tables of all slices, as data: read by migrations and tests, never at run time.

Each slice describes its tables in its `tables.py` with `workspace_table`, which gives every table the same ground:
`workspace_id` and `id` as primary key, an owner slice and a retention rule.
"""

from typing import Final, Literal

from sqlalchemy import Column, Constraint, ForeignKeyConstraint, Index, MetaData, PrimaryKeyConstraint, Table, Uuid

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Retention = Literal["workspace", "person", "conversation", "days", "short"]
"""How long rows live: as long as their workspace, person or conversation, a number of days set by the workspace, or hours."""


def workspace_table(
    name: str, *items: Column[object] | Constraint | Index, owner: str, retention: Retention, comment: str, also: str = ""
) -> Table:
    """A table of the slice `owner`, keyed by (workspace_id, id), with row-level security (added by migrations).

    `also`: statements that the migration runs after it, such as triggers.
    """
    return Table(
        name,
        metadata,
        Column("workspace_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        *items,
        PrimaryKeyConstraint("workspace_id", "id"),
        comment=comment,
        info={"owner": owner, "retention": retention, "secured": True, "also": also},
    )


def belongs_to(column: str, table: str, *, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key inside the workspace: (workspace_id, column) -> table (workspace_id, id)."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete)


SECURITY_FUNCTIONS: Final = """
CREATE FUNCTION oase_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('oase.workspace', true) ~ '^[0-9a-f-]{36}$'
               THEN current_setting('oase.workspace', true)::uuid END $$;
CREATE FUNCTION oase_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('oase.workspace', true) = 'everywhere', false) $$;
"""


def secure(table: str) -> str:
    """The statements that put row-level security on a table: only rows of the transaction's workspace are seen or written.

    The settings are read once per statement (sub-selects), not once per row.
    """
    rule = "workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())"
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_workspace ON {table} USING ({rule}) WITH CHECK ({rule});
"""
