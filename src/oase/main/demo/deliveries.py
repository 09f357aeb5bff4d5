"""What the outside would have sent: raw deliveries in the form of Meta, of mail programs, of the widget and of the form's page."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from oase.channels import StoredAccount
from oase.channels.contract import Raw
from oase.channels.families import visitor as visitors
from oase.main.demo.script import Case, In

_BOUNCE: Final = """\
Das ist eine automatische Nachricht des Mailservers mx.example.com.

Ihre Nachricht konnte nicht zugestellt werden an:

    %(address)s
    550 5.1.1 The mailbox does not exist
"""


def whatsapp(account: StoredAccount, case: Case, message_id: str, content: Mapping[str, Any], at: datetime) -> Raw:
    """A signed webhook with one message."""
    number = {"display_phone_number": "493023125100", "phone_number_id": account.account.settings["phone_number_id"]}
    said = {"from": case.address, "id": message_id, "timestamp": str(int(at.timestamp())), **content}
    contacts = [{"profile": {"name": case.name}, "wa_id": case.address}]
    value = {"messaging_product": "whatsapp", "metadata": number, "contacts": contacts, "messages": [said]}
    change = {"field": "messages", "value": value}
    entry = [{"id": account.account.settings["waba_id"], "changes": [change]}]
    body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": entry})
    digest = hmac.digest(account.account.secret("app_secret").reveal().encode(), body, "sha256").hex()
    return Raw(body=body, headers={"x-hub-signature-256": f"sha256={digest}"}, received_at=at)


def mail(case: Case, step: In, ids: tuple[str, str, str], to: str, file: tuple[str, str, bytes] | None, at: datetime) -> Raw:
    """A mail as a customer's program writes it. `ids`: its own Message-ID, the one it answers, all before it."""
    own, answered, references = ids
    head = EmailMessage()
    head["From"] = formataddr((case.name, case.address))
    head["To"] = to
    if step.copy_to:
        head["Cc"] = step.copy_to
    prefix = "" if not answered else "Automatische Antwort: " if step.sort == "out_of_office" else "AW: "
    head["Subject"] = prefix + case.subject
    head["Date"] = format_datetime(at)
    head["Message-ID"] = f"<{own}>"
    if answered:
        head["In-Reply-To"] = f"<{answered}>"
        head["References"] = references
    if step.sort == "out_of_office":
        head["Auto-Submitted"] = "auto-replied"
        head["X-Auto-Response-Suppress"] = "All"
    head.set_content(step.text + (f"\n\n{step.quoted}" if step.quoted else ""))
    if step.html:
        head.add_alternative(step.html, subtype="html")
    if file is not None:
        name, kind, content = file
        main, _, sub = kind.partition("/")
        head.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return _arrived(head.as_bytes(policy=SMTP), case.address, to, at)


def bounce(case: Case, own: str, about: str, to: str, at: datetime) -> Raw:
    """A delivery status notification (RFC 3464) about a mail of ours."""
    border = own.replace("@", "-")
    parts = (
        ("text/plain; charset=utf-8", _BOUNCE % {"address": case.address}),
        (
            "message/delivery-status",
            f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; {case.address}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 The mailbox does not exist\n",
        ),
        ("text/rfc822-headers", f"From: {to}\nTo: {case.address}\nSubject: Re: {case.subject.encode('ascii', 'replace').decode()}\n"
                                f"Message-ID: <{about}>\n"),
    )  # fmt: skip
    body = "".join(f"--{border}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts) + f"--{border}--\n"
    head = (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\n"
        f"Date: {format_datetime(at)}\nMessage-ID: <{own}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{border}"\n\n'
    )
    return _arrived((head + body).replace("\n", "\r\n").encode(), "", to, at)


def _arrived(body: bytes, sender: str, to: str, at: datetime) -> Raw:
    trace = f"Return-Path: <{sender}>\r\nDelivered-To: {to}\r\n".encode()
    return Raw(
        body=trace + body, headers={"x-oase-envelope-from": sender, "x-oase-envelope-to": to}, method="SMTP", received_at=at
    )


def visitor_of(case: Case) -> str:
    """The widget's id for the visitor of a case."""
    return visitors.anonymous_visitor(uuid5(NAMESPACE_URL, case.address).bytes)


def webchat(account: StoredAccount, case: Case, step: In, own: str, file: visitors.FileRef | None, at: datetime) -> Raw:
    """What the widget delivers, signed with the visitor's session."""
    secret = account.account.secret("session_secret")
    session = visitors.Session(visitor=visitor_of(case), until=int((at + timedelta(days=180)).timestamp()))
    contact = {"name": case.name, **({"email": case.person["email"]} if "email" in case.person else {})}
    page = {"url": "https://www.lindgruen.example/raeder/lastesel", "title": "Lastesel – Lindgrün Fahrräder"}
    said: dict[str, Any] = {
        "type": "message", "id": own, "text": step.text, "contact": contact, "page": page, "lang": case.language,
        "files": [visitors.pack_file(secret, file)] if file else [],
    }  # fmt: skip
    body = msgspec.json.encode(said)
    signature = visitors.sign(visitors.session_key(secret, session), "deliver", body)
    query = {"v": session.visitor, "u": str(session.until), "w": "", "s": signature}
    return Raw(body=body, query=query, received_at=at)


def form(account: StoredAccount, case: Case, step: In, own: str, at: datetime) -> Raw:
    """What the form's page hands over."""
    answers = [{"name": name, "label": name.capitalize(), "value": value} for name, value in case.fields.items()]
    said = {
        "id": own, "email": case.address, "name": case.name, "subject": case.subject, "message": step.text,
        "answers": answers, "language": case.language,
    }  # fmt: skip
    body = msgspec.json.encode(said)
    signature = visitors.sign_page(account.account.secret("page_secret"), body)
    return Raw(body=body, headers={"x-oase-signature": signature}, received_at=at)
