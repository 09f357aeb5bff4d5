"""Custom fields on the page: values as people read and type them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from oase.conversations import CustomField, read_values
from oase.kernel.i18n import Translator
from oase.web.inbox.views import Field


def field_of(field: CustomField, values: Mapping[str, Any], reader: Translator) -> Field:
    """A field with its value, as the form takes it and as it is read."""
    value = values.get(field.key, "")
    return Field(
        key=field.key,
        label=label_of(field.labels, reader) or field.key,
        kind=field.kind,
        value=_typed(field.kind, value, reader),
        shown=shown(field.kind, value, reader),
        choices=[str(choice) for choice in field.choices],
    )


def label_of(labels: Mapping[str, str], reader: Translator) -> str:
    """The name of a field in the reader's language, or in another one."""
    return labels.get(reader.language) or next(iter(labels.values()), "")


def _typed(kind: str, value: Any, reader: Translator) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return reader.typed_number(value) if kind == "number" and isinstance(value, int | float) else str(value)


def shown(kind: str, value: Any, reader: Translator) -> str:
    """A value in words: yes and no, numbers and days in the reader's way."""
    if isinstance(value, bool):
        return reader.gettext("Yes") if value else reader.gettext("No")
    if kind == "number" and isinstance(value, int | float):
        return reader.number(value)
    if kind == "date" and value:
        try:
            return reader.date(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


def values_of(form: Mapping[str, str], fields: Sequence[CustomField], subject: str, reader: Translator) -> dict[str, Any]:
    """What a form says about the fields of persons or conversations, as it is stored; others are passed over. Raises Invalid."""
    own = [field for field in fields if field.subject == subject]
    kinds = {field.key: field.kind for field in own}
    given = {name[6:]: value for name, value in form.items() if name.startswith("field.") and name[6:] in kinds}
    return read_values(own, {key: reader.read_number(text) if kinds[key] == "number" else text for key, text in given.items()})
