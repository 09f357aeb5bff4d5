"""An account's settings as the widget gets them: public, typed, nothing secret."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from oase.channels import StoredAccount
from oase.channels.contract import Capability

_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_NAME: Final = re.compile(r"[^a-z0-9_]+")
_DEFAULT_COLOR: Final = "#0f766e"
_MEGABYTE: Final = 1_000_000
Asked = Literal["no", "optional", "required"]
Texts = Mapping[str, str]  # by language


class Question(Struct, frozen=True, kw_only=True):
    """One field before the chat. `kind`: name, email, or text for the company's own."""

    name: str
    kind: Literal["name", "email", "text"]
    required: bool
    label: Texts = {}


class Look(Struct, frozen=True, kw_only=True):
    """What the widget knows of its account."""

    account: str
    company: str
    color: str
    theme: str
    side: str
    language: str
    greeting: Texts
    away: Texts
    by_mail: bool
    questions: list[Question]
    consent: Texts
    files: bool
    file_size_bytes: int
    text_length: int


def look_of(account: StoredAccount) -> Look:
    """The public part of an account's settings."""
    settings = account.account.settings
    color = str(settings.get("color") or "").strip()
    return Look(
        account=str(account.id),
        company=str(settings.get("company") or account.name),
        color=color if _COLOR.fullmatch(color) else _DEFAULT_COLOR,
        theme=str(settings.get("theme") or "auto"),
        side=str(settings.get("side") or "right"),
        language=str(settings.get("language") or "auto"),
        greeting=both(settings, "greeting"),
        away=both(settings, "away"),
        by_mail=bool(settings.get("by_mail", True)),
        questions=_questions(settings),
        consent=both(settings, "consent"),
        files=bool(settings.get("files", True)),
        file_size_bytes=file_size_bytes(account),
        text_length=account.manifest.limits.text_length,
    )


def file_size_bytes(account: StoredAccount) -> int:
    """The largest file that a visitor may send: the administrator's limit, within the channel's."""
    most = account.manifest.limits.files[Capability.DOCUMENT].size_bytes
    try:
        return min(most, max(0, int(float(account.account.settings.get("file_size_megabytes") or 20) * _MEGABYTE)))
    except (TypeError, ValueError):
        return min(most, 20 * _MEGABYTE)


def both(settings: Mapping[str, Any], name: str) -> dict[str, str]:
    """A text in the languages it was written in."""
    texts = {language: str(settings.get(f"{name}_{language}") or "").strip() for language in ("en", "de")}
    return {language: text for language, text in texts.items() if text}


def _questions(settings: Mapping[str, Any]) -> list[Question]:
    asked: list[Question] = []
    for kind in ("name", "email"):
        how: Asked = settings.get(f"ask_{kind}") or "no"
        if how != "no":
            asked.append(Question(name=kind, kind=kind, required=how == "required"))
    for row in settings.get("questions") or ():
        if not isinstance(row, Mapping) or not (row.get("en") or row.get("de")):
            continue
        name = _NAME.sub("_", str(row.get("name") or row.get("en")).lower()).strip("_") or f"question_{len(asked)}"
        label = {language: str(row[language]) for language in ("en", "de") if row.get(language)}
        asked.append(Question(name=name, kind="text", required=bool(row.get("required")), label=label))
    return asked
