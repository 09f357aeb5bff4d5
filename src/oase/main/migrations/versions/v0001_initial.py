"""The first schema. The statements lie beside this file, made from the slices' tables by `tools/initial_migration.py`."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates everything: our tables with row-level security, and the tables of the jobs."""
    statements = [Path(__file__).with_suffix(".sql").read_text(), SchemaManager.get_schema()]
    cursor = op.get_bind().connection.cursor()
    for statement in statements:
        cursor.execute(statement)
