"""The journal: raw deliveries of the outside world with their fate."""

from oase.conversations.journal.sink import AccountSink
from oase.conversations.journal.types import JournalRow, JournalState
from oase.conversations.journal.writer import BlobStore, Journal

__all__ = ["AccountSink", "BlobStore", "Journal", "JournalRow", "JournalState"]
