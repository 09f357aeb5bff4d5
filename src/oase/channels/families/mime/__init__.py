"""Mails: raw bytes to what a person would understand, and back.

`read` understands a mail, `extract` gives one of its files, `compose` writes one, `explain` says how one was understood.
Pure functions; see docs/handbook/mail.md.
"""

from oase.channels.contract.errors import Malformed
from oase.channels.families.mime.compose import File, Outgoing, Quoted, compose, named_links, text_to_html
from oase.channels.families.mime.explain import explain
from oase.channels.families.mime.read import extract, extract_all, read
from oase.channels.families.mime.types import BounceReport, FailedRecipient, Mail, Mailbox, Notice, Part, Segment

__all__ = [
    "BounceReport",
    "FailedRecipient",
    "File",
    "Mail",
    "Mailbox",
    "Malformed",
    "Notice",
    "Outgoing",
    "Part",
    "Quoted",
    "Segment",
    "compose",
    "explain",
    "extract",
    "extract_all",
    "named_links",
    "read",
    "text_to_html",
]
