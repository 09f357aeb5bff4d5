"""Mails of the installation itself: invitations, password resets. Sent by the mail server of the settings, tried again if it is busy.

    letter --> server --2xx--> sent
                      --4xx, no answer--> again after each of the pauses
                      --5xx--> given up

A process that ends meanwhile forgets the letter: whoever waits for it asks once more. What fails is logged without its text,
which holds a link.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from msgspec import Struct

from oase.kernel.clock import Clock
from oase.kernel.settings import Settings

PAUSES: Final = (timedelta(seconds=2), timedelta(seconds=15), timedelta(seconds=60))
_TIMEOUT_SECONDS: Final = 20.0
log = structlog.get_logger()


class Letter(Struct, frozen=True, kw_only=True):
    """A plain mail to one person."""

    to: str
    to_name: str
    subject: str
    text: str


async def send_letters(
    settings: Settings, clock: Clock, letters: Sequence[Letter], *, pauses: Sequence[timedelta] = PAUSES
) -> int:
    """Sends letters one after another and says how many the server took. Never raises for what the server does."""
    if letters and not settings.smtp_url:
        log.warning("mailer.no_server", letters=len(letters), hint="Set OASE_SMTP_URL and OASE_SMTP_FROM.")
        return 0
    taken = 0
    for letter in letters:
        taken += await _with_patience(settings, clock, letter, pauses)
    return taken


async def _with_patience(settings: Settings, clock: Clock, letter: Letter, pauses: Sequence[timedelta]) -> bool:
    message = _compose(settings, clock, letter)  # the same Message-ID at each attempt
    for pause in (*pauses, None):
        try:
            await _send(settings, message)
            return True
        except (aiosmtplib.SMTPException, OSError) as error:
            final = pause is None or _is_final(error)
            log.log(40 if final else 30, "mailer.failed", to=letter.to, error=str(error), final=final)
            if pause is None or final:
                return False
        await asyncio.sleep(pause.total_seconds())
    return False


def _is_final(error: Exception) -> bool:
    """Whether another attempt would get the same answer."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(one.code >= 500 for one in error.recipients)
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500


def _compose(settings: Settings, clock: Clock, letter: Letter) -> EmailMessage:
    host = urlsplit(settings.url).hostname
    message = EmailMessage()
    message["From"] = settings.smtp_from or f"oase@{host}"
    message["To"] = Address(letter.to_name, addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


async def _send(settings: Settings, message: EmailMessage) -> None:
    server = urlsplit(settings.smtp_url.reveal())
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or (465 if server.scheme == "smtps" else 587),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        timeout=_TIMEOUT_SECONDS,
    )
