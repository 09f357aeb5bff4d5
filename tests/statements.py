"""What a test asks of the database, counted at the driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
import pytest

_ours: ContextVar[bool] = ContextVar("ours", default=False)


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that this test sends meanwhile; those of others in the process (they have their own context) do not count."""
    sent: list[str] = []
    ours = _ours.set(True)
    original = psycopg.AsyncCursor.execute

    async def execute(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        if _ours.get():
            sent.append(query.decode() if isinstance(query, bytes) else str(query))
        return await original(self, query, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", execute)
        try:
            yield sent
        finally:
            _ours.reset(ours)
