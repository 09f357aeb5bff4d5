"""What is wrong with an account as somebody set it up: all of it at once, by field. Pure.

name, settings and secrets as typed in a form, or sent by a program --mistakes--> field: sentence
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from oase.channels import kept as kept_secrets
from oase.channels.accounts import read_settings
from oase.channels.contract import Manifest, Setting
from oase.channels.types import StoredAccount
from oase.kernel.i18n import Language, Message, message

NAME: Final = "account_name"
"""The field of the account's own name, beside those that its channel asks for."""
_NAME_LENGTH: Final = 100


def with_defaults(manifest: Manifest, given: Mapping[str, Any], kept: StoredAccount | None = None) -> dict[str, Any]:
    """What a program sent, with what it left out: as it is kept, or the default; null brings the default back."""
    defaults = {
        one.name: bool(one.default) if one.kind == "boolean" else one.default for one in manifest.settings if one.kind != "secret"
    }
    as_it_was = {name: value for name, value in (kept.account.settings if kept else {}).items() if name not in given}
    return {**defaults, **as_it_was, **{name: value for name, value in given.items() if value is not None}}


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
        label, value = _label(setting, language), given.get(setting.name)
        if value is not None and not _fits(setting, value):
            errors[setting.name] = message("%(field)s: this is not of the right kind.", field=label)
        elif not setting.applies(given):
            continue
        elif setting.kind == "rows":
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
    again = kept_secrets.asked_again(manifest, kept.account.settings, settings, kept.account.secrets)
    return {
        one.name: message("%(field)s would go to another address now. Please enter it again.", field=_label(one, language))
        for one in again
        if one.name not in new
    }


def _wrong_rows(setting: Setting, rows: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Message]:
    errors: dict[str, Message] = {}
    if setting.required and not rows:
        errors[setting.name] = message("%(field)s is missing.", field=_label(setting, language))
    known = {column.name for column in setting.columns}
    for number, row in enumerate(rows):
        errors |= {f"{setting.name}.{number}.{name}": message("There is no such setting.") for name in row if name not in known}
        for column in setting.columns:
            if not column.applies(row):
                continue
            problem = wrong_value(column, row.get(column.name), _label(column, language))
            if problem:
                errors[f"{setting.name}.{number}.{column.name}"] = problem
    return errors


def wrong_value(setting: Setting, value: Any, label: str) -> Message | None:
    """What is wrong with one value as it was typed; None if nothing is."""
    if value in (None, "", [], ()):
        return message("%(field)s is missing.", field=label) if setting.required and not setting.generated else None
    if not _fits(setting, value):
        return message("%(field)s: this is not of the right kind.", field=label)
    text = str(value)
    if setting.kind == "number" and not _is_number(text):
        return message("%(field)s must be a number.", field=label)
    if setting.kind == "email" and ("@" not in text or " " in text or text.startswith("@") or text.endswith("@")):
        return message("“%(text)s” is not a mail address.", text=text[:100])
    if setting.kind == "url" and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc):
        return message("An address begins with https:// and names a server.")
    if setting.kind == "choice" and text not in {choice for choice, _ in setting.choices}:
        return message("%(field)s: please choose one of the possibilities.", field=label)
    if setting.kind in ("account", "accounts") and not all(map(_is_id, [text] if setting.kind == "account" else value)):
        return message("%(field)s: please choose one of the possibilities.", field=label)
    return None


def _fits(setting: Setting, value: Any) -> bool:
    """Whether a value is text, a number, a list, as its setting wants it. Forms send text."""
    if setting.kind == "boolean":
        return isinstance(value, bool)
    if setting.kind == "number":
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    if setting.kind == "rows":
        return isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)
    if setting.kind == "accounts" or (setting.kind == "lines" and not isinstance(value, str)):
        return isinstance(value, list | tuple) and all(isinstance(line, str) for line in value)
    return isinstance(value, str)


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
