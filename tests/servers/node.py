"""Programs of npm for tests: each installed once, pinned, into the git-ignored folder `.test/node`; needs Node 20 and npm.

What takes minutes has a folder of its own beside it, so that nothing else waits for it.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".test" / "node"


def install(package: str, version: str, folder: Path = FOLDER, seconds: float = 300) -> str:
    """Installs a package if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    if installed(package, folder) == version:
        return ""
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{package} needs Node and npm, which are not installed."
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("w") as lock:  # one at a time, should several test processes come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if installed(package, folder) == version:
            return ""
        command = ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(folder), f"{package}@{version}"]
        # what has to be compiled is for tests: that it is ready soon counts more than that it is quick. Warnings that nobody
        # reads took two thirds of the time of compiling SQLite
        plain = {**os.environ, "CFLAGS": "-O0 -Wno-all", "CXXFLAGS": "-O0 -Wno-all"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, env=plain)
        except subprocess.TimeoutExpired:
            return f"npm could not install {package} within {seconds:.0f} seconds."
        if done.returncode:
            return f"npm could not install {package}: {done.stderr.strip()[-300:]}"
        _mark(package, folder).write_text(version)
    return ""


def installed(package: str, folder: Path = FOLDER) -> str:
    """The version that is wholly there: what npm was stopped at, or could not compile, does not count."""
    mark = _mark(package, folder)
    return mark.read_text() if mark.exists() and (folder / "node_modules" / package).exists() else ""


def _mark(package: str, folder: Path) -> Path:
    return folder / f"installed-{package.replace('/', '-')}"
