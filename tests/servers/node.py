"""Programs of npm for tests: each installed once, pinned, into the git-ignored folder `.test/node`; needs Node 20 and npm."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".test" / "node"


def install(package: str, version: str) -> str:
    """Installs a package if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    if _installed(package) == version:
        return ""
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{package} needs Node and npm, which are not installed."
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "install.lock").open("w") as lock:  # one at a time, should several test processes come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed(package) == version:
            return ""
        command = ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(FOLDER), f"{package}@{version}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return "" if done.returncode == 0 else f"npm could not install {package}: {done.stderr.strip()[-300:]}"


def _installed(package: str) -> str:
    file = FOLDER / "node_modules" / package / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else ""
