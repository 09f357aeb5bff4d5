"""Delivery reports (RFC 3464), read receipts (RFC 8098), and the bounces of servers that follow no standard.

multipart/report --fields--> recipients, original --> bounce (failed) or notice (delayed, delivered, read)
from a mail daemon, in words --undelivered--> bounce or notice
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from oase.channels.families.mime.headers import decode_words, message_ids, one_line, unfold
from oase.channels.families.mime.tree import Budget, Node, split_header, transfer_decode
from oase.channels.families.mime.types import BounceReport, FailedRecipient, Mailbox, Notice, NoticeKind
from oase.channels.families.mime.undelivered import ADDRESS, addresses_in, fate_in_words, is_daemon, reason_of, said_by

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
Fields = list[tuple[str, bytes]]
MAX_RECIPIENTS = 500
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ID_LINE = re.compile(r"^[ \t>]*message-id:\s*(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Report:
    """What a mail says about the fate of another one."""

    bounce: BounceReport | None = None
    notice: Notice | None = None


def read_report(root: Node, text: str, subject: str, from_: Mailbox | None) -> Report:
    """The report in this mail, empty for every other mail."""
    nodes = _flat(root)
    for node in nodes:
        if node.type in _STATUS_TYPES:
            report = _delivery(node, nodes, root)
            if report.bounce or report.notice:
                return report
        elif node.type in _RECEIPT_TYPES:
            rejected = _in_words(root, nodes, text, subject, from_) if is_daemon(root, from_) else Report()
            return rejected if rejected.bounce else _receipt(node)
    return _in_words(root, nodes, text, subject, from_)


def _flat(root: Node) -> list[Node]:
    """The parts of this mail, in order, without those inside attached mails."""
    found: list[Node] = []
    stack = [root]
    while stack and len(found) < 200:
        node = stack.pop()
        found.append(node)
        if node.type.startswith("multipart/"):
            stack.extend(reversed(node.children[:200]))
    return found


def _groups(node: Node) -> list[Fields]:
    """The blocks of fields of a status part, separated by blank lines."""
    content = transfer_decode(node)[0][:500_000].replace(b"\r\n", b"\n").strip(b"\n") + b"\n"
    blocks = re.split(rb"\n[ \t]*\n+", content)[: MAX_RECIPIENTS + 1]
    return [split_header(block + b"\n\n", Budget(), top=False)[0] for block in blocks if block.strip()]


def _value(fields: Fields, name: str) -> str:
    return next((one_line(decode_words(unfold(value)), 1000) for key, value in fields if key == name), "")


def _typed(value: str) -> str:
    """`rfc822; hans@example.com` without the type, `smtp; 550 …` likewise."""
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and len(kind) < 30 else value.strip()


def _recipient(fields: Fields) -> FailedRecipient | None:
    address = _typed(_value(fields, "original-recipient")) or _typed(_value(fields, "final-recipient"))
    action = _value(fields, "action").lower().split(" ")[0].strip("();")
    status_line = _value(fields, "status")
    diagnostic = _typed(_value(fields, "diagnostic-code"))
    found = _STATUS.search(status_line) or _STATUS.search(diagnostic)
    status = found[1] if found else ""
    if action not in _ACTIONS:
        if not status:
            return None
        action = {"5": "failed", "4": "delayed", "2": "delivered"}[status[0]]
    if not address:
        return None
    mailbox = ADDRESS.search(address)
    return FailedRecipient(
        address=mailbox[0] if mailbox else address.strip("<>"),
        action=cast(Action, action),
        status=status,
        diagnostic=diagnostic,
        final=action != "delayed",
    )


def _delivery(node: Node, nodes: list[Node], root: Node) -> Report:
    groups = _groups(node)
    recipients = tuple(found for fields in groups if (found := _recipient(fields)))
    headers = _original_headers(nodes)
    original = _original_id(headers, root)
    if not recipients:
        return Report()
    failed = tuple(found for found in recipients if found.action == "failed")
    if failed:
        server = next((_typed(_value(fields, "reporting-mta")) for fields in groups if _value(fields, "reporting-mta")), "")
        return Report(
            bounce=BounceReport(
                recipients=failed, original_message_id=original, original_headers=headers, reporting_server=server
            )
        )
    first = recipients[0]
    return Report(notice=Notice(kind=cast(NoticeKind, first.action), recipient=first.address, original_message_id=original))


def _original_headers(nodes: list[Node]) -> tuple[tuple[str, str], ...]:
    """The header of the mail that is reported on, as far as it came back."""
    for node in nodes:
        fields: Fields = []
        if node.children and node.type in {"message/rfc822", "message/global"}:
            fields = node.children[0].fields
        elif node.type in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            fields = split_header(transfer_decode(node)[0] + b"\n\n", Budget(), top=False)[0]
        if fields:
            return tuple((name, one_line(decode_words(unfold(value)), 2000)) for name, value in fields[:200])
    return ()


def _original_id(headers: tuple[tuple[str, str], ...], root: Node) -> str:
    for name, value in headers:
        if name == "message-id":
            return value.strip("<> ")
    for name in ("x-original-message-id", "in-reply-to", "references"):
        ids = message_ids(root.first(name) or b"")
        if ids:
            return ids[-1]
    return ""


def _receipt(node: Node) -> Report:
    fields = [field for group in _groups(node) for field in group]
    disposition = _value(fields, "disposition").lower().rpartition(";")[2]
    kind: NoticeKind = "read" if "display" in disposition else "deleted" if "delete" in disposition else "delivered"
    recipient = _typed(_value(fields, "original-recipient")) or _typed(_value(fields, "final-recipient"))
    return Report(
        notice=Notice(kind=kind, recipient=recipient, original_message_id=_value(fields, "original-message-id").strip("<> "))
    )


def _in_words(root: Node, nodes: list[Node], text: str, subject: str, from_: Mailbox | None) -> Report:
    """qmail, Exim, old Exchange, GMX and T-Online say it in a text only."""
    said = said_by(text)
    reported = any(node.type in _STATUS_TYPES for node in nodes) or root.first("x-failed-recipients") is not None
    fate = fate_in_words(root, said, subject, server=reported or is_daemon(root, from_))
    if not fate:
        return Report()
    headers = _original_headers(nodes)
    original = _original_id(headers, root)
    id_line = _ID_LINE.search(text)
    if id_line and not any(name == "message-id" for name, _ in headers):
        original = id_line[1].strip("<>")
    addresses = _failed_addresses(root, said, headers)
    if fate == "delayed":
        return Report(notice=Notice(kind="delayed", recipient=next(iter(addresses), ""), original_message_id=original))
    status = _STATUS.search(said)
    recipients = tuple(
        FailedRecipient(address=address, action="failed", status=status[1] if status else "", diagnostic=reason_of(said, address))
        for address in addresses[:MAX_RECIPIENTS]
    )
    return Report(
        bounce=BounceReport(recipients=recipients, original_message_id=original, original_headers=headers, standard=False)
    )


def _failed_addresses(root: Node, said: str, headers: tuple[tuple[str, str], ...]) -> list[str]:
    """As stated in a header field, else as said, else the one to whom the returned mail went."""
    stated = [address for value in root.all("x-failed-recipients") for address in ADDRESS.findall(unfold(value))]
    if stated:
        return list(dict.fromkeys(stated))
    own_fields = [value for name in ("from", "to", "return-path") for value in root.all(name)]
    own = {address.lower() for value in own_fields for address in ADDRESS.findall(unfold(value))}
    returned = [address for name, value in headers if name == "to" for address in ADDRESS.findall(value)]
    return addresses_in(said, own) or (returned if len(returned) == 1 else [])
