"""Mails of the installation itself, over a real SMTP server that has bad days."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes

import pytest_asyncio
from tests.servers.letters import LetterBox, letter_box

from oase.kernel.clock import SystemClock
from oase.kernel.mailer import Letter, send_letters
from oase.kernel.secrets import Secret
from oase.kernel.settings import Settings

LETTER = Letter(to="zoe@example.com", to_name="Zoë van den Berg", subject="Ihre Einladung", text="Grüße 🌴\n")
AT_ONCE = (timedelta(0), timedelta(0))


@pytest_asyncio.fixture
async def box() -> AsyncIterator[LetterBox]:
    """The server."""
    async with letter_box() as box:
        yield box


async def test_a_letter_arrives_with_its_letters(box: LetterBox) -> None:
    assert await send_letters(box.settings, SystemClock(), [LETTER]) == 1
    [mail] = box.letters
    assert "Zoë van den Berg" in mail["To"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Grüße 🌴"


async def test_a_busy_server_is_asked_again_with_the_same_message(box: LetterBox) -> None:
    box.answers = ["451 later", "451 later"]
    assert await send_letters(box.settings, SystemClock(), [LETTER], pauses=AT_ONCE) == 1
    assert len(box.attempts) == 3
    assert len({str(message_from_bytes(one)["Message-ID"]) for one in box.attempts}) == 1


async def test_a_refusal_is_final_and_harms_no_other_letter(box: LetterBox) -> None:
    box.answers = ["550 never"]
    assert await send_letters(box.settings, SystemClock(), [LETTER, LETTER], pauses=AT_ONCE) == 1
    assert len(box.attempts) == 2


async def test_without_a_server_nothing_is_sent_and_nothing_breaks() -> None:
    assert await send_letters(Settings(), SystemClock(), [LETTER]) == 0


async def test_a_server_that_is_not_there_is_given_up_in_the_end() -> None:
    settings = Settings(smtp_url=Secret("smtp://127.0.0.1:9"))
    assert await send_letters(settings, SystemClock(), [LETTER], pauses=AT_ONCE) == 0
