"""Writes the first migration's SQL from the slices' tables. Until the first release the schema may still change in place."""

from pathlib import Path

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable, SetTableComment

from oase.kernel.schema import SECURITY_FUNCTIONS, secure
from oase.main.schema import all_tables

TARGET = Path(__file__).parents[1] / "src/oase/main/migrations/versions/v0001_initial.sql"


def main() -> None:
    """Compiles every table, in the order of their dependencies."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    metadata = all_tables()
    parts = [SECURITY_FUNCTIONS.strip()]
    extra = Path(__file__).parents[1] / "src/oase/main/migrations/versions/functions.sql"
    if extra.exists():
        parts.append(extra.read_text().strip())
    parts += [str(CreateSequence(sequence).compile(dialect=dialect)).strip() + ";" for sequence in metadata._sequences.values()]
    for table in metadata.sorted_tables:
        parts.append(str(CreateTable(table).compile(dialect=dialect)).strip() + ";")
        parts += [str(CreateIndex(i).compile(dialect=dialect)) + ";" for i in sorted(table.indexes, key=lambda i: str(i.name))]
        if table.comment:
            parts.append(str(SetTableComment(table).compile(dialect=dialect, compile_kwargs={"literal_binds": True})) + ";")
        if table.info.get("secured"):
            parts.append(secure(table.name).strip())
        if table.info.get("also"):
            parts.append(table.info["also"].strip())
    TARGET.write_text("\n\n".join(part.replace("\t", "    ").replace(" \n", "\n") for part in parts) + "\n")
    print(TARGET.name, len(metadata.tables), "tables")


if __name__ == "__main__":
    main()
