"""From a raw mail to events.

raw --families.mime.read--> Mail --+-- report about a mail of ours ----> Receipt (failed, delivered, read)
                                   +-- our own mail, seen in a mailbox -> Receipt (sent), never a customer's message
                                   +-- written elsewhere in our name ---> SaidElsewhere (Unknown if its server doubts that)
                                   `-- everything else -----------------> Received, with `automatic` where a machine wrote it
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from oase.channels.adapters.email import addresses, notes, reports
from oase.channels.adapters.email.configuration import Identity, identity, sent_folder
from oase.channels.adapters.email.ids import external_id, loop_of, message_id, our_id
from oase.channels.contract import (
    Account,
    Address,
    Automatic,
    Content,
    Event,
    Malformed,
    Media,
    Raw,
    Receipt,
    Received,
    SaidElsewhere,
    Unknown,
)
from oase.channels.families.mime import Mail, Mailbox, read

_AHEAD: Final = timedelta(minutes=10)  # a sender's clock may be that much fast
_BEHIND: Final = timedelta(days=30)  # older than that at arrival: the clock is wrong, not the post
_OTHERS: Final = 100
_NOBODY_KNOWN: Final = "sender.invalid"  # RFC 2606: for mails without any sender's address


def parse(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of one mail. Raises Malformed only where there is nothing to read."""
    if why := raw.headers.get(notes.UNREADABLE):
        raise Malformed(f"The mail server cannot give out this mail: {why}")
    who, mail = identity(account), read(raw.body)
    at = _moment(mail, raw)
    if receipts := reports.receipts(mail, who, at):
        return receipts
    if loop_of(who) == mail.loop_token.partition(".")[0]:
        return [_own_or_loop(mail, raw, who, at)]
    if _written_elsewhere(mail, who, in_sent=_in_sent(raw, account)):
        return [_said_elsewhere(mail, raw, who, at)]
    return [_received(mail, raw, who, at, _automatic(mail, who))]


def place(raw: Raw) -> bytes:
    """Where in the mailbox a mail lies."""
    return "/".join(raw.headers.get(name, "") for name in (notes.FOLDER, notes.UIDVALIDITY, notes.UID)).encode("utf-8", "replace")


def _own_or_loop(mail: Mail, raw: Raw, who: Identity, at: datetime) -> Event:
    """A mail with our own loop mark: a copy of what we sent (Sent folder, bcc), or somebody's machine sent it back to us."""
    if mail.from_ is not None and addresses.is_own(mail.from_.address, who):
        ours = our_id(mail.message_id) or mail.loop_token.partition(".")[2]
        return Receipt(external_id=message_id(ours, who), our_id=ours, state="sent", at=at)
    return _received(mail, raw, who, at, "loop")


def _in_sent(raw: Raw, account: Account) -> bool:
    sent = sent_folder(account)
    return bool(sent) and raw.headers.get(notes.FOLDER) == sent


def _written_elsewhere(mail: Mail, who: Identity, *, in_sent: bool) -> bool:
    """Somebody wrote from our address with another program, or from any address if the mail lies among those that were sent.

    To ourselves, it is a mail like others (a form, a test).
    """
    ours = mail.from_ is not None and addresses.is_own(mail.from_.address, who) and not _form_sender(mail, who)
    return (ours or in_sent) and any(not addresses.is_own(each.address, who) for each in (*mail.to, *mail.cc) if each.address)


def _said_elsewhere(mail: Mail, raw: Raw, who: Identity, at: datetime) -> Event:
    """A colleague's mail to the first stranger among its recipients. One whose sender our server calls a forgery is not shown."""
    if mail.dmarc == "fail":
        return Unknown(kind="forged_sender", external_id=external_id(mail.message_id), at=at, data=_facts(mail, raw))
    to, *others = _others(mail, who, "")
    return SaidElsewhere(
        external_id=external_id(mail.message_id),
        our_id=our_id(mail.message_id),
        to=Address(value=to.value),  # not under the name that a colleague's address book has for them
        at=at,
        content=_content(mail, raw),
        author=mail.from_.name if mail.from_ else "",
        reply_to=external_id(mail.in_reply_to[0]) if mail.in_reply_to else "",
        references=_references(mail),
        token=addresses.token_in((*_all(mail.to), *_all(mail.cc), *_all(mail.reply_to)), mail.subject, who),
        others=tuple(others),
        automatic=_automatic(mail, who),
        origin=_origin(mail, raw),
    )


def _automatic(mail: Mail, who: Identity) -> Automatic:
    """The class of the mail. A loop mark that is not ours is another company's Oase; a form of our own carries a person's words."""
    if mail.mail_class == "loop" and mail.loop_token:
        return "auto_reply" if mail.auto_submitted not in ("", "no") else ""
    if mail.mail_class == "auto_reply" and mail.auto_submitted == "auto-generated":
        written_by_us = mail.from_ is not None and mail.from_.address.lower().endswith("@" + who.domain)
        return "" if written_by_us and _form_sender(mail, who) else "auto_reply"
    return "" if mail.mail_class == "normal" else mail.mail_class


def _received(mail: Mail, raw: Raw, who: Identity, at: datetime, automatic: Automatic) -> Received:
    sender = _sender(mail, who)
    references = _references(mail)
    seen_at = (*mail.delivered_to, *raw.headers.get(notes.ENVELOPE_TO, "").split(","), *_all(mail.to), *_all(mail.cc))
    return Received(
        external_id=external_id(mail.message_id),
        sender=sender,
        at=at,
        content=_content(mail, raw),
        reply_to=external_id(mail.in_reply_to[0]) if mail.in_reply_to else "",
        references=references,
        token=addresses.token_in(seen_at, mail.subject, who),
        others=_others(mail, who, sender.value),
        automatic=automatic,
        may_auto_answer=not automatic
        and not sender.value.endswith("@" + _NOBODY_KNOWN)
        and not addresses.is_own(sender.value, who)
        and addresses.may_answer_automatically(mail, envelope_from=raw.headers.get(notes.ENVELOPE_FROM), sender=sender.value),
        origin=_origin(mail, raw),
    )


def _sender(mail: Mail, who: Identity) -> Address:
    """Whom an answer reaches: From; Reply-To where From is a form's or a machine's address."""
    chosen = _form_sender(mail, who) or (mail.from_ if mail.from_ and mail.from_.address else None)
    if chosen is None:
        chosen = next((each for each in mail.reply_to if each.address), None)
    if chosen is None:
        mark = hashlib.blake2b(mail.message_id.encode(), digest_size=8).hexdigest()
        return Address(value=f"{mark}@{_NOBODY_KNOWN}", name=mail.from_display_name)
    name = chosen.name or (mail.from_display_name if mail.from_ == chosen else "")
    return Address(value=chosen.address.lower(), name=name)


def _form_sender(mail: Mail, who: Identity) -> Mailbox | None:
    """The customer behind a contact form or a machine: From is ours, of our domain or nobody's, and Reply-To is a person's."""
    strange = [each for each in mail.reply_to if each.address and not addresses.is_own(each.address, who)]
    if mail.from_ is None or len(strange) != 1 or addresses.is_nobody(strange[0].address):
        return None
    sent_by = mail.from_.address.lower()
    if addresses.is_own(sent_by, who) or addresses.is_nobody(sent_by):
        return strange[0]
    same_house = sent_by.rpartition("@")[2] == who.domain and not strange[0].address.lower().endswith("@" + who.domain)
    return strange[0] if same_house else None


def _others(mail: Mail, who: Identity, sender: str) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for each in (*mail.to, *mail.cc):
        value = each.address.lower()
        if value and value != sender and not addresses.is_own(value, who):
            found.setdefault(value, Address(value=value, name=each.name))
    return tuple(found.values())[:_OTHERS]


def _references(mail: Mail) -> tuple[str, ...]:
    """Newest first, without repeats; In-Reply-To is the newest."""
    newest_first = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(dict.fromkeys(map(external_id, newest_first)))


def _content(mail: Mail, raw: Raw) -> Content:
    written = mail.reply_text.strip()
    fetched_partly = notes.WHOLE_SIZE in raw.headers
    files = mail.attachments[:-1] if fetched_partly else mail.attachments  # the last one was cut off
    return Content(
        text=mail.reply_text if written or mail.quoted else mail.text,
        html=mail.html_reply or mail.html,
        quoted=mail.quoted,
        signature=mail.signature,
        subject=mail.subject,
        media=tuple(
            Media(
                ref=str(part.index), source="raw", type=part.type, name=part.name, size_bytes=part.size_bytes,
                inline=part.inline, content_id=part.content_id,
            )
            for part in files
        ),
        data=_facts(mail, raw),
    )  # fmt: skip


def _facts(mail: Mail, raw: Raw) -> dict[str, Any]:
    """What the core keeps beside the text: everybody's addresses, and what was odd."""
    facts: dict[str, Any] = {
        "from": _written(mail.from_),
        "to": [_written(each) for each in mail.to[:_OTHERS]],
        "cc": [_written(each) for each in mail.cc[:_OTHERS]],
        "reply_to": [_written(each) for each in mail.reply_to[:5]],
        "remote_images": mail.remote_images,
        "notes": list(mail.notes[:50]),
    }
    if (size := raw.headers.get(notes.WHOLE_SIZE, "")).isdecimal():
        cut = [part.name for part in mail.attachments[-1:]]
        facts["truncated"] = {"size_bytes": int(size), "fetched_bytes": len(raw.body), "missing": cut}
    return {name: value for name, value in facts.items() if value}


def _origin(mail: Mail, raw: Raw) -> dict[str, Any]:
    origin = {"folder": raw.headers.get(notes.FOLDER, ""), "list": mail.list_id}
    return {name: value for name, value in origin.items() if value}


def _written(person: Mailbox | None) -> str:
    if person is None:
        return ""
    return f"{person.name} <{person.address}>" if person.name and person.address else person.address or person.name


def _all(people: Iterable[Mailbox]) -> tuple[str, ...]:
    return tuple(each.address for each in people)


def _moment(mail: Mail, raw: Raw) -> datetime:
    """When it was written, by the sender's clock, unless that clock is plainly wrong; then when it arrived."""
    arrived = _arrival(raw)
    if mail.date is None or not arrived - _BEHIND <= mail.date <= arrived + _AHEAD:
        return arrived
    return mail.date


def _arrival(raw: Raw) -> datetime:
    try:
        arrived = parsedate_to_datetime(raw.headers.get(notes.ARRIVED, ""))
    except (ValueError, IndexError, TypeError):
        return raw.received_at
    return arrived if arrived.tzinfo is not None and arrived <= raw.received_at + _AHEAD else raw.received_at
