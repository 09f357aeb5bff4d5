"""An account's form, made from its channel's manifest: what was sent, how it is shown again.

    browser: name=value, fields.0.kind=text, fields.1.kind=… --read_form--> {name: value, "fields": [{…}, …]}
    stored settings --shown--> the same names and texts, as the browser shows them

Rows of a table carry a number that only keeps their cells together; their order is that in which they were sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from oase.channels.contract import Manifest, Setting
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

Pairs = Sequence[tuple[str, str]]
_MOST_ROWS: Final = 200
_MOST_FIELDS: Final = 5_000


def read_pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in the order in which they were sent, which the framework does not keep. Raises Invalid."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Invalid(message("This form is too large or cannot be read.")) from None


def read_form(manifest: Manifest, pairs: Pairs) -> dict[str, Any]:
    """What was typed, by setting: text as it was, booleans and rows as such."""
    texts = dict(pairs)
    given: dict[str, Any] = {}
    for setting in manifest.settings:
        if setting.kind == "rows":
            given[setting.name] = _rows(setting, pairs)
        elif setting.kind == "boolean":
            given[setting.name] = setting.name in texts
        elif setting.kind == "accounts":
            given[setting.name] = [value for name, value in pairs if name == setting.name]
        else:
            given[setting.name] = texts.get(setting.name, "").strip()
    return given


def _rows(setting: Setting, pairs: Pairs) -> list[dict[str, Any]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        start, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        if start == setting.name and number.isdigit() and column and (number in found or len(found) < _MOST_ROWS):
            found.setdefault(number, {})[column] = value.strip()
    rows = [{column.name: _cell(column, row) for column in setting.columns} for row in found.values()]
    return [row for row in rows if any(row[c.name] for c in setting.columns if c.kind not in ("choice", "boolean"))]


def _cell(column: Setting, row: Mapping[str, str]) -> Any:
    if column.kind == "boolean":
        return column.name in row
    text = row.get(column.name, "")
    if column.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


def shown(manifest: Manifest, values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as a form shows them: lists as lines, nothing of secrets."""
    texts: dict[str, Any] = {}
    for setting in manifest.settings:
        value = values.get(setting.name, setting.default)
        if setting.kind == "rows":
            texts[setting.name] = [
                {column.name: _text(row.get(column.name, column.default)) for column in setting.columns} for row in value or ()
            ]
        elif setting.kind == "accounts":
            texts[setting.name] = [str(one) for one in value or ()]
        elif setting.kind != "secret":
            texts[setting.name] = value if setting.kind == "boolean" else _text(value)
    return texts


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else value
