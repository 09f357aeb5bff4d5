"""What is public about response times, rendered and kept: requests are answered from memory.

every five minutes, when somebody asks --> figures (a few statements) --> shown --first request of each form--> bytes, packed bytes, tag
a change of settings, accounts or hours --live log--> forgotten

While new figures are made, the old ones are shown; of a workspace that nobody asks about nothing is made. That a short name is
unknown is known without asking the database.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.desk.hours import Timetables
from oase.insights import REFRESHED, Figures, as_of, figures, published
from oase.kernel.clock import Clock
from oase.kernel.db import Database
from oase.kernel.live import LiveHub
from oase.staff import find_workspace

_SHOWN_AT_MOST: Final = 3 * REFRESHED  # older figures are shown to nobody
_WORTH_PACKING: Final = 600  # bytes
TOPICS: Final = ("workspace", "account", "desk")
T = TypeVar("T")
log = structlog.get_logger()


class Form(Struct, frozen=True):
    """A form of it that is ready to be sent: a page in a language, a picture, JSON. `packed` is empty where that is no smaller."""

    type: str
    plain: bytes
    packed: bytes
    tag: str


class Shown(Struct, frozen=True):
    """The figures of a workspace, with the forms that were asked for until now."""

    figures: Figures
    accounts: tuple[StoredAccount, ...]  # over which the company can be reached, of the channels that are shown
    forms: dict[str, Form]

    def form(self, name: str, type: str, make: Callable[["Shown"], str]) -> Form:
        """A form by its name; made when it is asked for first."""
        found = self.forms.get(name)
        if found is None:
            found = self.forms[name] = ready(type, make(self))
        return found


def ready(type: str, text: str) -> Form:
    """A text, packed, with a tag of its content."""
    plain = text.encode()
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) > _WORTH_PACKING else b""
    tag = f'"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'
    return Form(type, plain, packed if len(packed) < len(plain) else b"", tag)


class Board:
    """Gives what is shown of a workspace. One for each process."""

    def __init__(self, database: Database, book: AccountBook, timetables: Timetables, clock: Clock) -> None:
        self._database = database
        self._book = book
        self._timetables = timetables
        self._clock = clock
        self._names: dict[str, UUID] = {}
        self._names_at: datetime | None = None
        self._shown: dict[UUID, Shown] = {}
        self._under_way: dict[UUID, asyncio.Task[Shown | None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._changes = 0

    async def run(self, hub: LiveHub) -> None:
        """Forgets what changes, until cancelled."""
        while True:
            async with hub.subscribe(None, list(TOPICS)) as subscription:
                self.forget()
                async for _ in subscription.events():
                    self.forget()
            await asyncio.sleep(0.05)

    def forget(self) -> None:
        """What was known is asked anew."""
        self._changes += 1
        self._names_at = None
        self._shown.clear()
        self._under_way.clear()
        self._looking = None

    async def of(self, slug: str) -> Shown | None:
        """What is shown of a workspace by its short name, or of the only one there is (empty); None where nothing is public."""
        names = await self._known()
        workspace_id = names.get(slug) if slug else next(iter(names.values())) if len(names) == 1 else None
        if workspace_id is None:
            return None
        shown, now = self._shown.get(workspace_id), self._clock.now()
        if shown is not None and as_of(now) <= shown.figures.as_of:
            return shown
        task = self._made(workspace_id)
        if shown is not None and now - shown.figures.as_of < _SHOWN_AT_MOST:
            return shown
        return await asyncio.shield(task)

    def at_hand(self, slug: str) -> Shown | None:
        """The same without waiting: None where something has to be looked up first."""
        at = as_of(self._clock.now())
        if self._names_at is None or self._names_at < at:
            return None
        workspace_id = self._names.get(slug) if slug else next(iter(self._names.values())) if len(self._names) == 1 else None
        shown = self._shown.get(workspace_id) if workspace_id is not None else None
        return shown if shown is not None and shown.figures.as_of >= at else None

    def seconds_left(self) -> int:
        """How long it is until the next figures, at least one second."""
        now = self._clock.now()
        return max(1, round((as_of(now) + REFRESHED - now).total_seconds()))

    async def _known(self) -> dict[str, UUID]:
        at = as_of(self._clock.now())
        if self._names_at is None or self._names_at < at:
            if self._looking is None:
                self._looking = _begun(self._look(at, self._changes), "names")
            if self._names_at is None:
                await asyncio.shield(self._looking)
        return self._names

    async def _look(self, at: datetime, changes: int) -> None:
        try:
            names = await published(self._database)
        finally:
            if changes == self._changes:
                self._looking = None
        self._names = names
        if changes == self._changes:
            self._names_at = at

    def _made(self, workspace_id: UUID) -> "asyncio.Task[Shown | None]":
        task = self._under_way.get(workspace_id)
        if task is None:
            task = _begun(self._make(workspace_id, self._changes), str(workspace_id))
            self._under_way[workspace_id] = task
        return task

    async def _make(self, workspace_id: UUID, changes: int) -> Shown | None:
        try:
            shown = await self._read(workspace_id)
        finally:
            if changes == self._changes:
                self._under_way.pop(workspace_id, None)
        if shown is not None and changes == self._changes:
            self._shown[workspace_id] = shown
        return shown

    async def _read(self, workspace_id: UUID) -> Shown | None:
        async with self._database.work(workspace_id) as work:
            workspace = await find_workspace(work)
            if workspace is None:
                return None
            found = await figures(work, workspace, self._timetables, as_of(self._clock.now()))
            accounts = await self._book.of_workspace(work) if found.front else []
        channels = {one.channel for one in found.channels}
        return Shown(found, tuple(one for one in accounts if one.enabled and one.channel in channels), {})


def _begun(work: Coroutine[Any, Any, T], what: str) -> "asyncio.Task[T]":
    """Work that several requests may wait for; if it fails while none does, the log says so."""
    task = asyncio.create_task(work)

    def ended(task: "asyncio.Task[T]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("response_times.not_made", what=what, error=repr(error))

    task.add_done_callback(ended)
    return task
