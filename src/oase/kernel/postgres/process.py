"""One child process: started through `launch.py`, watched until it is ready, ended."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

import structlog

from .account import Account
from .errors import PostgresFailed
from .places import Places

LAUNCHER = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.005
TELL_SECONDS = 5.0  # how often a long start is mentioned
STOP_SECONDS = 20.0  # for a fast shutdown, which writes what is only in memory
QUIT_SECONDS = 5.0
LOG_BYTES = 5_000_000
LOG_FILES = 2  # older ones kept, .1 and .2
TAIL_BYTES = 4_000
TAIL_LINES = 20
STATE_LINE = 7  # of postmaster.pid, counted from 0: "starting", "ready   ", "stopping"

Process = asyncio.subprocess.Process
log = structlog.get_logger("oase.postgres")


async def spawn(
    account: Account, command: list[str], *, output: Path, inherits: tuple[int, ...], death: signal.Signals
) -> Process:
    """Starts a program as the account, in a session of its own.

    It keeps the descriptors `inherits` open, writes to the end of `output`, and gets `death` when this process dies.
    """
    uid, gid = (account.uid, account.gid) if account.switch else (-1, -1)
    numbers = [str(number) for number in (os.getpid(), int(death), uid, gid)]
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", str(LAUNCHER), *numbers, *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            pass_fds=inherits,
            cwd="/",  # one that every user can enter
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"},  # no PG… variable of ours reaches the server
        )
    finally:
        os.close(descriptor)


async def run(account: Account, command: list[str], *, output: Path, inherits: tuple[int, ...]) -> None:
    """Runs a program to its end; PostgresFailed with what it wrote if it does not end well."""
    start = size(output)
    process = await spawn(account, command, output=output, inherits=inherits, death=signal.SIGKILL)
    try:
        code = await process.wait()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if code != 0:
        raise PostgresFailed(f"{Path(command[0]).name} failed ({ending(code)}).", log=tail(output, start))


async def wait_ready(process: Process, places: Places, start: int) -> None:
    """Returns when postmaster.pid names our child and says `ready`; PostgresFailed if the child ends before.

    `start` is the log's size in bytes before the child was started. No time limit: after a crash the server may have
    much to replay, and killing it would only make it begin again.
    """
    began = told = asyncio.get_running_loop().time()
    while not _ready(process.pid, places.pid_file):
        if process.returncode is not None:
            raise PostgresFailed(
                f"PostgreSQL of {places.folder} does not start ({ending(process.returncode)}).",
                log=tail(places.log, start),
            )
        await asyncio.sleep(POLL_SECONDS)
        now = asyncio.get_running_loop().time()
        if now - told > TELL_SECONDS:
            told = now
            log.info("PostgreSQL is not ready yet; after a crash it replays its log", seconds=round(now - began))


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
            async with asyncio.timeout(seconds):
                await process.wait()
            return


def ending(code: int) -> str:
    """An exit code in words."""
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"


def size(path: Path) -> int:
    """The log's length in bytes, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def tail(path: Path, start: int = 0) -> str:
    """The last lines of the log, none from before `start`."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(start if start <= end else 0, end - TAIL_BYTES))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-TAIL_LINES:])
    except OSError:
        return ""


def rotate(path: Path) -> None:
    """Keeps the log below `LOG_BYTES`. Copied and emptied, not renamed: the server keeps the file open."""
    if size(path) < LOG_BYTES:
        return
    for number in range(LOG_FILES, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if number == 1:
            shutil.copyfile(path, older)
            os.truncate(path, 0)
        elif (newer := path.with_name(f"{path.name}.{number - 1}")).exists():
            newer.replace(older)
