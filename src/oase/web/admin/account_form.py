"""An account's form, made from its channel's manifest: what was sent, what is wrong with it, how it is shown again.

    browser: name=value, fields.0.kind=text, fields.1.kind=… --read_form--> {name: value, "fields": [{…}, …]}
    stored settings --shown--> the same names and texts, as the browser shows them

Rows of a table carry a number that only keeps their cells together; their order is that in which they were sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from oase.channels import StoredAccount, asked_again, read_settings
from oase.channels.contract import Manifest, Setting
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Language, Message, message

Pairs = Sequence[tuple[str, str]]
NAME: Final = "account_name"
_MOST_ROWS: Final = 200
_MOST_FIELDS: Final = 5_000
_NAME_LENGTH: Final = 100


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
        elif setting.kind != "secret":
            texts[setting.name] = value if setting.kind == "boolean" else _text(value)
    return texts


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else value


def mistakes(
    manifest: Manifest, name: str, given: Mapping[str, Any], kept: StoredAccount | None, language: Language
) -> dict[str, Message]:
    """What is wrong, by field; all of it at once."""
    errors: dict[str, Message] = {}
    if not name.strip():
        errors[NAME] = message("Please give the account a name that your colleagues understand.")
    elif len(name) > _NAME_LENGTH:
        errors[NAME] = message("This name is too long: %(n)s characters at most.", n=_NAME_LENGTH)
    for setting in manifest.settings:
        if not setting.applies(given):
            continue
        label, value = _label(setting, language), given.get(setting.name)
        if setting.kind == "rows":
            errors |= _wrong_rows(setting, value or [], language)
        elif setting.kind == "secret":
            if setting.required and not setting.generated and not value and not (kept and kept.account.secret(setting.name)):
                errors[setting.name] = message("%(field)s is missing.", field=label)
        elif problem := wrong_value(setting, value, label):
            errors[setting.name] = problem
    return errors or _untyped(manifest, given, kept, language)


def _untyped(manifest: Manifest, given: Mapping[str, Any], kept: StoredAccount | None, language: Language) -> dict[str, Message]:
    """Secrets that must be typed again, since the address that they go to is another one."""
    if kept is None:
        return {}
    settings, new = read_settings(manifest, given)
    again = asked_again(manifest, kept.account.settings, settings, kept.account.secrets)
    return {
        one.name: message("%(field)s would go to another address now. Please enter it again.", field=_label(one, language))
        for one in again
        if one.name not in new
    }


def _wrong_rows(setting: Setting, rows: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Message]:
    errors: dict[str, Message] = {}
    if setting.required and not rows:
        errors[setting.name] = message("%(field)s is missing.", field=_label(setting, language))
    for number, row in enumerate(rows):
        for column in setting.columns:
            if not column.applies(row):
                continue
            problem = wrong_value(column, row.get(column.name), _label(column, language))
            if problem:
                errors[f"{setting.name}.{number}.{column.name}"] = problem
    return errors


def wrong_value(setting: Setting, value: Any, label: str) -> Message | None:
    """What is wrong with one value as it was typed; None if nothing is."""
    if value in (None, "", []):
        return message("%(field)s is missing.", field=label) if setting.required and not setting.generated else None
    text = str(value)
    if setting.kind == "number" and not _is_number(text):
        return message("%(field)s must be a number.", field=label)
    if setting.kind == "email" and ("@" not in text or " " in text or text.startswith("@") or text.endswith("@")):
        return message("“%(text)s” is not a mail address.", text=text[:100])
    if setting.kind == "url" and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc):
        return message("An address begins with https:// and names a server.")
    if setting.kind == "choice" and text not in {choice for choice, _ in setting.choices}:
        return message("%(field)s: please choose one of the possibilities.", field=label)
    if setting.kind == "account" and not _is_id(text):
        return message("%(field)s: please choose one of the possibilities.", field=label)
    return None


def _label(setting: Setting, language: Language) -> str:
    return setting.label.de if language == "de" else setting.label.en


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "n" not in text.lower()  # nan, inf


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
