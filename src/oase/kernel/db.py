"""The database: one pool, and the unit of work, which is the only thing that commits.

    async with database.work(workspace_id) as work:      BEGIN; the workspace for row-level security
        rows = await work.rows("SELECT …", {...})
        work.emit("conversation", conversation_id, {...})  kept until the end
        work.audit("conversation.solved", ...)
                                                           live events and audit entries in one statement each; COMMIT

SQL is written as text with `%(name)s` parameters, in the slices' `repository.py`; psycopg prepares what repeats.
`oase.kernel.schema` holds the tables as data for migrations; nothing here imports it.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import psycopg
from procrastinate.tasks import Task
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import class_row, dict_row, tuple_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool
from psycopg_pool.base import AttemptWithBackoff

from oase.kernel.audit import Actor, AuditEntry, insert_entries
from oase.kernel.clock import Clock, SystemClock
from oase.kernel.errors import Unavailable
from oase.kernel.waiting import raise_if_cancelled

Row = dict[str, Any]
Parameters = Mapping[str, Any]
T = TypeVar("T")

# The pool's own pauses double from a second on without an end: after an outage of half a minute nothing would work for another
# one. A steady fifth of a second costs nothing on our side of a socket.
AttemptWithBackoff.INITIAL_DELAY = 0.2
AttemptWithBackoff.DELAY_BACKOFF = 1.0
_PLANNED_ONCE: Final = "; SET LOCAL plan_cache_mode = force_generic_plan"
_WAIT_SECONDS: Final = 8.0  # for a free connection; then the caller hears that the database does not answer

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)


class UnitOfWork:
    """One transaction in one workspace. Made by `Database.work`; statements see only that workspace's rows."""

    def __init__(self, connection: AsyncConnection[Any], workspace_id: UUID | None, actor: Actor, clock: Clock) -> None:
        self.connection = connection
        self.actor = actor
        self.clock = clock
        self._workspace_id = workspace_id
        self._events: list[tuple[UUID, str, UUID, bytes]] = []
        self._entries: list[AuditEntry] = []
        self._after: list[Callable[[], None]] = []
        self._because: Mapping[str, Any] = {}
        self._cursor: AsyncCursor[Any] = connection.cursor()

    @property
    def workspace_id(self) -> UUID:
        """The workspace of this transaction; a mistake of the programmer if it works everywhere."""
        if self._workspace_id is None:
            raise RuntimeError("This unit of work belongs to no workspace.")
        return self._workspace_id

    def _named(self, parameters: Parameters | None) -> Parameters:
        return {"workspace_id": self._workspace_id, **(parameters or {})}

    async def _execute(self, statement: str, parameters: Parameters | None, shape: Any = tuple_row) -> AsyncCursor[Any]:
        """Runs a statement. One cursor serves the whole transaction: making one costs a third of a small statement."""
        self._cursor.row_factory = shape
        await self._cursor.execute(statement.encode(), self._named(parameters))
        return self._cursor

    async def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows as dictionaries. `%(workspace_id)s` is always there."""
        return await (await self._execute(statement, parameters, dict_row)).fetchall()

    async def all(self, kind: type[T], statement: str, parameters: Parameters | None = None) -> list[T]:
        """All rows as instances of `kind`, whose fields are named like the columns."""
        return await (await self._execute(statement, parameters, class_row(kind))).fetchall()

    async def one(self, kind: type[T], statement: str, parameters: Parameters | None = None) -> T | None:
        """The first row as an instance of `kind`, or None."""
        return await (await self._execute(statement, parameters, class_row(kind))).fetchone()

    async def tuples(self, statement: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows as tuples: the quickest form, for hot paths."""
        return await (await self._execute(statement, parameters)).fetchall()

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row, or None."""
        return await (await self._execute(statement, parameters, dict_row)).fetchone()

    async def value(self, statement: str, parameters: Parameters | None = None) -> Any:
        """The first column of the first row, or None."""
        found = await (await self._execute(statement, parameters)).fetchone()
        return found[0] if found else None

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        """Runs a statement and gives the number of rows it touched."""
        return (await self._execute(statement, parameters)).rowcount

    def emit(self, topic: str, key: UUID, payload: Mapping[str, Any] | None = None, *, workspace_id: UUID | None = None) -> None:
        """Adds an event to the live log, with this transaction or not at all. Payloads hold ids and small facts only."""
        facts = {**(payload or {}), **self._because}
        self._events.append((workspace_id or self.workspace_id, topic, key, msgspec.json.encode(facts)))

    @contextmanager
    def because(self, cause: Mapping[str, Any]) -> Iterator[None]:
        """Events that are added meanwhile say by what they were caused, so that what acts by itself can tell its own doing."""
        before, self._because = self._because, {"cause": cause} if cause else {}
        try:
            yield
        finally:
            self._because = before

    def audit(self, act: str, *, subject: str = "", subject_id: UUID | None = None, **data: Any) -> None:
        """Writes down who did what, with this transaction or not at all."""
        entry = AuditEntry(act=act, subject=subject, subject_id=subject_id, data=data)
        self._entries.append(entry)

    async def defer(self, task: Task[Any, Any, Any], **arguments: Any) -> None:
        """Adds a job in this transaction. Not on hot paths: its trigger notifies."""
        await task.configure(connection=self.connection).defer_async(**arguments)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Calls this once the transaction is durable; for waking others in this process."""
        self._after.append(call)

    async def finish(self) -> None:
        """Writes the collected events and audit entries. Called by `Database.work`."""
        if self._entries:
            await insert_entries(self.connection, self.workspace_id, self.actor, self.clock.now(), self._entries)
        if self._events:
            columns = list(zip(*self._events, strict=True))
            await self.connection.execute(
                b"INSERT INTO live_event (workspace_id, topic, key, payload)"
                b" SELECT * FROM unnest(%b::uuid[], %b::text[], %b::uuid[], %b::jsonb[])",
                [list(columns[0]), list(columns[1]), list(columns[2]), [payload.decode() for payload in columns[3]]],
            )

    @property
    def emitted(self) -> bool:
        """Whether this transaction has live events."""
        return bool(self._events)


def cannot_be_kept(error: Exception) -> bool:
    """Whether a statement was refused because of a NUL character: no text of PostgreSQL has one."""
    return isinstance(error, psycopg.DataError) and "cannot contain NUL" in str(error)


async def _still_there(connection: AsyncConnection[Any]) -> None:
    """Raises OperationalError if the server has hung up, as our end of the socket knows without asking it: no round trip."""
    connection.pgconn.consume_input()  # its last words, if there are any
    connection.pgconn.consume_input()  # and that nothing follows them


class Database:
    """The pool of connections and the way into a transaction."""

    def __init__(self, dsn: str, *, clock: Clock | None = None, connections: int = 12) -> None:
        self.dsn = dsn
        self.clock: Clock = clock or SystemClock()
        self.on_commit: list[Callable[[], None]] = []  # called after commits that emitted live events
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=connections,
            kwargs={"autocommit": True, "prepare_threshold": 3},
            check=_still_there,
            timeout=_WAIT_SECONDS,
            max_idle=120,
            open=False,
            num_workers=2,
        )

    async def open(self) -> None:
        """Opens the pool; the first connection is made at once."""
        await self._pool.open(wait=True, timeout=30)

    async def close(self) -> None:
        """Closes the pool."""
        await self._pool.close(timeout=3)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A bare autocommit connection: for health checks, advisory locks, bulk reads."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise_if_cancelled()
            raise Unavailable("The database does not answer at the moment.") from error

    @asynccontextmanager
    async def work(
        self, workspace_id: UUID, *, actor: Actor | None = None, planned_once: bool = False
    ) -> AsyncIterator[UnitOfWork]:
        """One transaction in one workspace: commits at the end, rolls back on any error.

        `planned_once`: statements are not planned anew for each value, which takes longer than to run what looks up a few rows by
        their ids. For what runs many times a second; not where the best way depends on what is asked for.
        """
        setting = _PLANNED_ONCE if planned_once else ""
        async with self._begin(workspace_id, f"'{workspace_id}'{setting}", actor) as work:
            yield work

    @asynccontextmanager
    async def everywhere(self) -> AsyncIterator[UnitOfWork]:
        """One transaction over all workspaces: only for set-up, sign-in by mail address, maintenance."""
        async with self._begin(None, "'everywhere'", None) as work:
            yield work

    @asynccontextmanager
    async def _begin(self, workspace_id: UUID | None, scope: str, actor: Actor | None) -> AsyncIterator[UnitOfWork]:
        async with self._begun(scope) as connection:
            work = UnitOfWork(connection, workspace_id, actor or Actor(), self.clock)
            try:
                yield work
                await work.finish()
                await connection.commit()
            except BaseException:
                await _roll_back(connection)
                raise
        for call in [*work._after, *(self.on_commit if work.emitted else ())]:
            call()

    @asynccontextmanager
    async def _begun(self, scope: str) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection in a transaction. That a server hangs up may be learnt only from its answer to BEGIN: then nothing was
        done yet, and another connection does it."""
        begin = f"BEGIN; SET LOCAL oase.workspace = {scope}".encode()  # words of ours, and an id
        for _ in range(self._pool.max_size):
            async with self.connection() as connection:
                try:
                    await connection.execute(begin)
                except psycopg.OperationalError:
                    await connection.close()
                    raise_if_cancelled()
                    continue
                yield connection
                return
        raise Unavailable("The database does not answer at the moment.")


async def _roll_back(connection: AsyncConnection[Any]) -> None:
    """Ends the transaction; a connection that cannot is closed, and the pool makes a new one."""
    try:
        if not connection.closed and not connection.broken:
            await connection.rollback()
    except psycopg.Error:
        await connection.close()
