"""Mails of the installation itself, over a real SMTP server that has bad days."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest_asyncio
from aiosmtpd.smtp import SMTP

from oase.kernel.clock import SystemClock
from oase.kernel.mailer import Letter, send_letters
from oase.kernel.secrets import Secret
from oase.kernel.settings import Settings

LETTER = Letter(to="zoe@example.com", to_name="Zoë van den Berg", subject="Ihre Einladung", text="Grüße 🌴\n")
AT_ONCE = (timedelta(0), timedelta(0))


class Server:
    """Answers each mail with the next of `answers`, and keeps what it took."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[bytes] = []
        self.attempts: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.attempts.append(envelope.content)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.taken.append(envelope.content)
        return answer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[tuple[Server, Settings]]:
    """The server and settings that lead to it."""
    handler = Server()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield handler, Settings(smtp_url=Secret(f"smtp://127.0.0.1:{port}"), smtp_from="oase@example.com")
    listening.close()


async def test_a_letter_arrives_with_its_letters(server: tuple[Server, Settings]) -> None:
    handler, settings = server
    assert await send_letters(settings, SystemClock(), [LETTER]) == 1
    mail = message_from_bytes(handler.taken[0])
    assert "Zoë van den Berg" in str(make_header(decode_header(str(mail["To"]))))
    assert mail["Auto-Submitted"] == "auto-generated"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "Grüße 🌴"


async def test_a_busy_server_is_asked_again_with_the_same_message(server: tuple[Server, Settings]) -> None:
    handler, settings = server
    handler.answers = ["451 later", "451 later"]
    assert await send_letters(settings, SystemClock(), [LETTER], pauses=AT_ONCE) == 1
    assert len(handler.attempts) == 3
    assert len({str(message_from_bytes(one)["Message-ID"]) for one in handler.attempts}) == 1


async def test_a_refusal_is_final_and_harms_no_other_letter(server: tuple[Server, Settings]) -> None:
    handler, settings = server
    handler.answers = ["550 never"]
    assert await send_letters(settings, SystemClock(), [LETTER, LETTER], pauses=AT_ONCE) == 1
    assert len(handler.attempts) == 2


async def test_without_a_server_nothing_is_sent_and_nothing_breaks() -> None:
    assert await send_letters(Settings(), SystemClock(), [LETTER]) == 0


async def test_a_server_that_is_not_there_is_given_up_in_the_end() -> None:
    settings = Settings(smtp_url=Secret("smtp://127.0.0.1:9"))
    assert await send_letters(settings, SystemClock(), [LETTER], pauses=AT_ONCE) == 0
