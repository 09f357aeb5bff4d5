"""What comes from other projects is exactly what was fetched: version, license and SHA-256 stand in VENDORED.toml."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = (ROOT / "src/oase/web/static/vendor", ROOT / "src/oase/sandbox/static/vendor", ROOT / "tests/vendor")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.parent.parent.name)
def test_vendored_files_have_the_sums_that_are_written_down(place: Path) -> None:
    entries = tomllib.loads((place / "VENDORED.toml").read_text())["file"]
    found = {entry["path"]: hashlib.sha256((place / entry["path"]).read_bytes()).hexdigest() for entry in entries}
    assert found == {entry["path"]: entry["sha256"] for entry in entries}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.parent.parent.name)
def test_nothing_is_vendored_without_being_written_down(place: Path) -> None:
    entries = tomllib.loads((place / "VENDORED.toml").read_text())["file"]
    assert {file.name for file in place.iterdir()} - {"VENDORED.toml"} == {entry["path"] for entry in entries}


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', (PLACES[0] / "icons.svg").read_text()))
    used = {
        name
        for file in (ROOT / "src/oase/web").rglob("*.html")
        for name in re.findall(r'\b(?:icon|empty)\("([a-z0-9-]+)"', file.read_text())
    }
    assert used - known == set()


def test_templates_carry_no_inline_script_style_or_handler() -> None:
    wrong = {
        f"{file.name}: {hit}"
        for file in (ROOT / "src/oase/web").rglob("*.html")
        for hit in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", file.read_text())
    }
    assert wrong == set()
