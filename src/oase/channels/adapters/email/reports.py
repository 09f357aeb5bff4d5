"""Reports about our own mails: bounces and delivery reports (RFC 3464), read receipts (RFC 8098). Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from oase.channels.adapters.email.ids import external_id, our_id
from oase.channels.contract import Address, Receipt
from oase.channels.families.mime import BounceReport, FailedRecipient, Mail

_STATES: Final[dict[str, Literal["sent", "delivered", "read"]]] = {
    "delivered": "delivered",
    "relayed": "sent",  # handed to a server that reports no further
    "expanded": "delivered",  # taken by a mailing list
    "read": "read",
    "deleted": "delivered",  # thrown away unread
}
_WORDS: Final = 1000


def receipts(mail: Mail, at: datetime) -> Sequence[Receipt]:
    """What the mail reports about mails of ours; nothing if it is no report, or one about somebody else's mail."""
    if mail.bounce is not None:
        return _of_bounce(mail.bounce, at)
    if mail.notice is None or mail.notice.kind not in _STATES:
        return ()
    original = mail.notice.original_message_id
    ours = our_id(original)
    if not ours:
        return ()
    reader = mail.notice.recipient or (mail.from_.address if mail.from_ else "")
    sender = Address(value=reader.lower()) if reader else None
    return [Receipt(external_id=external_id(original), our_id=ours, state=_STATES[mail.notice.kind], at=at, sender=sender)]


def _of_bounce(report: BounceReport, at: datetime) -> Sequence[Receipt]:
    original, ours = _original(report)
    if not ours:
        return ()
    return [_of_recipient(each, original, ours, at) for each in report.recipients] or [
        Receipt(external_id=original, our_id=ours, state="failed", at=at, final=True)
    ]


def _of_recipient(recipient: FailedRecipient, original: str, ours: str, at: datetime) -> Receipt:
    failed = recipient.action in ("failed", "delayed")
    words = f"{recipient.address}: {recipient.diagnostic}" if recipient.diagnostic else recipient.address
    return Receipt(
        external_id=original,
        our_id=ours,
        state="failed" if failed else _STATES[recipient.action],
        at=at,
        code=recipient.status,
        why=words[:_WORDS] if failed else "",
        final=recipient.final and recipient.action != "delayed",
        sender=Address(value=recipient.address.lower()) if recipient.address else None,
    )


def _original(report: BounceReport) -> tuple[str, str]:
    """The Message-ID of our mail and our id of it. Some relays give mails a new Message-ID; our own header stays."""
    ours = our_id(report.original_message_id)
    if ours:
        return external_id(report.original_message_id), ours
    for name, value in report.original_headers:
        if name.lower() == "x-oase-loop" and our_id(value.partition(".")[2] + "@x"):
            return external_id(report.original_message_id), value.partition(".")[2].strip().lower()
    return "", ""
