"""Every text for people has its German: complete, with the same placeholders, in the right number of forms, none left over."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from oase.kernel.i18n.catalogue import LOCALES, PLURAL_FORMS

ROOT = Path(__file__).parents[2] / "src" / "oase"
FILES = sorted(LOCALES.glob("*/*.po"))
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "message": None,
    "messages": (1, 2),
}
METHODS = [
    ("**/vendor/**", "ignore"),
    ("**.py", "python"),
    ("**.js", "javascript"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.txt", "jinja2.ext:babel_extract"),
]
pytestmark = pytest.mark.xdist_group("sources")  # they are read once
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]")

Key = tuple[str, str]  # context, source text


@cache
def extracted() -> dict[Key, set[str]]:
    """Every text in the source with the files that it stands in."""
    found: dict[Key, set[str]] = defaultdict(set)
    options = {pattern: {"silent": "false", "trimmed": "true"} for pattern, method in METHODS if "jinja2" in method}
    for file, _line, text, _comments, context in extract_from_dir(ROOT, METHODS, options, keywords=KEYWORDS):
        singular = text[0] if isinstance(text, tuple) else text
        found[context or "", singular].add(file)
    return found


def entries(file: Path) -> Iterator[Message]:
    yield from (entry for entry in catalogue(file) if entry.id)


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parent.name, abort_invalid=True)


def forms(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def key(entry: Message) -> Key:
    return entry.context or "", forms(entry.id)[0]


def translated() -> dict[Key, list[Path]]:
    found: dict[Key, list[Path]] = defaultdict(list)
    for file in FILES:
        for entry in entries(file):
            found[key(entry)].append(file)
    return found


def test_every_text_of_the_source_has_its_german() -> None:
    known = translated()
    missing = sorted(
        f"{', '.join(sorted(files))}: {text!r}" for (context, text), files in extracted().items() if (context, text) not in known
    )
    assert not missing, "\n".join(["Texts without German in src/oase/kernel/locales/de:", *missing])


def test_no_translation_is_left_over() -> None:
    used = extracted()
    assert [f"{files[0].name}: {name!r}" for name, files in translated().items() if name not in used] == []


def test_no_text_is_translated_in_two_ways() -> None:
    ways: dict[Key, set[tuple[str, ...]]] = defaultdict(set)
    for file in FILES:
        for entry in entries(file):
            ways[key(entry)].add(tuple(forms(entry.string)))
    assert {name: sorted(way) for name, way in ways.items() if len(way) > 1} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_catalogue_is_whole(file: Path) -> None:
    wrong = []
    for entry in entries(file):
        wanted = {frozenset(PLACEHOLDER.findall(form)) for form in forms(entry.id)}
        given = {frozenset(PLACEHOLDER.findall(form)) for form in forms(entry.string)}
        if entry.fuzzy or not all(forms(entry.string)):
            wrong.append(f"not translated: {entry.id!r}")
        elif len(forms(entry.id)) != len(forms(entry.string)):
            wrong.append(f"wrong number of forms: {entry.id!r}")
        elif not given <= wanted or frozenset().union(*given) != frozenset().union(*wanted):
            wrong.append(f"other placeholders: {entry.id!r}")
    assert wrong == []
    assert f"nplurals={catalogue(file).num_plurals}; plural=" in PLURAL_FORMS
    assert "Plural-Forms: nplurals=2; plural=(n != 1);" in file.read_text("utf-8")
