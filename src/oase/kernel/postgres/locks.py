"""Who owns the folder, and which processes of an earlier server still live: both by flock, never by a bare process id.

An flock belongs to an open file and is inherited with it. `owner.lock` is open in the supervisor only. `server.lock` is
locked by the supervisor, handed to the server at its start and then closed here: from then on it is held by the
postmaster and every process it forks, and is free only when the last of them is gone.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from .errors import DataFolderInUse, PostgresFailed
from .places import Places

POLL_SECONDS = 0.01
STRAGGLERS_SECONDS = 0.1  # how long processes without a postmaster may take to notice
ORPHAN_SECONDS = 20.0  # how long an orphaned server may take to shut down
KILLED_SECONDS = 10.0


def try_lock(path: Path) -> int | None:
    """An open, locked file descriptor; None if another process has the lock."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def take_ownership(places: Places) -> int:
    """Locks the folder for this process until the descriptor is closed; DataFolderInUse if another has it."""
    descriptor = try_lock(places.owner_lock)
    if descriptor is None:
        holder = places.owner_lock.read_text("ascii", "replace").strip()
        raise DataFolderInUse(
            f"The data folder {places.folder} is already used by another Oase{f' (process {holder})' if holder else ''}."
            " Stop that one first, or choose another folder with OASE_DATA_DIR."
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)  # for the sentence above only
    return descriptor


async def take_server_lock(places: Places) -> int:
    """The lock for a new server, once no process of an earlier one lives.

    An orphan is asked to shut down, processes that outlived their postmaster are killed. Only processes that hold our
    lock file open are ever signalled. The caller owns the folder.
    """
    if (descriptor := try_lock(places.server_lock)) is not None:
        return descriptor
    postmaster = recorded_pid(places)
    if postmaster is not None and signal_holder(places.server_lock, postmaster, signal.SIGINT):
        patience = ORPHAN_SECONDS
    else:
        patience = STRAGGLERS_SECONDS
    if (descriptor := await _lock_within(places.server_lock, patience)) is not None:
        return descriptor
    for pid in holders(places.server_lock):
        signal_holder(places.server_lock, pid, signal.SIGKILL)
    if (descriptor := await _lock_within(places.server_lock, KILLED_SECONDS)) is not None:
        return descriptor
    raise PostgresFailed(
        f"Processes of an earlier PostgreSQL of {places.folder} are still alive and cannot be ended."
        f" They hold {places.server_lock} open; end them and start again."
    )


async def _lock_within(path: Path, seconds: float) -> int | None:
    end = asyncio.get_running_loop().time() + seconds
    while (descriptor := try_lock(path)) is None:
        if asyncio.get_running_loop().time() > end:
            return None
        await asyncio.sleep(POLL_SECONDS)
    return descriptor


def recorded_pid(places: Places) -> int | None:
    """The process id in postmaster.pid. It may be stale, and by now anybody's."""
    try:
        return int(places.pid_file.read_text("utf-8", "replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def holders(path: Path) -> list[int]:
    """The processes other than this one that hold the file open, as far as /proc shows them."""
    found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")] if sys.platform == "linux" else []
    return [pid for pid in found if pid != os.getpid() and _holds(pid, path)]


def signal_holder(path: Path, pid: int, number: signal.Signals) -> bool:
    """Signals the process if it holds the file open, and nobody else who may get its id meanwhile (pidfd)."""
    if sys.platform != "linux":
        return False
    try:
        handle = os.pidfd_open(pid)
    except (OSError, ValueError):
        return False
    try:
        if pid == os.getpid() or not _holds(pid, path):
            return False
        signal.pidfd_send_signal(handle, number)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _holds(pid: int, path: Path) -> bool:
    try:
        wanted = path.stat()
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                status = entry.stat()
            except OSError:
                continue
            if (status.st_dev, status.st_ino) == (wanted.st_dev, wanted.st_ino):
                return True
    except OSError:  # gone, or somebody else's
        pass
    return False


def clear_stale_files(places: Places, socket: Path) -> None:
    """Removes what a killed server left, which would stop a new one where the process id was given to somebody else.

    Only with the server lock in hand. A server that was started by other means does not hold our lock; it is known by
    the folder it stands in.
    """
    pid = recorded_pid(places)
    if pid is not None and _stands_in(pid, places.cluster):
        raise DataFolderInUse(
            f"A PostgreSQL that Oase did not start uses {places.cluster} (process {pid}). Stop it and start again."
        )
    if sys.platform == "linux":  # elsewhere nothing tells us who has the id; PostgreSQL decides itself
        places.pid_file.unlink(missing_ok=True)
        for left in socket.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)


def _stands_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False
