"""A mail provider and the customers behind it: takes what Oase sends, and writes back as a customer."""

from oase.sandbox.mailbox.box import Mailbox, MailboxSettings

__all__ = ["Mailbox", "MailboxSettings"]
