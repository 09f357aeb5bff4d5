"""Mails to staff: invitations, password resets, word of changes. Sent after the answer, so that its time tells nothing."""

from collections.abc import Sequence

from litestar.background_tasks import BackgroundTask

from oase.kernel.mailer import Letter, send_letters
from oase.staff import Mail
from oase.web.services import Services


def afterwards(services: Services, mails: Sequence[Mail]) -> BackgroundTask:
    """Sends these mails once the answer is out."""
    letters = [Letter(to=mail.to, to_name=mail.to_name, subject=mail.subject, text=mail.text) for mail in mails]
    return BackgroundTask(send_letters, services.settings, services.clock, letters)
