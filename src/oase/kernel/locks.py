"""Locks over processes: PostgreSQL's advisory locks on one connection of their own.

A lock lives as long as the connection. When that is lost every lock is lost at once, and `lost` is set, so that whoever
worked under a lock stops; a process that was killed loses its locks the moment its connection ends.
"""

import asyncio
import hashlib
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection


def lock_key(purpose: str, value: UUID) -> int:
    """A signed 64-bit key for one thing and one purpose."""
    digest = hashlib.blake2b(value.bytes, key=purpose.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


class Locks:
    """The locks of this process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: AsyncConnection[Any] | None = None
        self._guard = asyncio.Lock()
        self._generation = 0

    async def take(self, key: int) -> int | None:
        """Takes the lock unless another process has it. The number it gives is valid until the connection is lost."""
        async with self._guard:
            try:
                connection = await self._connected()
                row = await (await connection.execute(b"SELECT pg_try_advisory_lock(%s)", [key])).fetchone()
            except psycopg.Error:
                await self._drop()
                return None
            return self._generation if row and row[0] else None

    def holds(self, generation: int) -> bool:
        """Whether a lock that was taken under this number is still ours, as far as we know."""
        return generation == self._generation and self._connection is not None and not self._connection.closed

    async def give_back(self, key: int) -> None:
        """Lets others have the lock."""
        async with self._guard:
            try:
                if self._connection is not None:
                    await self._connection.execute(b"SELECT pg_advisory_unlock(%s)", [key])
            except psycopg.Error:
                await self._drop()

    async def check(self) -> None:
        """Finds out whether the connection still lives."""
        async with self._guard:
            if self._connection is not None:
                try:
                    await self._connection.execute(b"SELECT 1")
                except psycopg.Error:
                    await self._drop()

    async def close(self) -> None:
        """Gives everything back."""
        async with self._guard:
            await self._drop()

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._generation += 1
            self._connection = await AsyncConnection.connect(self._dsn, autocommit=True)
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._generation += 1
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()
