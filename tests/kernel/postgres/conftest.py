"""Real servers, real processes. Nothing waits for a time, only for conditions."""

import asyncio
import contextlib
import functools
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import oase
from oase.kernel.postgres import EmbeddedPostgres, locks
from oase.kernel.postgres.places import socket_folder

HOLDER = Path(__file__).with_name("holder.py")
DEBIAN = Path("/usr/lib/postgresql/15/bin")
PATIENCE_SECONDS = 30.0


async def _until(condition: Callable[[], object]) -> None:
    """Waits until the condition holds; fails after a long time."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - files and processes have no events
            await asyncio.sleep(0.005)


async def _ask(dsn: str, statement: str, *values: object) -> Any:
    """The first column of the first row; None if there is none."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        cursor = await connection.execute(statement, values or None)
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@contextlib.asynccontextmanager
async def _running(made: Path, folder: Path, **arguments: Any) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, durable=False, **arguments)
    if folder.parent.is_dir() and not folder.exists():  # where more than one folder is missing, the server makes its own
        await _give_cluster(made, folder, arguments.get("binaries"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _give_cluster(made: Path, folder: Path, binaries: Path | None) -> None:
    """Copies a cluster that was made once: initdb takes seconds, and has tests of its own."""
    one = made / (binaries.parent.name if binaries else "wheel")
    if not one.exists():
        server = EmbeddedPostgres(one, durable=False, binaries=binaries)
        await server.start()
        await server.stop()
    folder.mkdir()
    copy = functools.partial(subprocess.run, ["cp", "-a", one / "cluster", folder], check=True)  # with owners and modes
    await asyncio.to_thread(copy)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """Where clusters lie that others are copied from."""
    with tempfile.TemporaryDirectory(prefix="oase-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    return _until


@pytest.fixture
def ask() -> Callable[..., Awaitable[Any]]:
    return _ask


@pytest.fixture
def running(made: Path) -> Callable[..., contextlib.AbstractAsyncContextManager[EmbeddedPostgres]]:
    """Starts a server in a folder, with a cluster where there is none yet, and ends it."""
    return functools.partial(_running, made)


@pytest.fixture(params=["wheel", "debian-15"])
def binaries(request: pytest.FixtureRequest) -> Path | None:
    """The programs of the wheel, and those of a distribution."""
    return None if request.param == "wheel" else request.getfixturevalue("debian")


@pytest.fixture
def debian() -> Path:
    """The programs of Debian's PostgreSQL 15."""
    if not DEBIAN.is_dir():
        pytest.skip(f"there is no {DEBIAN}")
    return DEBIAN


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="oase-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


class Holder:
    """Another process with a server, as this user or an ordinary one."""

    def __init__(self, *arguments: Path, user: int | None = None) -> None:
        self.folder = arguments[0].resolve()
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(p for p in [_source(), *sys.path] if p)}
        self.process = subprocess.Popen(
            [python_for(user), str(HOLDER), *map(str, arguments)],
            stdout=subprocess.PIPE,
            env=environment,
            user=user,
            group=None if user is None else pwd.getpwuid(user).pw_gid if _known(user) else user,
            extra_groups=None if user is None else [],
        )

    async def report(self) -> dict[str, Any]:
        """Its one line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await asyncio.to_thread(self.process.stdout.readline)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Kills it at once, as the kernel does when memory is short."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _unused(lock: Path) -> bool:
    return not locks.holders(lock)


def _source() -> str:
    return str(Path(next(iter(oase.__path__))).parent)


def _known(user: int) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwuid(user))
    return False


def python_for(user: int | None) -> str:
    """A Python of this version that the user can start; skips where there is none."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, shutil.which(f"python{wanted}", path="/usr/bin:/usr/local/bin")):
        if candidate and (user is None or _starts(candidate, user)):
            return candidate
    pytest.skip(f"no Python {wanted} here that an ordinary user can start")


def _starts(candidate: str, user: int) -> bool:
    try:
        return subprocess.run([candidate, "-c", ""], user=user, group=user, extra_groups=[], check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture
async def hold() -> AsyncIterator[Callable[..., Holder]]:
    """Starts processes with a server; kills them at the end and waits until the servers are gone too."""
    holders: list[Holder] = []

    def start(*arguments: Path, user: int | None = None) -> Holder:
        holders.append(Holder(*arguments, user=user))
        return holders[-1]

    yield start
    for holder in holders:
        holder.end()
    for folder in {holder.folder for holder in holders}:
        await _until(functools.partial(_unused, folder / "server.lock"))
        with contextlib.suppress(OSError):
            socket_folder(folder).rmdir()
