"""Tabler's sheet is trimmed to what our sources say: what was trimmed away and is said by now is noticed, and what can match stays."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "src/oase/web/static/vendor/tabler.min.css").read_text("utf-8")
TRIMMED_AWAY = (ROOT / "tests/vendor/tabler.trimmed.txt").read_text("utf-8").split()


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trim_css", ROOT / "tools/trim_css.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


trim_css = _tool()


def _texts(wanted: Callable[[Path], bool]) -> dict[str, str]:
    files = sorted(path for path in (ROOT / "src/oase").rglob("*") if wanted(path))
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files}


def _trouble(names: list[str], texts: dict[str, str], says: Callable[[Any, str], bool]) -> str:
    """A line for each of these names: who says it, and what to do about it."""
    files = {file: trim_css.used([text], [text]) for file, text in texts.items()} if names else {}
    places = {name: ", ".join(file for file, used in files.items() if says(used, name)) for name in names}
    return "\n".join(f"{name} is used in {places[name]} but was trimmed away: run python tools/vendor.py" for name in names)


def test_no_source_says_a_class_that_was_trimmed_away() -> None:
    pages = _texts(trim_css.is_page)
    used = trim_css.used(pages.values(), [])
    missing = [name for name in TRIMMED_AWAY if used.has(name)]
    assert not missing, _trouble(missing, pages, lambda one, name: one.has(name))


def test_no_source_reads_a_custom_property_that_was_trimmed_away() -> None:
    texts = _texts(trim_css.is_page) | _texts(trim_css.is_sheet)
    read = {word for text in texts.values() for word in re.findall(r"--tblr-\w[\w-]*", text)}
    missing = sorted(read - set(re.findall(r"--tblr-\w[\w-]*", SHEET)))
    assert not missing, _trouble(missing, texts, lambda one, name: name in one.referred)


def test_whoever_says_what_was_trimmed_away_is_named() -> None:
    texts = {"a.html": '<a class="btn btn-ghost">', "b.js": "line.className = `steps-${colour}`", "c.py": "x = 1"}
    assert _trouble(["btn-ghost", "steps-red"], texts, lambda one, name: one.has(name)).splitlines() == [
        "btn-ghost is used in a.html but was trimmed away: run python tools/vendor.py",
        "steps-red is used in b.js but was trimmed away: run python tools/vendor.py",
    ]


def test_the_license_stays_at_the_head_of_the_sheet() -> None:
    assert SHEET.startswith('@charset "UTF-8";/*!\n * Tabler v')
    assert "Licensed under MIT" in SHEET[:400]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<a class="card big-card">', "big-card"),
        ('<a class="tone-{{ kind }}">', "tone-red"),
        ('<a class="tone-{% if bad %}red{% endif %}">', "tone-red"),
        ('{{ menu("tone-" ~ kind) }}', "tone-red"),
        ("line.className = `line tone-${kind}`", "tone-red"),
        ('f"tone-{kind}"', "tone-red"),
        ('"tone-%s" % kind', "tone-red"),
    ],
)
def test_classes_are_seen_however_they_are_written(text: str, name: str) -> None:
    assert trim_css.used([text], []).has(name)


@pytest.mark.parametrize("text", ["'%Y-%m-%d-%H'", "[a-z][a-d-]", "<p>tone- and colour</p>", ""])
def test_not_everything_with_a_dash_is_a_beginning(text: str) -> None:
    assert not any(trim_css.used([text], []).has(name) for name in ("d-flex", "m-2", "tone-red"))


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("p{a:b}", "p{a:b}"),
        (".on{a:b}.off{a:b}", ".on{a:b}"),
        (".on,.off,.on>.off,.on p{a:b}", ".on,.on p{a:b}"),
        (".on.off{a:b}", ""),
        (".on:not(.off){a:b}", ".on:not(.off){a:b}"),
        (".on:not(:is(.off,.on)) p{a:b}", ".on:not(:is(.off,.on)) p{a:b}"),
        (":is(.off,.on .on) p{a:b}", ":is(.off,.on .on) p{a:b}"),
        (".on:is(.off,.off p){a:b}", ""),
        (".on:has(>.off){a:b}", ""),
        ('[class*=" .off"],[a="x,.off"]{a:b}', '[class*=" .off"],[a="x,.off"]{a:b}'),
        ("@media print{.off{a:b}}@media print{.off{a:b}.on{a:b}}", "@media print{.on{a:b}}"),
        ("@supports (a:b){@media print{.off{a:b}}}p{a:b}", "p{a:b}"),
        ("@font-face{a:b}@keyframes off{0%{a:b}12.5%{a:c}}", "@font-face{a:b}@keyframes off{0%{a:b}12.5%{a:c}}"),
        ('@charset "UTF-8";/*! {.off; */\n.off{a:b}', '@charset "UTF-8";/*! {.off; */'),
        ('p{a:url("}.off{;")}.off{a:b}', 'p{a:url("}.off{;")}'),
        (":root{--read:1;--unread:2;--ours:3}p{a:var(--read)}", ":root{--read:1;--ours:3}p{a:var(--read)}"),
        (':root{--a:url("x;}");--b:var(--c);--c:1}.off{d:var(--b)}p{a:b}', "p{a:b}"),
    ],
)
def test_what_can_match_stays_and_what_cannot_goes(css: str, left: str) -> None:
    used = trim_css.used(["on"], ["p { color: var(--ours) }"])
    assert trim_css.trimmed(css, used) == left
    assert trim_css.trimmed(left, used) == left


@pytest.mark.parametrize("css", ["p{a:b", "p{a:b}}", "p", ".on:is(.off{a:b}"])
def test_broken_css_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match=r"closes|end|open"):
        trim_css.trimmed(css, trim_css.used(["on"], []))


def test_all_classes_of_a_sheet_are_found() -> None:
    css = "@media print{.a:not(.b){x:.5em}}@keyframes c{12.5%{x:y}}.d .e,[f='.g']{x:y}"
    assert trim_css.classes(css) == {"a", "b", "d", "e"}
