"""One child process: started through `launch.py`, watched until it is ready, ended."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

from .account import Account
from .errors import PostgresFailed
from .places import Places

LAUNCHER = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.005
STOP_SECONDS = 20.0  # for a fast shutdown, which writes what is only in memory
QUIT_SECONDS = 5.0
LOG_BYTES = 5_000_000
LOG_FILES = 2  # older ones kept, .1 and .2
TAIL_BYTES = 4_000
TAIL_LINES = 20
STATE_LINE = 7  # of postmaster.pid, counted from 0: "starting", "ready   ", "stopping"

Process = asyncio.subprocess.Process


async def spawn(account: Account, folder: Path, command: list[str], *, log: Path, lock: int, death: signal.Signals) -> Process:
    """Starts a program as the account, standing in `folder`, in a session of its own.

    It inherits the lock `lock`, writes to the end of `log`, and gets `death` when this process dies.
    """
    uid, gid = (account.uid, account.gid) if account.switch else (-1, -1)
    numbers = [str(number) for number in (os.getpid(), int(death), uid, gid)]
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", str(LAUNCHER), *numbers, str(folder), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(lock,),
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"},  # no PG… variable of ours reaches the server
        )
    finally:
        os.close(output)


async def run(account: Account, folder: Path, command: list[str], *, log: Path, lock: int) -> None:
    """Runs a program to its end; PostgresFailed with what it wrote if it does not end well."""
    start = size(log)
    process = await spawn(account, folder, command, log=log, lock=lock, death=signal.SIGKILL)
    try:
        code = await process.wait()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if code != 0:
        raise PostgresFailed(f"{Path(command[0]).name} failed ({ending(code)}).", log=tail(log, start))


async def wait_ready(process: Process, places: Places, start: int) -> None:
    """Returns when postmaster.pid names our child and says `ready`; PostgresFailed if the child ends before.

    `start` is the log's size in bytes before the child was started. No time limit: after a crash the server may have
    much to replay, and killing it would only make it begin again.
    """
    while not _ready(process.pid, places.pid_file):
        if process.returncode is not None:
            raise PostgresFailed(
                f"PostgreSQL of {places.folder} does not start ({ending(process.returncode)}).",
                log=tail(places.log, start),
            )
        await asyncio.sleep(POLL_SECONDS)


def _ready(pid: int, pid_file: Path) -> bool:
    try:
        lines = pid_file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return len(lines) > STATE_LINE and lines[0] == str(pid) and lines[STATE_LINE].strip() == "ready"


async def shut_down(process: Process) -> None:
    """Fast shutdown; if that takes too long an immediate one, from which the next start recovers."""
    steps = ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, QUIT_SECONDS), (signal.SIGKILL, None))
    for number, seconds in steps:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
            return


def ending(code: int) -> str:
    """An exit code in words."""
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"


def size(log: Path) -> int:
    """The log's length in bytes, 0 if there is none."""
    return log.stat().st_size if log.exists() else 0


def tail(log: Path, start: int = 0) -> str:
    """The last lines of the log, none from before `start`."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(start if start <= end else 0, end - TAIL_BYTES))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-TAIL_LINES:])
    except OSError:
        return ""


def rotate(log: Path) -> None:
    """Keeps the log below `LOG_BYTES`. Copied and emptied, not renamed: the server keeps the file open."""
    if size(log) < LOG_BYTES:
        return
    for number in range(LOG_FILES, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if number == 1:
            shutil.copyfile(log, older)
            os.truncate(log, 0)
        elif (newer := log.with_name(f"{log.name}.{number - 1}")).exists():
            newer.replace(older)
