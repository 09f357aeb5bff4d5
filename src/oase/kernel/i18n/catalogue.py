"""The texts of a language: every .po file below `locales/<language>/`, read once when the language is first used."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LOCALES: Final = Path(__file__).parent.parent / "locales"

# English and German both have one form for exactly one and another for everything else; the tests hold the .po files to it.
PLURAL_FORMS: Final = "nplurals=2; plural=(n != 1);"

Key = tuple[str, str]  # context (mostly empty), source text


@functools.cache
def catalogue(language: Language) -> Mapping[Key, tuple[str, ...]]:
    """The translations of a language by context and source text: one form, or two where the text has a plural."""
    texts: dict[Key, tuple[str, ...]] = {}
    for file in sorted((LOCALES / language).glob("*.po")):
        with file.open("rb") as source:
            for entry in read_po(source, locale=language, ignore_obsolete=True):
                if entry.id and entry.string and not entry.fuzzy:
                    singular = entry.id[0] if isinstance(entry.id, tuple | list) else entry.id
                    forms = tuple(entry.string) if isinstance(entry.string, tuple | list) else (entry.string,)
                    if all(forms):
                        texts[entry.context or "", singular] = forms
    return texts


def choose(accept_language: str, *, default: Language = "en") -> Language:
    """The language that a browser asks for (Accept-Language, RFC 9110 section 12.5.4), of those we have."""
    wanted: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language[:1000].split(",")):
        tag, _, weight = part.strip().partition(";")
        primary = tag.strip().lower().replace("_", "-").partition("-")[0]
        quality = _quality(weight)
        if quality > 0 and (primary == "*" or primary in LANGUAGES):
            wanted.append((-quality, position, default if primary == "*" else "de" if primary == "de" else "en"))
    return min(wanted)[2] if wanted else default


def _quality(weight: str) -> float:
    try:
        return float(weight.strip().lower().removeprefix("q=")) if weight.strip() else 1.0
    except ValueError:
        return 0.0
