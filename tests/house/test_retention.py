"""Whatever says how long it lives does: by a rule, or together with what it belongs to."""

from sqlalchemy import Table

from oase.main.keeping import RULES
from oase.main.schema import all_tables

TABLES = all_tables().tables


def belongs(table: Table, root: str) -> bool:
    """Whether rows of a table go with the rows of `root`, directly or through others."""
    parents = {key.referred_table.name for key in table.foreign_key_constraints if key.ondelete == "CASCADE"}
    return table.name == root or any(belongs(TABLES[parent], root) for parent in parents)


def test_each_table_that_is_kept_for_days_is_swept_by_one_rule() -> None:
    days = {name for name, table in TABLES.items() if table.info["retention"] == "days"}
    assert sorted(name for rule in RULES for name in rule.tables) == sorted(days)


def test_what_lives_as_long_as_a_conversation_or_a_person_goes_with_it() -> None:
    for root in ("conversation", "person"):
        assert [name for name, one in TABLES.items() if one.info["retention"] == root and not belongs(one, root)] == []


def test_every_reference_has_an_index_so_that_deleting_is_not_reading_everything() -> None:
    missing = []
    for name, table in TABLES.items():
        if table.info["retention"] == "workspace":
            continue  # what it refers to is never deleted, or seldom
        ways = [[column.name for column in table.primary_key]]
        ways += [[getattr(one, "name", "") for one in index.expressions] for index in table.indexes]
        ways += [list(one.columns.keys()) for one in table.constraints if one.__class__.__name__ == "UniqueConstraint"]
        for key in table.foreign_key_constraints:
            if not any(way[: len(key.column_keys)] == list(key.column_keys) for way in ways):
                missing.append(f"{name}: {', '.join(key.column_keys)}")
    assert missing == []
