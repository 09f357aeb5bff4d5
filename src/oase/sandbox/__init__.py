"""Simulators of the outside world, for trying everything without an account and for the tests.

They share no code with the adapters and are written from the providers' published descriptions only.
"""

from oase.sandbox.app import Sandbox, SandboxSettings, create_app, sandbox_routes
from oase.sandbox.mailbox import Mailbox, MailboxSettings
from oase.sandbox.whatsapp import WhatsApp, WhatsAppSettings
from oase.sandbox.whatsapp.answers import with_cuts

__all__ = [
    "Mailbox",
    "MailboxSettings",
    "Sandbox",
    "SandboxSettings",
    "WhatsApp",
    "WhatsAppSettings",
    "create_app",
    "sandbox_routes",
    "with_cuts",
]
