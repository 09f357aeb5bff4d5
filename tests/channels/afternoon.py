"""Follows "A connector in an afternoon" to the letter: every block of the page that names a file becomes that file."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/handbook/connector-in-an-afternoon.md"
_FILE = re.compile(r"^`([\w./-]+)`\n```\w*\n(.*?)^```$", re.M | re.S)


def follow(folder: Path) -> Path:
    """Writes the package of the page into a folder; gives the folder."""
    for name, content in _FILE.findall(PAGE.read_text("utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    return folder


def install(package: Path) -> Path:
    """Installs it by pip into a folder of its own; whoever has that on the path has it installed beside Oase."""
    target = package / "installed"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run([*command, "--target", str(target), str(package)], check=True)
    return target
