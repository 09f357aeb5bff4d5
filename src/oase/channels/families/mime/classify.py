"""What kind of mail this is, so that no machine answers a machine (RFC 3834)."""

from oase.channels.families.mime.headers import unfold
from oase.channels.families.mime.reports import Report
from oase.channels.families.mime.tree import Node
from oase.channels.families.mime.types import Mailbox, MailClass


def classify(root: Node, subject: str, from_: Mailbox | None, text: str, report: Report) -> MailClass:
    return "bounce" if report.bounce else "normal"


def list_id(root: Node) -> str:
    return unfold(root.first("list-id") or b"")


def auto_submitted(root: Node) -> str:
    return unfold(root.first("auto-submitted") or b"").partition(";")[0].strip().lower()
