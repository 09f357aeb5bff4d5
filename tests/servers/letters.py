"""A real SMTP server for the mails of the installation itself, which can have bad days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from oase.kernel.secrets import Secret
from oase.kernel.settings import Settings


class LetterBox:
    """Answers each mail with the next of `answers`, and keeps what it took. `settings` lead to it."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[bytes] = []
        self.attempts: list[bytes] = []
        self.settings = Settings()
        self._came = asyncio.Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """One mail."""
        self.attempts.append(envelope.content)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            async with self._came:
                self.taken.append(envelope.content)
                self._came.notify_all()
        return answer

    async def has(self, count: int) -> None:
        """Waits until it took so many: what is sent after an answer comes a moment after it."""
        async with asyncio.timeout(10):
            async with self._came:
                await self._came.wait_for(lambda: len(self.taken) >= count)

    @property
    def letters(self) -> list[EmailMessage]:
        """What it took, read."""
        return [cast("EmailMessage", message_from_bytes(one, policy=policy.default)) for one in self.taken]


@asynccontextmanager
async def letter_box() -> AsyncIterator[LetterBox]:
    """The server, listening."""
    box = LetterBox()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    box.settings = Settings(smtp_url=Secret(f"smtp://127.0.0.1:{port}"), smtp_from="oase@example.com")
    yield box
    listening.close()
