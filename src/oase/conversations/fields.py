"""Values of custom fields: what is given becomes what is stored, by the kind of the field. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from oase.conversations.queries.person import CustomField
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

_TEXT_CHARACTERS: Final = 2_000
_YES: Final = frozenset({"true", "yes", "ja", "1"})
_NO: Final = frozenset({"false", "no", "nein", "0"})


def read_values(fields: Sequence[CustomField], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored, None where one is taken away; keys of no field are left as they are. Raises Invalid."""
    known = {field.key: field for field in fields}
    return {key: read_value(known[key], value) if key in known else value for key, value in given.items()}


def read_value(field: CustomField, given: Any) -> Any:
    """A value as it is stored; None if it is empty. Raises Invalid with the field's key."""
    text = given.strip() if isinstance(given, str) else given
    if text is None or text == "":
        return None
    readers = {"number": _number, "date": _date, "boolean": _boolean, "choice": _choice, "url": _url}
    return readers.get(field.kind, _text)(field, text)


def _text(field: CustomField, value: Any) -> str:
    text = str(value)
    if len(text) > _TEXT_CHARACTERS:
        raise Invalid(message("This is too long: %(n)s characters at most.", n=_TEXT_CHARACTERS), field=field.key)
    return text


def _number(field: CustomField, value: Any) -> float | int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if number != number or abs(number) > 1e15:  # noqa: PLR0124 - nothing else is unequal to itself
        raise Invalid(message("“%(value)s” is no number.", value=str(value)[:60]), field=field.key)
    return int(number) if number.is_integer() else number


def _date(field: CustomField, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Invalid(message("“%(value)s” is no date.", value=str(value)[:60]), field=field.key) from None


def _boolean(field: CustomField, value: Any) -> bool:
    word = str(value).casefold()
    if word not in _YES | _NO:
        raise Invalid(message("Only yes or no is possible here."), field=field.key)
    return word in _YES


def _choice(field: CustomField, value: Any) -> str:
    if str(value) not in map(str, field.choices):
        raise Invalid(message("“%(value)s” is none of the choices.", value=str(value)[:60]), field=field.key)
    return str(value)


def _url(field: CustomField, value: Any) -> str:
    parts = urlsplit(str(value))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(message("A web address begins with https:// and names a site."), field=field.key)
    return _text(field, value)
