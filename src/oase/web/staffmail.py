"""Mails to staff: invitations, password resets, word of changes. Sent after the answer, by the mail server of the settings."""

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from litestar.background_tasks import BackgroundTask

from oase.staff import Mail
from oase.web.services import Services

_TIMEOUT_SECONDS: Final = 20.0
log = structlog.get_logger()


def afterwards(services: Services, mails: Sequence[Mail]) -> BackgroundTask:
    """Sends these mails once the answer is out, so that its time tells nothing."""
    return BackgroundTask(send_mails, services, mails)


async def send_mails(services: Services, mails: Sequence[Mail]) -> None:
    """Sends mails; what fails is logged without its text, which holds a link."""
    if mails and not services.settings.smtp_url:
        log.warning("staff_mail.no_server", mails=len(mails), hint="Set OASE_SMTP_URL and OASE_SMTP_FROM.")
        return
    for mail in mails:
        try:
            await _send(services, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            log.error("staff_mail.failed", to=mail.to, error=str(error))


async def _send(services: Services, mail: Mail) -> None:
    server = urlsplit(services.settings.smtp_url.reveal())
    letter = EmailMessage()
    letter["From"] = services.settings.smtp_from or f"oase@{urlsplit(services.settings.url).hostname}"
    letter["To"] = Address(mail.to_name, addr_spec=mail.to)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(services.clock.now())
    letter["Message-ID"] = make_msgid(domain=urlsplit(services.settings.url).hostname)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(mail.text)
    await aiosmtplib.send(
        letter,
        hostname=server.hostname,
        port=server.port or (465 if server.scheme == "smtps" else 587),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        timeout=_TIMEOUT_SECONDS,
    )
