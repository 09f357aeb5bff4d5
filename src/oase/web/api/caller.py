"""Who calls the API: a program with a token, or one of our own pages with its session; and how much they may ask.

    Authorization: Bearer oase_…  --which_program, kept for two seconds-->  Caller
    cookie (our own pages)        --viewer, same origin-->                  Caller
    Caller --permission of the route--> --bucket of this process--> handler

A token that is revoked works for two seconds more at most: that is what saves a query per request.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.conversations import Author
from oase.kernel.audit import Actor
from oase.kernel.db import Database
from oase.kernel.errors import TooMany
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission, require
from oase.kernel.secrets import Secret
from oase.staff import which_program

REQUESTS_PER_MINUTE: Final = 60_000  # of one caller, in one process; bursts of a tenth of it
_KEPT_SECONDS: Final = 2.0
_KEPT: Final = 10_000


class Caller(Struct, frozen=True, kw_only=True):
    """Who calls."""

    id: UUID  # of the token or the agent: idempotency keys and limits are theirs
    workspace_id: UUID
    name: str
    permissions: frozenset[Permission]
    agent_id: UUID | None = None  # None: a program

    @property
    def actor(self) -> Actor:
        """As the one who acts, for the audit log."""
        return Actor(kind="agent" if self.agent_id else "token", id=self.id, name=self.name)

    @property
    def author(self) -> Author:
        """As the one who speaks for the company: an agent under their name, a program under its own."""
        return Author(id=self.agent_id, name=self.name)

    def require(self, permission: Permission) -> None:
        """Raises Forbidden without this permission."""
        require(self.permissions, permission)


class Programs:
    """The programs behind tokens, remembered for a moment."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    async def behind(self, token: str) -> Caller | None:
        """The caller, or None for a token that is unknown or has ended."""
        key = hashlib.blake2b(token.encode(), digest_size=32).digest()
        known = self._known.get(key)
        if known is not None and known[0] > self._now():
            return known[1]
        holder = await which_program(self._database, Secret(token))
        if holder is None:
            self._known.pop(key, None)
            return None
        caller = Caller(id=holder.token_id, workspace_id=holder.workspace_id, name=holder.name, permissions=holder.permissions)
        self._known[key] = (self._now() + _KEPT_SECONDS, caller)
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return caller


class Budget:
    """A leaking bucket for each caller: `per_minute` requests, a tenth of them at once."""

    def __init__(self, per_minute: int, now: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self.burst = max(1, per_minute // 10)
        self._now = now
        self._filled: OrderedDict[UUID, tuple[float, float]] = OrderedDict()  # caller -> (level, at)

    def spend(self, caller: UUID) -> int:
        """Counts a request and gives how many may follow at once; raises TooMany."""
        now = self._now()
        level, at = self._filled.get(caller, (0.0, now))
        level = max(0.0, level - (now - at) * self.per_minute / 60) + 1
        if level > self.burst:
            wait = max(1, round((level - self.burst) * 60 / self.per_minute))
            raise TooMany(message("Too many requests; please wait a moment."), retry_after_seconds=wait)
        self._filled[caller] = (level, now)
        self._filled.move_to_end(caller)
        if len(self._filled) > _KEPT:
            self._filled.popitem(last=False)
        return int(self.burst - level)
