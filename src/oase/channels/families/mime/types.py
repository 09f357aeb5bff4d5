"""What a mail is after reading: frozen values, no behaviour beyond small look-ups."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

MailClass = Literal["normal", "auto_reply", "bounce", "list", "loop"]
NoticeKind = Literal["failed", "delayed", "delivered", "relayed", "expanded", "read", "deleted"]
SegmentKind = Literal["reply", "context", "forwarded", "quoted", "signature"]


class Mailbox(Struct, frozen=True, kw_only=True):
    """One address. The domain is lower case and ASCII (IDNA), so that equal addresses are equal texts."""

    address: str  # "" where the header names a person without an address
    name: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """A file of the mail. Its bytes come from `extract(raw, part.index)`."""

    index: int
    name: str  # always a plain file name: no path, no control or direction characters, never empty
    type: str  # as stated by the sender, lower case
    size_bytes: int
    md5: str  # hexadecimal, of the decoded content
    inline: bool = False  # shown inside the text, or meant to be
    content_id: str = ""  # without <>


class FailedRecipient(Struct, frozen=True, kw_only=True):
    """What a delivery report says of one recipient (RFC 3464, 2.3)."""

    address: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    status: str = ""  # enhanced status code, "5.1.1"
    diagnostic: str = ""  # the words of the refusing server
    final: bool = True  # False: the reporting server goes on trying


class BounceReport(Struct, frozen=True, kw_only=True):
    """A report that a mail of ours was not (yet) delivered, from a machine or made out from its words."""

    recipients: tuple[FailedRecipient, ...]
    original_message_id: str = ""
    original_headers: tuple[tuple[str, str], ...] = ()
    reporting_server: str = ""
    standard: bool = True  # False: read out of free text (qmail, Exchange, GMX, Telekom …)


class Notice(Struct, frozen=True, kw_only=True):
    """A receipt about a mail of ours: a delivery report (RFC 3464) or a read receipt (RFC 8098)."""

    kind: NoticeKind
    recipient: str = ""
    original_message_id: str = ""


class Segment(Struct, frozen=True, kw_only=True):
    """A run of `Mail.text`. All segments in order, joined, are exactly `Mail.text`."""

    kind: SegmentKind
    text: str


class Mail(Struct, frozen=True, kw_only=True):
    """A mail as a person would understand it. `raw` stays with the caller; nothing here is needed to show the original."""

    from_: Mailbox | None
    from_display_name: str
    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    subject: str
    message_id: str  # without <>; made from the content where the mail has none
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # oldest first, as in the header
    date: datetime | None  # UTC, by the sender's clock
    mail_class: MailClass
    bounce: BounceReport | None
    notice: Notice | None
    text: str  # the whole text, quotes included
    html: str  # the whole mail as shown: sanitised; "" where the mail has plain text only
    html_reply: str  # the part of `html` that was written now; "" where it cannot be told
    reply_text: str  # only what the person wrote now
    quoted: str
    signature: str
    segments: tuple[Segment, ...]
    attachments: tuple[Part, ...]
    list_id: str
    auto_submitted: str  # the header's keyword, lower case: "auto-replied"
    loop_token: str  # our own X-Oase-Loop, "" where absent
    dmarc: str  # what our own server found of the sender (RFC 8601): "pass", "fail", …; "" where it says nothing
    delivered_to: tuple[str, ...]  # envelope recipients as servers noted them, for plus-addresses and aliases
    remote_images: int  # how many were made inert in `html`
    notes: tuple[str, ...]  # what was odd, as "code" or "code: detail"; the codes are listed in docs/handbook/mail.md
