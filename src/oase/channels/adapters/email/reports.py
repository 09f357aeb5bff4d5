"""Reports about our own mails: bounces and delivery reports (RFC 3464), read receipts (RFC 8098). Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from oase.channels.adapters.email.configuration import Identity
from oase.channels.adapters.email.ids import external_id, message_id, our_id
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
_CODE: Final = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")


def receipts(mail: Mail, who: Identity, at: datetime) -> Sequence[Receipt]:
    """What the mail reports about mails of ours; nothing if it is no report, or one about somebody else's mail."""
    if mail.bounce is not None:
        return _of_bounce(mail.bounce, who, at)
    ours = our_id(mail.notice.original_message_id) if mail.notice is not None else ""
    if mail.notice is None or not ours:
        return ()
    original, kind = external_id(mail.notice.original_message_id), mail.notice.kind
    about = mail.notice.recipient or (mail.from_.address if mail.from_ else "")
    sender = Address(value=about.lower()) if about else None
    if kind in _STATES:
        return [Receipt(external_id=original, our_id=ours, state=_STATES[kind], at=at, sender=sender)]
    words = _words_about(mail, about)
    found = _CODE.search(words)
    code = found[0] if found else ""
    final = kind != "delayed"
    return [Receipt(external_id=original, our_id=ours, state="failed", at=at, code=code, why=words, final=final, sender=sender)]


def _words_about(mail: Mail, recipient: str) -> str:
    """The paragraph of a report that speaks of this recipient; else its beginning."""
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", mail.text[:50_000]) if each.strip()]
    about = next((each for each in paragraphs if recipient and recipient.lower() in each.lower()), "")
    return (about or next(iter(paragraphs), recipient))[:_WORDS]


def _of_bounce(report: BounceReport, who: Identity, at: datetime) -> Sequence[Receipt]:
    original, ours = _original(report, who)
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


def _original(report: BounceReport, who: Identity) -> tuple[str, str]:
    """The Message-ID of our mail and our id of it. Some relays give mails a new Message-ID; our own header stays."""
    ours = our_id(report.original_message_id)
    if ours:
        return external_id(report.original_message_id), ours
    for name, value in report.original_headers:
        if name.lower() == "x-oase-loop" and (ours := our_id(value.partition(".")[2].strip() + "@oase")):
            return message_id(ours, who), ours
    return "", ""
