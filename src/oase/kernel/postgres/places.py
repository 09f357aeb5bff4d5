"""Where everything of one server lies.

FOLDER/                 mode 0711 for root (the server's user passes through), 0700 otherwise
  owner.lock            held by the one Oase that supervises this folder
  server.lock           held by the server and all its processes: free means that none of them lives
  cluster/              PostgreSQL's data folder, mode 0700, of the server's user
  cluster.new/          one that initdb has not finished; removed at the next start
  socket/               mode 0700, of the server's user; in /run or the like where this path is too long
  postgres.log          with postgres.log.1 and .2
"""

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from .account import Account, may_enter
from .errors import PostgresFailed

PORT = 5432  # part of the socket's name; nothing listens on TCP
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107  # sun_path without its closing zero


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The paths for one folder, absolute and resolved."""

    folder: Path

    @property
    def owner_lock(self) -> Path:
        return self.folder / "owner.lock"

    @property
    def server_lock(self) -> Path:
        return self.folder / "server.lock"

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def unfinished(self) -> Path:
        return self.folder / "cluster.new"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"


def make_folder(path: Path, account: Account) -> None:
    """Creates the folder if missing; an existing one keeps its permissions."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir()
        path.chmod(0o711 if account.switch else 0o700)


def make_private(path: Path, account: Account) -> None:
    """A folder with mode 0700 of the server's user. One that is somebody else's, or a link, is refused."""
    try:
        path.mkdir(mode=0o700)
        if account.switch:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid:
            raise PostgresFailed(
                f"{path} must be a folder of the user {account.name}, but belongs to user id {status.st_uid}."
                f" Oase must run as the same user as before, or the folder must be given to {account.name}."
            ) from None
        if status.st_mode & 0o077:
            path.chmod(0o700)


def socket_folder(folder: Path) -> Path:
    """The folder of the socket: inside `folder` if its path is short enough, else one with a stable name in /tmp.

    For root in /run, as the server's user may not be able to reach `folder`. Depends on the folder and on being root
    only (not on TMPDIR or a login's runtime folder), so that other processes of Oase find the same.
    """
    name = "oase-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/run" if os.access("/run", os.W_OK) else "/tmp", name)  # noqa: S108 - made with make_private
    inside = folder / "socket"
    return inside if _fits(inside) else Path("/tmp", name)  # noqa: S108


def remove_outside(socket: Path, folder: Path) -> None:
    """Leaves no empty folder in /run or /tmp."""
    if socket.parent != folder:
        with contextlib.suppress(OSError):
            socket.rmdir()


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES


@contextlib.contextmanager
def reachable(cluster: Path, account: Account) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What a program is told as its data folder (`-D`), and the descriptors it must inherit for that.

    Below a folder that is closed to the server's user (/root) it cannot use the path; but it may use the open folder
    that root hands to it. No permission is changed, and the data stay where the administrator wants them.
    """
    if not account.switch or may_enter(account, cluster):
        yield str(cluster), ()
        return
    if sys.platform != "linux":
        raise PostgresFailed(f"The user {account.name} cannot reach {cluster}. Choose another data folder.")
    descriptor = os.open(cluster, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)
