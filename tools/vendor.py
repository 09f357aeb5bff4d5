"""Fetches what the browser needs from other projects, at fixed versions, into the source tree.

    npm pack <package>@<version>  ->  the files we use  ->  src/oase/web/static/vendor/ (and tests/vendor/)
                                                            VENDORED.toml: package, version, license, SHA-256 of each file

Run by hand when a version or the list of icons (tools/icons.txt) changes, or when a page needs a class of Tabler's that none
needed before: `python tools/vendor.py`. Tabler's sheet is trimmed to what our sources use (tools/trim_css.py); the classes that went
are written down in tests/vendor, so that a test can tell who wants one of them back. Nothing of this is needed to run or to test
Oase; a test holds the files to the sums written here.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from trim_css import classes, is_page, is_sheet, trimmed, used

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/oase"
VENDOR = SOURCE / "web/static/vendor"
SANDBOX_VENDOR = SOURCE / "sandbox/static/vendor"
TEST_VENDOR = ROOT / "tests/vendor"


class Taken(NamedTuple):
    """One file that is taken out of a package."""

    package: str
    version: str
    license: str
    inside: str
    to: Path
    change: str = ""


TABLER = Taken(
    "@tabler/core", "1.6.1", "MIT", "dist/css/tabler.min.css", VENDOR / "tabler.min.css", "trimmed to what our sources use"
)
TRIMMED_AWAY = TABLER._replace(to=TEST_VENDOR / "tabler.trimmed.txt", change="the names of the classes that were trimmed away")
FILES = (
    Taken("htmx.org", "4.0.1", "0BSD", "dist/htmx.min.js", VENDOR / "htmx.min.js"),
    TABLER,
    Taken("axe-core", "4.14.1", "MPL-2.0", "axe.min.js", TEST_VENDOR / "axe.min.js"),
)
ICONS = Taken("@tabler/icons", "3.51.0", "MIT", "icons/outline", VENDOR / "icons.svg")
BRANDS = ICONS._replace(to=SANDBOX_VENDOR / "brands.svg")


def fetch(package: str, version: str, folder: Path) -> tarfile.TarFile:
    """The package's archive from the npm registry that this machine is set to."""
    command = ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
    return tarfile.open(folder / name)


def content(archive: tarfile.TarFile, path: str) -> bytes:
    """One file out of the archive."""
    found = archive.extractfile(f"package/{path}")
    if found is None:
        raise SystemExit(f"{archive.name} holds no {path}.")
    return found.read()


def without_map(text: bytes) -> bytes:
    """The file without its pointer to a source map, which we do not ship."""
    return re.sub(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*", b"", text)


def sprite(archive: tarfile.TarFile, list_of: str) -> bytes:
    """All icons of a list in `tools` as symbols of one SVG file."""
    lines = (ROOT / "tools" / list_of).read_text().splitlines()
    names = sorted({name for line in lines if not line.startswith("#") for name in line.split()})
    symbols = []
    for name in names:
        drawing = content(archive, f"{ICONS.inside}/{name}.svg").decode()
        inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
        inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
        lines_joined = re.sub(r"\s*\n\s*", "", inner)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines_joined}</symbol>')
    note = f"<!-- {ICONS.package} {ICONS.version}, {ICONS.license} license, Copyright (c) Paweł Kuna -->"
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', note, *symbols, "</svg>\n"]).encode()


def texts(wanted: Callable[[Path], bool]) -> Iterator[str]:
    """The wanted ones of our sources."""
    return (path.read_text("utf-8") for path in SOURCE.rglob("*") if wanted(path))


def trim() -> None:
    """Makes Tabler's whole sheet, as it was fetched, a small one, and writes down the classes that went."""
    names = used(texts(is_page), texts(is_sheet))
    whole = TABLER.to.read_text("utf-8")
    TABLER.to.write_text(trimmed(whole, names), "utf-8")
    TRIMMED_AWAY.to.write_text("".join(f"{name}\n" for name in sorted(classes(whole)) if not names.has(name)), "utf-8")


def entry(taken: Taken) -> str:
    """What VENDORED.toml says about one file."""
    change = f'change = "{taken.change}"\n' if taken.change else ""
    return (
        f'[[file]]\npath = "{taken.to.name}"\npackage = "{taken.package}"\nversion = "{taken.version}"\n'
        f'license = "{taken.license}"\n{change}sha256 = "{hashlib.sha256(taken.to.read_bytes()).hexdigest()}"\n'
    )


def main() -> None:
    """Fetches everything anew."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    TEST_VENDOR.mkdir(parents=True, exist_ok=True)
    SANDBOX_VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for taken in FILES:
            with fetch(taken.package, taken.version, folder) as archive:
                taken.to.write_bytes(without_map(content(archive, taken.inside)))
        with fetch(ICONS.package, ICONS.version, folder) as archive:
            ICONS.to.write_bytes(sprite(archive, "icons.txt"))
            BRANDS.to.write_bytes(sprite(archive, "brands.txt"))
    trim()
    head = "# Written by tools/vendor.py; tests/web/test_vendored.py holds the files to these sums.\n\n"
    for place in (VENDOR, SANDBOX_VENDOR, TEST_VENDOR):
        entries = [entry(taken) for taken in (*FILES, ICONS, BRANDS, TRIMMED_AWAY) if taken.to.parent == place]
        (place / "VENDORED.toml").write_text(head + "\n".join(entries))
    sys.stdout.write("Fetched; look at the changes with git diff --stat.\n")


if __name__ == "__main__":
    main()
