"""The fields of a contact form: from the account's settings, filled in by a person, checked. Pure.

settings --fields_of--> Field, …      what was sent --check--> Filled (values, errors per field, nothing lost)
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from oase.kernel.i18n import Language, Message, message

Kind = Literal["text", "long_text", "email", "phone", "select", "checkbox", "file"]
_KINDS: Final = frozenset(get_args(Kind))
_NAME: Final = re.compile(r"[^a-z0-9_]+")
_EMAIL: Final = re.compile(r"[^\s@<>()\",;]+@[^\s@<>()\",;]+\.[^\s@<>()\",;.]{2,}")
_LENGTHS: Final[Mapping[str, int]] = {"long_text": 20_000, "email": 320}
_LINE_LENGTH: Final = 300
_OWN_PLACES: Final = ("name", "subject", "message")


class Choice(Struct, frozen=True, kw_only=True):
    """One thing to choose."""

    value: str
    label: str


class Field(Struct, frozen=True, kw_only=True):
    """One field, in the reader's language."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def length(self) -> int:
        """The most characters that fit."""
        return _LENGTHS.get(self.kind, _LINE_LENGTH)

    @property
    def autocomplete(self) -> str:
        """What browsers may fill in (WCAG 2.2, 1.3.5)."""
        by_kind = {"email": "email", "phone": "tel"}
        return by_kind.get(self.kind) or ("name" if self.name == "name" else "off")


class Filled(Struct, frozen=True, kw_only=True):
    """A form as somebody filled it in. `errors` by field; values are kept whatever is wrong with them."""

    values: Mapping[str, str]
    errors: Mapping[str, Message]


def fields_of(settings: Mapping[str, Any], language: Language) -> list[Field]:
    """The account's fields in their order; always with one mail address, for the answer has to go somewhere."""
    found: dict[str, Field] = {}
    for row in settings.get("fields") or ():
        if isinstance(row, Mapping) and (field := _field(row, language, len(found))) and field.name not in found:
            found[field.name] = field
    if not any(field.kind == "email" for field in found.values()):
        label = "Ihre E-Mail-Adresse" if language == "de" else "Your e-mail address"
        found = {"email": Field(name="email", kind="email", label=label, required=True), **found}
    first = next(field for field in found.values() if field.kind == "email")
    return [_demanded(field) if field is first else field for field in found.values()]


def _demanded(field: Field) -> Field:
    return Field(name=field.name, kind="email", label=field.label, help=field.help, required=True)


def _field(row: Mapping[str, Any], language: Language, number: int) -> Field | None:
    label = _in(row, "", language)
    kind = str(row.get("kind") or "text")
    if not label or kind not in _KINDS:
        return None
    lines = row.get("choices") or ()
    choices = tuple(
        _choice(line, language) for line in (lines.splitlines() if isinstance(lines, str) else lines) if str(line).strip()
    )
    return Field(
        name=_NAME.sub("_", str(row.get("name") or label).lower()).strip("_") or f"field_{number}",
        kind=kind,  # type: ignore[arg-type]  # checked above
        label=label,
        help=_in(row, "help_", language),
        required=bool(row.get("required")),
        choices=choices,
    )


def _in(row: Mapping[str, Any], prefix: str, language: Language) -> str:
    """A text of a row in this language, or in the other where it is missing."""
    other = "en" if language == "de" else "de"
    return str(row.get(prefix + language) or row.get(prefix + other) or "").strip()


def _choice(line: object, language: Language) -> Choice:
    value, english, german = (part.strip() for part in (str(line) + "||").split("|")[:3])
    label = (german or english) if language == "de" else (english or german)
    return Choice(value=value, label=label or value)


def check(fields: Iterable[Field], given: Mapping[str, str], files: int) -> Filled:
    """What was typed, cleaned of control characters, with a sentence for everything that is wrong."""
    values: dict[str, str] = {}
    errors: dict[str, Message] = {}
    for field in fields:
        value = _clean(given.get(field.name, ""), lines=field.kind == "long_text")
        values[field.name] = value
        if wrong := _wrong(field, value, files):
            errors[field.name] = wrong
    return Filled(values=values, errors=errors)


def _clean(text: str, *, lines: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter for letter in text if letter.isprintable() or (lines and letter in "\n\t") or letter in "\u200d\ufe0f"
    ).strip()


def _wrong(field: Field, value: str, files: int) -> Message | None:
    if field.kind == "file":
        return message("Please add a file.") if field.required and not files else None
    if not value:
        if not field.required:
            return None
        return message("Please tick this box.") if field.kind == "checkbox" else message("Please fill in this field.")
    if len(value) > field.length:
        return message("This is too long: at most %(length)s characters fit.", length=field.length)
    if field.kind == "email" and not _EMAIL.fullmatch(value):
        return message("Please enter a complete e-mail address, such as name@example.com.")
    if field.kind == "phone" and not _is_phone(value):
        return message("Please enter a phone number, such as +49 30 23125 0.")
    if field.kind == "select" and value not in {choice.value for choice in field.choices}:
        return message("Please choose one of the answers.")
    return None


def _is_phone(value: str) -> bool:
    digits = [letter for letter in value if letter.isdigit()]
    return 4 <= len(digits) <= 20 and all(letter.isdigit() or letter in " +-/().\u00a0" for letter in value)


def submission(fields: Sequence[Field], filled: Filled, language: Language) -> dict[str, Any]:
    """What the form's adapter takes: name, subject and message in their places, the rest as answers with their labels."""
    email = next(field for field in fields if field.kind == "email")
    phone = next((field for field in fields if field.kind == "phone"), None)
    own = {field.name: field for field in fields if field.name in _OWN_PLACES and field.kind in ("text", "long_text")}
    found: dict[str, Any] = {"email": filled.values[email.name], "language": language}
    found |= {name: filled.values[name] for name in own}
    if phone:
        found["phone"] = filled.values[phone.name]
    rest = [field for field in fields if field.kind != "file" and field not in (email, phone) and field.name not in own]
    found["answers"] = [
        {"name": field.name, "label": field.label, "value": _shown(field, filled.values[field.name], language)}
        for field in rest
        if filled.values[field.name]
    ]
    return found


def _shown(field: Field, value: str, language: Language) -> str:
    """A value as a person reads it: the chosen label, not its code."""
    if field.kind == "checkbox":
        return "Ja" if language == "de" else "Yes"
    return next((choice.label for choice in field.choices if choice.value == value), value)
