"""Delivery reports (RFC 3464), read receipts (RFC 8098), and the bounces of servers that follow no standard.

multipart/report --fields--> recipients, original --> bounce (failed) or notice (delayed, delivered, read)
from a mail daemon, in words --phrases--> bounce
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from oase.channels.families.mime.headers import decode_words, message_ids, one_line, unfold
from oase.channels.families.mime.tree import Budget, Node, split_header, transfer_decode
from oase.channels.families.mime.types import BounceReport, FailedRecipient, Mailbox, Notice, NoticeKind

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
Fields = list[tuple[str, bytes]]
MAX_RECIPIENTS = 500
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_DAEMON = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|bounces?|mail-delivery|microsoftexchange[0-9a-f]{10,})(?:[+@-]|$)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|failed|has failed|notification|incomplete)|mail delivery (?:failed|failure|system)"
    r"|returned mail|failure notice|returned to sender|mail system error|rejected|non remis|unzustellbar|nicht zustellbar"
    r"|nicht zugestellt|zustellung fehlgeschlagen|mailzustellung|fehler bei der zustellung|problem bei der zustellung"
    r"|no se ha podido entregar|mancato recapito|onbestelbaar",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"this is the qmail-send program|could not be delivered to|did not reach (?:the following|some or all)"
    r"|delivery has failed to these|(?:wasn't|couldn't be|was not) delivered|the following address(?:es)? failed"
    r"|failed addresses follow|unable to deliver your message|permanent(?:e)? (?:fatal )?errors?|undelivered mail returned"
    r"|konnte nicht (?:an .{0,80})?zugestellt werden|nicht zugestellt werden|nicht übermittelt|unzustellbar"
    r"|zustellung .{0,60}(?:fehlgeschlagen|nicht möglich)|recipient address rejected|i'm afraid i wasn't able to deliver"
    r"|delivery to the following recipients? failed",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])(?:5\d\d)[ -]")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_ID_LINE = re.compile(r"^[ \t>]*message-id:\s*(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)
_ORIGINAL_STARTS = re.compile(
    r"^(?:-{2,}|[|]-{5,})[^\n]{0,60}(?:copy of the message|original message|message text follows|returned message|header of the"
    r"|ursprüngliche|kopie)|^received: ",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(slots=True)
class Report:
    """What a mail says about the fate of another one."""

    bounce: BounceReport | None = None
    notice: Notice | None = None


def is_daemon(root: Node, from_: Mailbox | None) -> bool:
    """Sent by a mail server: an empty return path, or a name that only servers have."""
    path = root.first("return-path")
    if path is not None and unfold(path).replace(" ", "") == "<>":
        return True
    return from_ is not None and (bool(_DAEMON.match(from_.address)) or "mail delivery s" in from_.name.lower())


def read_report(root: Node, text: str, subject: str, from_: Mailbox | None) -> Report:
    """The report in this mail, empty for every other mail."""
    nodes = _flat(root)
    for node in nodes:
        if node.type in _STATUS_TYPES:
            return _delivery(node, nodes, root)
        if node.type in _RECEIPT_TYPES:
            return _receipt(node)
    if is_daemon(root, from_) or (root.first("x-failed-recipients") is not None and _SUBJECT.search(subject)):
        return _in_words(root, nodes, text, subject)
    return Report()


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
    mailbox = _ADDRESS.search(address)
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


def _in_words(root: Node, nodes: list[Node], text: str, subject: str) -> Report:
    """qmail, Exim, old Exchange, GMX and T-Online say it in a text only."""
    words = _WORDS.search(text[:20_000])
    if words is None and not (_SUBJECT.search(subject) and (_STATUS.search(text) or _REPLY_CODE.search(text))):
        return Report()
    cut = _ORIGINAL_STARTS.search(text)
    said = text[: cut.start()] if cut else text[:20_000]
    own_fields = [value for name in ("from", "to", "return-path") for value in root.all(name)]
    own = {address.lower() for value in own_fields for address in _ADDRESS.findall(unfold(value))}
    stated = [address for value in root.all("x-failed-recipients") for address in _ADDRESS.findall(unfold(value))]
    said_ones = [address for address in _ADDRESS.findall(said) if address.lower() not in own and not _DAEMON.match(address)]
    addresses = stated or said_ones
    status = _STATUS.search(said)
    headers = _original_headers(nodes)
    original = _original_id(headers, root)
    id_line = _ID_LINE.search(text)
    if id_line and not any(name == "message-id" for name, _ in headers):
        original = id_line[1].strip("<>")
    recipients = tuple(
        FailedRecipient(address=address, action="failed", status=status[1] if status else "", diagnostic=_reason(said, address))
        for address in list(dict.fromkeys(addresses))[:MAX_RECIPIENTS]
    )
    return Report(
        bounce=BounceReport(recipients=recipients, original_message_id=original, original_headers=headers, standard=False)
    )


def _reason(said: str, address: str) -> str:
    """The lines below the address, up to a blank line."""
    after = said.partition(address)[2].lstrip('>":)<]. \n\t')
    return one_line(after.partition("\n\n")[0], 500)
