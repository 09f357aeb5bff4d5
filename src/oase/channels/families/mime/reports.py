"""Delivery reports."""

from dataclasses import dataclass

from oase.channels.families.mime.tree import Node
from oase.channels.families.mime.types import BounceReport, Mailbox, Notice


@dataclass(slots=True)
class Report:
    bounce: BounceReport | None = None
    notice: Notice | None = None


def read_report(root: Node, text: str, subject: str, from_: Mailbox | None) -> Report:
    return Report()
