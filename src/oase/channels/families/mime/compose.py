"""A mail to send: text and HTML, files, threading, the message that is answered quoted below.

    Outgoing --fields + mixed( related( alternative( text, HTML ), pictures ), files )--> bytes with CRLF

Pure: date and message id come from the caller, boundaries from a hash of the message id.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from msgspec import Struct

from oase.channels.families.mime.encode import (
    address_field,
    base64_lines,
    file_parameter,
    flowed,
    folded,
    quoted_printable,
    text_field,
)
from oase.channels.families.mime.headers import one_line
from oase.channels.families.mime.types import Mailbox

MAX_REFERENCES = 20
_NO_TOKEN = re.compile(r"[^A-Za-z0-9!#$&^_.+-]")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_ATTRIBUTIONS = {"de": "Am {day} um {time} schrieb {author}:", "en": "On {day} at {time}, {author} wrote:"}
_DAYS = {"de": "%d.%m.%Y", "en": "%Y-%m-%d"}


class File(Struct, frozen=True, kw_only=True):
    """A file to send. With `content_id` it is a picture of the HTML (`src="cid:…"`)."""

    name: str
    type: str
    content: bytes
    content_id: str = ""


class Quoted(Struct, frozen=True, kw_only=True):
    """The message that is answered. `at` carries the time zone to show it in."""

    author: str
    at: datetime
    text: str
    html: str = ""  # sanitised; from the text where empty


class Outgoing(Struct, frozen=True, kw_only=True):
    """Everything that is in the mail. `html` "" means: from the text."""

    from_: Mailbox
    to: tuple[Mailbox, ...]
    subject: str
    text: str
    message_id: str  # without <>
    date: datetime
    html: str = ""
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()  # oldest first, without the message id itself
    files: tuple[File, ...] = ()
    quoted: Quoted | None = None
    signature: str = ""  # plain text, goes below "-- "
    signature_html: str = ""
    language: str = "en"  # of the attribution line: de, en
    auto_submitted: str = ""  # "auto-replied", "auto-generated"
    loop_token: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # further fields


def compose(mail: Outgoing) -> bytes:
    """The mail as bytes, ready for SMTP. Raises ValueError where nobody is addressed or the sender has no address."""
    if not mail.from_.address or not any(box.address for box in (*mail.to, *mail.cc)):
        raise ValueError("A mail needs a sender and at least one recipient.")
    key = hashlib.sha256(mail.message_id.encode("utf-8", "replace")).hexdigest()[:24]
    kind, body = _body(mail, key)
    return (_fields(mail) + kind).encode("utf-8", "replace") + b"\r\n" + body


def _fields(mail: Outgoing) -> str:
    fields = [
        folded("Date", [format_datetime(mail.date)]),
        address_field("From", [mail.from_]),
        address_field("To", mail.to),
        address_field("Cc", mail.cc),
        address_field("Reply-To", mail.reply_to),
        text_field("Subject", mail.subject),
        folded("Message-ID", [_id(mail.message_id)]),
    ]
    references = _references(mail)
    if mail.in_reply_to:
        fields.append(folded("In-Reply-To", [_id(mail.in_reply_to)]))
    if references:
        fields.append(folded("References", references))
    if mail.auto_submitted:
        fields.append(folded("Auto-Submitted", [_token(mail.auto_submitted)]))
        fields.append("X-Auto-Response-Suppress: All\r\n")
    if mail.loop_token:
        fields.append(folded("X-Oase-Loop", [one_line(mail.loop_token, 200)]))
    fields += [text_field(_token(name), value) for name, value in mail.extra]
    fields.append("MIME-Version: 1.0\r\n")
    return "".join(fields)


def _references(mail: Outgoing) -> list[str]:
    """The thread, oldest first; the first and the newest where there are many (RFC 5322, 3.6.4)."""
    ids = [reference for reference in mail.references if reference != mail.in_reply_to]
    ids = list(dict.fromkeys([*ids, *([mail.in_reply_to] if mail.in_reply_to else [])]))
    kept = ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]]
    return [_id(reference) for reference in kept]


def _id(message_id: str) -> str:
    return "<" + "".join(message_id.split()).strip("<>") + ">"


def _token(text: str) -> str:
    return _NO_TOKEN.sub("", text)[:100]


def _body(mail: Outgoing, key: str) -> tuple[str, bytes]:
    """(Content-Type and its fellows, body), from the inside out."""
    plain = _leaf("text/plain; charset=utf-8; format=flowed", quoted_printable(flowed(_text(mail)) + "\n"))
    page = _leaf("text/html; charset=utf-8", quoted_printable(_page(mail) + "\n"))
    current = _multipart("alternative", f"=_a_{key}", [plain, page])
    pictures = [file for file in mail.files if file.content_id]
    if pictures:
        current = _multipart("related", f"=_r_{key}", [current, *map(_file, pictures)])
    others = [file for file in mail.files if not file.content_id]
    if others:
        current = _multipart("mixed", f"=_m_{key}", [current, *map(_file, others)])
    return current


def _leaf(kind: str, body: bytes) -> tuple[str, bytes]:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n", body


def _multipart(kind: str, boundary: str, parts: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """`=_` cannot occur in quoted-printable or base64, so no part can hold the boundary."""
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + fields.encode("utf-8", "replace") + b"\r\n" + content + b"\r\n" for fields, content in parts)
    return f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n', body + mark + b"--\r\n"


def _file(file: File) -> tuple[str, bytes]:
    stated = one_line(file.type, 100).lower()
    kind = stated if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", stated) else "application/octet-stream"
    if kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    fields = f"Content-Type: {kind}{file_parameter('name', file.name)}\r\nContent-Transfer-Encoding: base64\r\n"
    disposition = "inline" if file.content_id else "attachment"
    fields += f"Content-Disposition: {disposition}{file_parameter('filename', file.name)}\r\n"
    if file.content_id:
        fields += f"Content-ID: {_id(one_line(file.content_id, 200))}\r\n"
    return fields, base64_lines(file.content)


def _attribution(quoted: Quoted, language: str) -> str:
    known = language if language in _ATTRIBUTIONS else "en"
    day, time = quoted.at.strftime(_DAYS[known]), quoted.at.strftime("%H:%M")
    return _ATTRIBUTIONS[known].format(day=day, time=time, author=one_line(quoted.author, 100))


def _text(mail: Outgoing) -> str:
    text = mail.text.replace("\r\n", "\n").strip("\n")
    if mail.signature:
        text += "\n\n-- \n" + mail.signature.strip("\n")
    if mail.quoted is not None:
        lines = mail.quoted.text.replace("\r\n", "\n").strip("\n").split("\n")
        marked = "\n".join((">" if line.startswith(">") else "> ") + line for line in lines)
        text += f"\n\n{_attribution(mail.quoted, mail.language)}\n{marked}"
    return text


def _page(mail: Outgoing) -> str:
    page = mail.html or text_to_html(mail.text)
    signature = mail.signature_html or (text_to_html(mail.signature) if mail.signature else "")
    if signature:
        page += f'\n<div class="oase-signature">-- <br>{signature}</div>'
    if mail.quoted is not None:
        quoted = mail.quoted.html or text_to_html(mail.quoted.text)
        attribution = escape(_attribution(mail.quoted, mail.language))
        page += (
            f'\n<div class="oase-attribution">{attribution}</div>\n<blockquote type="cite" '
            f'style="margin: 0 0 0 .8ex; border-left: 1px solid #ccc; padding-left: 1ex">{quoted}</blockquote>'
        )
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{page}\n</body></html>'


def text_to_html(text: str) -> str:
    """Paragraphs and line breaks as a person typed them, addresses of pages as links."""
    paragraphs = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
    return "\n".join(f"<p>{_linked(paragraph)}</p>" for paragraph in paragraphs)


def named_links(words: str, links: Sequence[tuple[str, str]]) -> str:
    """One paragraph of HTML: words, then links by their names. `links`: pairs of name and address."""
    shown = " · ".join(f'<a href="{escape(address)}">{escape(name)}</a>' for name, address in links)
    return f"<p>{escape(words)}<br>\n{shown}</p>"


def _linked(text: str) -> str:
    out: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        target = escape(match[0])
        out += [escape(text[end : match.start()]), f'<a href="{target}">{target}</a>']
        end = match.end()
    return "".join([*out, escape(text[end:])]).replace("\n", "<br>\n")
