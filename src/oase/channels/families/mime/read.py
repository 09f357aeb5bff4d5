"""From raw bytes to a Mail.

    raw --tree--> parts --bodies--> text blocks + files --content--> text, html, segments
                   \\--headers--> people, ids, date --classify, reports--> class, bounce, notice

Pure: no I/O, no clock, the same bytes give the same Mail. Every step is bounded (see `tree.Budget`).
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from oase.channels.contract.errors import Malformed
from oase.channels.families.mime.addresses import mailboxes
from oase.channels.families.mime.bodies import Found, collect
from oase.channels.families.mime.classify import auto_submitted, classify, list_id
from oase.channels.families.mime.content import Content, read_content
from oase.channels.families.mime.headers import date_field, message_ids, text_field, unfold
from oase.channels.families.mime.reports import read_report
from oase.channels.families.mime.tree import Budget, Node, parse
from oase.channels.families.mime.types import Mail, Mailbox, Part

GENERATED_DOMAIN = "generated.oase"
_DMARC = re.compile(r"\bdmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_ENVELOPE_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to", "x-delivered-to")


def read(raw: bytes) -> Mail:
    """Understand a mail. Raises Malformed only where there is nothing at all to read."""
    budget = Budget()
    root = _parsed(raw, budget)
    return _understood(raw, root, collect(root, budget), budget)


def _understood(raw: bytes, root: Node, found: Found, budget: Budget) -> Mail:
    subject = text_field(root.first("subject") or b"")
    in_reply_to = _ids(root, "in-reply-to")
    references = _ids(root, "references")
    from_ = _one(root, "from")
    content = read_content(
        found.blocks, subject=subject, answers=bool(in_reply_to or references), sender=from_.name if from_ else "", budget=budget
    )
    sender = _one(root, "sender")
    report = read_report(root, content.text, subject, from_)
    _note_missing(root, from_, budget)
    return Mail(
        from_=from_ or sender,
        from_display_name=_display_name(from_ or sender),
        sender=sender,
        to=_people(root, "to"),
        cc=_people(root, "cc"),
        reply_to=_people(root, "reply-to"),
        subject=subject,
        message_id=_message_id(root, raw),
        in_reply_to=in_reply_to,
        references=references,
        date=_date(root, budget),
        mail_class=classify(root, subject, from_, content.reply_text, report),
        bounce=report.bounce,
        notice=report.notice,
        text=content.text,
        html=content.html,
        html_reply=content.html_reply,
        reply_text=content.reply_text,
        quoted=content.quoted,
        signature=content.signature,
        segments=content.segments,
        attachments=tuple(_shown_inline(file.part, content) for file in found.files),
        list_id=list_id(root),
        auto_submitted=auto_submitted(root),
        loop_token=text_field(root.first("x-oase-loop") or b"", 200),
        dmarc=_dmarc(root),
        delivered_to=_delivered_to(root),
        remote_images=content.remote_images,
        notes=tuple(budget.notes),
    )


def extract(raw: bytes, index: int) -> tuple[Part, bytes]:
    """One file of the mail with its bytes. Raises IndexError where there is no such file, Malformed as `read` does."""
    return extract_all(raw, (index,))[0]


def extract_all(raw: bytes, indices: Sequence[int]) -> list[tuple[Part, bytes]]:
    """Several files of the mail, which is parsed once for all of them. Raises as `extract` does."""
    budget = Budget()
    found = collect(_parsed(raw, budget), budget, wanted=frozenset(indices))
    for index in indices:
        if not 0 <= index < len(found.files):
            raise IndexError(f"The mail has {len(found.files)} files, none with the number {index}.")
    return [(found.files[index].part, found.files[index].content) for index in indices]


def _parsed(raw: bytes, budget: Budget) -> Node:
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Malformed("The mail is empty.")
    return parse(raw, budget)


def _people(root: Node, name: str) -> tuple[Mailbox, ...]:
    """All addresses of all fields of that name; doubled fields are against the rules and occur."""
    people = [mailbox for value in root.all(name)[:50] for mailbox in mailboxes(value)]
    return tuple(dict.fromkeys(people))


def _one(root: Node, name: str) -> Mailbox | None:
    people = _people(root, name)
    return next((mailbox for mailbox in people if "@" in mailbox.address), people[0] if people else None)


def _display_name(mailbox: Mailbox | None) -> str:
    return "" if mailbox is None else mailbox.name


def _ids(root: Node, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for value in root.all(name)[:20] for item in message_ids(value)))


def _message_id(root: Node, raw: bytes) -> str:
    """The stated id, else one from what does not change on the way (so the same mail by two ways is one mail)."""
    for value in root.all("message-id"):
        ids = message_ids(value)
        stated = ids[0] if ids else unfold(value).strip("<> ")
        if stated:
            return "".join(stated.split())[:500]
    parts = [value for name in ("from", "to", "date", "subject") for value in root.all(name)]
    position = min((place for place in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if place >= 0), default=0)
    digest = hashlib.sha256(b"\x00".join([*(b" ".join(part.split()) for part in parts), raw[position:].strip()]))
    return f"{digest.hexdigest()[:32]}@{GENERATED_DOMAIN}"


def _date(root: Node, budget: Budget) -> datetime | None:
    for value in root.all("date"):
        moment = date_field(value)
        if moment is not None:
            return moment
    for value in root.all("received"):
        moment = date_field(unfold(value).rpartition(";")[2].encode("utf-8", "replace"))
        if moment is not None:
            budget.note("date: taken from Received")
            return moment
    budget.note("date: missing")
    return None


def _delivered_to(root: Node) -> tuple[str, ...]:
    found = [mailbox.address for name in _ENVELOPE_FIELDS for value in root.all(name)[:20] for mailbox in mailboxes(value)]
    return tuple(dict.fromkeys(address for address in found if address))


def _dmarc(root: Node) -> str:
    """The verdict in the topmost Authentication-Results: the server that took the mail writes there, senders only below."""
    found = _DMARC.search(unfold(root.first("authentication-results") or b""))
    return found[1].lower() if found else ""


def _note_missing(root: Node, from_: Mailbox | None, budget: Budget) -> None:
    if from_ is None or not from_.address:
        budget.note("from: missing")
    for name in ("from", "subject", "date", "message-id"):
        if len(root.all(name)) > 1:
            budget.note(f"header: {name} occurs more than once")
    if root.first("message-id") is None:
        budget.note("message-id: generated")


def _shown_inline(part: Part, content: Content) -> Part:
    """A file that the HTML shows is inline, whatever its disposition says."""
    if part.inline or not part.content_id or part.content_id not in content.shown_ids:
        return part
    return Part(index=part.index, name=part.name, type=part.type, size_bytes=part.size_bytes, md5=part.md5, inline=True,
                content_id=part.content_id)  # fmt: skip
