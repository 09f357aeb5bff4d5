"""Turns itself into a program of PostgreSQL: `python -I -S launch.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`.

A program of its own, run with nothing but the standard library, because what it does must happen in the child between
fork and exec, and Python code there is unsafe in a process with threads. It keeps its process id, so PostgreSQL is the
direct child of whoever started this.

    child -> user -> death signal -> still the same parent? -> exec PROGRAM

PARENT is the process id of the supervisor, SIGNAL what this process shall get when the supervisor dies (Linux only),
UID and GID the user to become (-1: stay).
"""

import ctypes  # now: after the change of user Python's own files may be out of reach
import os
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def become(uid: int, gid: int) -> None:
    """Gives up root for good: no other groups, real, effective and saved ids."""
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)


def die_with(parent: int, signal: int) -> None:
    """Asks the kernel for `signal` at the parent's death. After the change of user, which would clear it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we asked
        sys.exit("the parent is gone")


def main() -> None:
    """Becomes the server: see above."""
    parent, signal, uid, gid = (int(argument) for argument in sys.argv[1:5])
    program = sys.argv[5]
    try:
        os.umask(0o077)
        if uid >= 0:
            become(uid, gid)
        if sys.platform == "linux":
            die_with(parent, signal)
        os.execv(program, sys.argv[5:])  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"{program} cannot be started as user id {uid}: {error}")


if __name__ == "__main__":
    main()
