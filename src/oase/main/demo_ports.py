"""Where the demonstration's mail goes: our own receiver and the sandbox's mailbox get the two ports behind the web's."""

import msgspec

from oase.kernel.settings import Settings


def with_demo_ports(settings: Settings) -> Settings:
    """With the sandbox and without a mail receiver of its own choice, an installation takes in mail on the next port."""
    if settings.demo and settings.sandbox and not settings.mail_receiver_port:
        return msgspec.structs.replace(settings, mail_receiver_port=settings.port + 1)
    return settings


def mailbox_port(settings: Settings) -> int:
    """Where the sandbox takes the mails that we send."""
    return settings.port + 2
