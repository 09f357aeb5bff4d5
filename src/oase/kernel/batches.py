"""Many rows in one statement: columns as arrays, unnested by the database.

    PERSONS = Batch(id="uuid", name="text")
    f"INSERT INTO person (workspace_id, {PERSONS.names}) SELECT %(workspace_id)s, n.* FROM {PERSONS.rows}"     PERSONS.values(new)

Arrays travel in binary form: writing them as text costs a hundred times as much. JSON columns take any value that msgspec encodes.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec


class Batch:
    """The columns of a batch with their PostgreSQL types. `names` for column lists, `rows` for FROM (as `n`), `values` for parameters.

    Where a parameter of the same name stands beside the batch in a statement, `prefix` keeps them apart.
    """

    def __init__(self, prefix: str = "", /, **types: str) -> None:
        self._prefix = prefix
        self._types = types
        self.names = ", ".join(types)
        arrays = ", ".join(f"%({prefix}{name})b::{kind}[]" for name, kind in types.items())
        self.rows = f"unnest({arrays}) AS n ({self.names})"

    def values(self, rows: Iterable[object]) -> dict[str, list[Any]]:
        """One list for each column, from the attributes (or keys) of that name."""
        found = [row if isinstance(row, Mapping) else _Attributes(row) for row in rows]
        return {
            self._prefix + name: [_json(row[name]) if kind == "jsonb" else row[name] for row in found]
            for name, kind in self._types.items()
        }


class _Attributes:
    """Reads a value's attributes like keys."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __getitem__(self, name: str) -> Any:
        return getattr(self._value, name)


_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # not where somebody wrote a backslash and "u0000"


def _json(value: object) -> str | None:
    """JSON as the database takes it: it has no place for NUL characters."""
    if value is None:
        return None
    text = msgspec.json.encode(value).decode()
    return _NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text
