"""Writes mails as customers' programs do: replies with thread headings and the quoted original, and bounces (RFC 3464)."""

import base64
from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

import msgspec

from oase.kernel.errors import Invalid
from oase.sandbox.mailbox.reading import body, heading, parse

_DOMAIN = "mail.sandbox.example"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file to attach; `data` is base64."""

    name: str
    type: str
    data: str


class NewMail(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's mail. `reply_to`: the id of the mail it answers."""

    sender: str
    sender_name: str = ""
    to: str
    subject: str = ""
    text: str = ""
    reply_to: str = ""
    quote: bool = True
    attachments: list[Attached] = []


def compose(asked: NewMail, original: bytes, moment: datetime) -> bytes:
    """The mail as bytes with CRLF. Raises Invalid for addresses that are none."""
    for name, address in (("sender", asked.sender), ("to", asked.to)):
        if "@" not in address.strip("@") or any(sign in address for sign in " \r\n<>"):
            raise Invalid(f"{address!r} is not a mail address.", field=name)
    message = EmailMessage()
    message["From"] = formataddr((asked.sender_name, asked.sender)) if asked.sender_name else asked.sender
    message["To"] = asked.to
    message["Subject"] = " ".join(asked.subject.split()) or "-"
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = make_msgid(domain=asked.sender.partition("@")[2])
    text = asked.text
    if original:
        head = heading(original)
        references = " ".join(f"{parse(original).get('References', '')} {head['message_id']}".split())
        message["In-Reply-To"] = head["message_id"]
        message["References"] = references
        if asked.quote:
            text += _quotation(original, head["from"], moment)
    message.set_content(text)
    for file in asked.attachments:
        kind, _, sort = file.type.partition("/")
        data = base64.b64decode(file.data)
        message.add_attachment(data, maintype=kind or "application", subtype=sort or "octet-stream", filename=file.name)
    return message.as_bytes(policy=SMTP)


def bounce(raw: bytes, address: str, to: str, moment: datetime) -> bytes:
    """A delivery status notification for a mail that could not be delivered to `address` (RFC 3462, RFC 3464)."""
    message = MIMEMultipart("report")
    message.set_param("report-type", "delivery-status")
    message["From"] = f"Mail Delivery System <MAILER-DAEMON@{_DOMAIN}>"
    message["To"] = to
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = make_msgid(domain=_DOMAIN)
    message["Auto-Submitted"] = "auto-replied"
    message.attach(MIMEText(f"The mail could not be delivered to {address}: the mailbox does not exist.\n"))
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = f"dns; {_DOMAIN}"
    server["Arrival-Date"] = format_datetime(moment)
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Action"] = "failed"
    recipient["Status"] = "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 The mailbox does not exist"
    status = MIMEBase("message", "delivery-status")
    status.set_payload([server, recipient])
    message.attach(status)
    returned = MIMEBase("text", "rfc822-headers", charset="us-ascii")
    returned.set_payload(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii", "replace") + "\n")
    message.attach(returned)
    return message.as_bytes(policy=SMTP)


def _quotation(original: bytes, sender: str, moment: datetime) -> str:
    lines = body(parse(original), "plain").strip().splitlines()
    quoted = "\n".join(f"> {line}" if line else ">" for line in lines)
    return f"\n\nAm {moment:%d.%m.%Y um %H:%M} schrieb {sender}:\n\n{quoted}\n"
