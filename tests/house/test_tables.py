"""The house rules of tables, the schema that migrations make, and row-level security tried on every table."""

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Table, create_engine
from sqlalchemy.dialects import postgresql

from oase.kernel.ids import new_id
from oase.kernel.schema import Retention
from oase.kernel.tables import Xid8
from oase.main.schema import all_tables

ROOT = Path(__file__).parents[2]
TABLES = {table.name: table for table in all_tables().sorted_tables}
SECURED = sorted(name for name, table in TABLES.items() if table.info.get("secured"))
UNSECURED = {
    "live_event": "read by the relay over all workspaces; subscribers are given their own workspace's rows only",
    "follower_position": "names of followers and their places; nobody's data",
    "sign_in_lock": "whoever signs in has no workspace yet; holds keyed hashes and counts",
    "search_entry": "words only: policies forbid text search by index; each statement names the workspace and joins secured tables",
    "person_entry": "as search_entry",
}
ACROSS = {"workspace": "its short name stands in addresses of the whole installation"}
CHECKED = {  # columns that take certain words only
    ("agent", "state"): "active", ("agent_link", "purpose"): "reset", ("skill", "kind"): "own",
    ("agent_duty", "state"): "busy", ("duty_stretch", "state"): "busy", ("promise", "kind"): "first", ("wait", "outcome"): "waiting",
    ("offer", "state"): "done",
}  # fmt: skip
FILLED = {
    ("conversation", "person_id"),
    ("notification", "conversation_id"),
    ("task", "conversation_id"),
    ("task", "agent_id"),
}  # columns that a row of the usual kind must have although others may lack them
OWNERS = {path.parent.relative_to(ROOT / "src/oase").as_posix().replace("/", ".") for path in ROOT.glob("src/oase/**/tables.py")}


def faults(table: Table) -> list[str]:
    """What a table does not say about itself."""
    found = []
    if table.info.get("owner") not in OWNERS:
        found.append("no owner slice")
    if table.info.get("retention") not in get_args(Retention):
        found.append("no retention rule")
    if not table.comment:
        found.append("no comment")
    if table.info.get("secured") and [column.name for column in table.primary_key] != ["workspace_id", "id"]:
        found.append("not keyed by (workspace_id, id)")
    if not table.info.get("secured") and table.name not in UNSECURED:
        found.append("no row-level security")
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_its_owner_its_retention_and_is_secured(name: str) -> None:
    assert faults(TABLES[name]) == []


def test_the_rule_finds_a_table_that_says_nothing() -> None:
    from sqlalchemy import Column, MetaData, Uuid

    bare = Table("bare", MetaData(), Column("id", Uuid, primary_key=True))
    assert faults(bare) == ["no owner slice", "no retention rule", "no comment", "no row-level security"]


@pytest.mark.parametrize("name", SECURED)
def test_every_reference_and_unique_key_stays_inside_the_workspace(name: str) -> None:
    table = TABLES[name]
    if name in ACROSS:
        return
    for key in table.foreign_key_constraints:
        assert "workspace_id" in key.column_keys, key
    unique = [one for one in table.constraints if one.__class__.__name__ == "UniqueConstraint"]
    assert [str(one) for one in unique if "workspace_id" not in one.columns] == []  # type: ignore[attr-defined]


def test_the_database_that_migrations_make_is_the_one_that_the_tables_describe(shared_dsn: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(shared_dsn))
    engine.dialect.ischema_names["xid8"] = Xid8  # type: ignore[attr-defined]
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _ours}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, all_tables())
    engine.dispose()
    assert differences == []


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    """Tables of the jobs' library and Alembic's own are not ours."""
    table = name if kind == "table" else parents.get("table_name", "")
    return not (table or "").startswith(("procrastinate_", "alembic_"))


def test_the_first_migration_is_what_the_tables_compile_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("initial_migration", ROOT / "tools/initial_migration.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written: Path = tool.TARGET
    monkeypatch.setattr(tool, "TARGET", tmp_path / "again.sql")
    tool.main()
    assert (tmp_path / "again.sql").read_text() == written.read_text(), "run tools/initial_migration.py"


# --- row-level security: with one row of workspace A in a table, a transaction of workspace B tries everything ---


def _value(column: Any) -> str:
    """Some value of a column's type, as SQL text."""
    if word := CHECKED.get((column.table.name, column.name)):
        return f"'{word}'"
    kind = str(column.type.compile(dialect=postgresql.dialect())).upper()  # type: ignore[no-untyped-call]
    if kind.endswith("[]"):
        return "'{}'"
    for beginning, value in (
        ("UUID", f"'{new_id()}'"), ("TIMESTAMP", "now()"), ("JSON", "'{}'"), ("BOOL", "true"), ("BYTEA", r"'\x01'"),
        ("TSVECTOR", "''"), ("DATE", "'2026-11-24'"), ("TIME", "'09:30'"), ("INTERVAL", "'1 day'"), ("INET", "'192.0.2.1'"),
    ):  # fmt: skip
        if kind.startswith(beginning):
            return value
    if kind.startswith(("INT", "BIGINT", "SMALLINT", "NUMERIC", "FLOAT", "DOUBLE", "REAL")):
        return "1"
    return "'x'"


def _insert(table: Table, workspace_id: UUID) -> str:
    needed = [
        column
        for column in table.columns
        if (table.name, column.name) in FILLED or (not column.nullable and column.server_default is None and not column.computed)
    ]
    own = ("workspace_id", "id") if table.name == "workspace" else ("workspace_id",)
    values = [f"'{workspace_id}'" if column.name in own else _value(column) for column in needed]
    return f"INSERT INTO {table.name} ({', '.join(column.name for column in needed)}) VALUES ({', '.join(values)})"


class _Rows:
    """A connection of the application's role, with a row of workspace A in every table; nothing is kept."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], owner: UUID, other: UUID) -> None:
        self.connection, self.owner, self.other = connection, owner, other

    async def enter(self, workspace_id: UUID | str) -> None:
        """From now on the transaction belongs to this workspace."""
        await self.connection.execute(sql.SQL("SET LOCAL oase.workspace = {}").format(str(workspace_id)))

    async def touched(self, statement: str) -> int:
        """How many rows a statement sees or changes."""
        return (await self.connection.execute(statement.encode())).rowcount


@pytest_asyncio.fixture
async def rows(postgres: Any, shared_dsn: str) -> AsyncIterator[_Rows]:
    """References are not checked meanwhile, so that each table can be tried alone; that needs, for a moment, the superuser."""
    found = _Rows(await psycopg.AsyncConnection.connect(shared_dsn.replace("user=oase", "user=postgres")), new_id(), new_id())
    await found.connection.execute(b"SET LOCAL session_replication_role = replica")
    await found.connection.execute(b"SET LOCAL ROLE oase")
    try:
        yield found
    finally:
        await found.connection.rollback()
        await found.connection.close()


@pytest.mark.parametrize("name", SECURED)
async def test_no_workspace_reads_or_changes_another_ones_rows(rows: _Rows, name: str) -> None:
    await rows.enter(rows.owner)
    assert await rows.touched(_insert(TABLES[name], rows.owner)) == 1
    assert await rows.touched(f"SELECT 1 FROM {name}") == 1
    await rows.enter(rows.other)
    assert await rows.touched(f"SELECT 1 FROM {name}") == 0
    assert await rows.touched(f"SELECT 1 FROM {name} WHERE workspace_id = '{rows.owner}'") == 0
    assert await rows.touched(f"UPDATE {name} SET workspace_id = '{rows.other}'") == 0
    assert await rows.touched(f"DELETE FROM {name} WHERE workspace_id = '{rows.owner}'") == 0
    await rows.enter(rows.owner)
    assert await rows.touched(f"SELECT 1 FROM {name}") == 1


@pytest.mark.parametrize("name", SECURED)
async def test_no_workspace_writes_rows_for_another_one(rows: _Rows, name: str) -> None:
    await rows.enter(rows.other)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        await rows.touched(_insert(TABLES[name], rows.owner))


@pytest.mark.parametrize("name", SECURED)
async def test_no_workspace_gives_its_rows_to_another_one(rows: _Rows, name: str) -> None:
    await rows.enter(rows.owner)
    await rows.touched(_insert(TABLES[name], rows.owner))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        await rows.touched(f"UPDATE {name} SET workspace_id = '{rows.other}'")


@pytest.mark.parametrize("setting", ["", "nonsense", "Everywhere"])
async def test_a_transaction_without_a_workspace_sees_nothing(rows: _Rows, setting: str) -> None:
    for name in SECURED:
        await rows.enter(rows.owner)
        await rows.touched(_insert(TABLES[name], rows.owner))
        await rows.enter(setting)
        assert await rows.touched(f"SELECT 1 FROM {name}") == 0, name
