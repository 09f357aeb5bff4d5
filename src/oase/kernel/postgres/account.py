"""The operating system's user that PostgreSQL runs as. PostgreSQL refuses root, so root needs a second user."""

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import msgspec

from .errors import PostgresFailed

SERVER_USER = "oase-postgres"
ATTEMPTS = 20  # useradd fails while another process holds the lock of /etc/passwd


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A user. `switch`: the server runs as somebody else than we do."""

    name: str
    uid: int
    gid: int
    switch: bool


def our_name() -> str:
    """The name of the user this process runs as, which PostgreSQL's `peer` sees; PostgresFailed if it has none."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise PostgresFailed(
            f"The user id {os.geteuid()} has no entry in the system's list of users, and PostgreSQL does not start"
            " without one. Add the user (in a container: to /etc/passwd), or set OASE_DATABASE_URL."
        ) from None


def server_account() -> Account:
    """The user the server runs as: we ourselves, or for root `oase-postgres`, which is created if missing."""
    if os.geteuid() != 0:
        return Account(name=our_name(), uid=os.geteuid(), gid=os.getegid(), switch=False)
    return find(SERVER_USER) or create(SERVER_USER)


def find(name: str) -> Account | None:
    """The account for a user's name, to be switched to; None if there is no such user."""
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, switch=True)


def create(name: str) -> Account:
    """Creates a system user without home and shell; PostgresFailed says why it could not."""
    reason = "the program useradd is missing"
    if program := shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        for _ in range(ATTEMPTS):
            command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
            done = subprocess.run(  # noqa: S603
                [*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, text=True, check=False
            )
            if account := find(name):  # made by us or by somebody at the same moment
                return account
            reason = done.stderr.strip()
            time.sleep(0.1)
    raise PostgresFailed(
        f"PostgreSQL does not run as root, and the user {name} for it could not be created ({reason})."
        f" Create the user {name}, or start Oase as an ordinary user, or set OASE_DATABASE_URL."
    )


def may_enter(account: Account, folder: Path) -> bool:
    """Whether the account can reach what lies in `folder`, by the permission bits of it and all its parents."""
    for place in (folder.resolve(), *folder.resolve().parents):
        status = place.stat()
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True
