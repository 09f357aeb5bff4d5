"""From what is to be said to one mail and its envelope. Pure.

Say --families.mime.compose--> bytes --> Call("SEND", "smtp:", options: envelope_from, recipients, message_id)
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from oase.channels.adapters.email import addresses
from oase.channels.adapters.email.configuration import Identity, identity
from oase.channels.adapters.email.ids import is_real, loop_header, message_id
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.families.mime import File, Mailbox, Outgoing, Quoted, compose
from oase.kernel.i18n import message

_TIMEOUT: Final = timedelta(minutes=10)  # RFC 5321, 4.5.3.2.6: what a server may need after the final dot
_NO_SUBJECT: Final = {"de": "Ihre Nachricht", "en": "Your message"}  # said to the customer, in the account's language
_MISSING: Final[dict[type[Outbound], Capability]] = {
    Position: Capability.LOCATION,
    Card: Capability.CONTACTS,
    UseTemplate: Capability.TEMPLATE,
    React: Capability.REACTION,
    MarkRead: Capability.MARK_READ,
    ShowTyping: Capability.TYPING,
}


def render(outbound: Outbound, account: Account) -> Sequence[Call]:
    """The one call that sends it. Raises CannotSay for what mail cannot carry, and for mails that are too large."""
    if not isinstance(outbound, Say):
        raise CannotSay(outbound.act if isinstance(outbound, Moderate) else _MISSING[type(outbound)])
    if outbound.choices:
        raise CannotSay(Capability.BUTTONS)
    who = identity(account)
    recipients = _recipients(outbound, who)
    body = compose(_mail(outbound, who, recipients))
    if len(body) > who.max_bytes:
        size, limit = round(len(body) / 1_000_000, 1), round(who.max_bytes / 1_000_000)
        raise CannotSay(
            Capability.DOCUMENT,
            message("The mail would have %(size)s MB; at most %(limit)s may be sent.", size=size, limit=limit),
        )
    options = {
        "envelope_from": "" if outbound.automatic and who.null_sender else who.address,
        "envelope_from_instead": who.address,
        "recipients": recipients,
        "message_id": message_id(outbound.envelope.id, who),
    }
    return (Call(method="SEND", url="smtp:", body=body, timeout=_TIMEOUT, options=options),)


def _recipients(say: Say, who: Identity) -> tuple[str, ...]:
    """To first, then the copies; nobody twice, and never ourselves."""
    wanted = [say.envelope.to.strip(), *(each.strip() for each in say.envelope.copy_to)]
    for address in wanted:
        if not addresses.is_valid(address):
            raise CannotSay("recipient", message("This is no e-mail address: %(address)s", address=address[:200]))
    found = {address.lower(): address for address in reversed(wanted)}
    first = wanted[0]
    copies = [each for each in reversed(found.values()) if each.lower() != first.lower() and not addresses.is_own(each, who)]
    return (first, *copies)


def _mail(say: Say, who: Identity, recipients: tuple[str, ...]) -> Outgoing:
    envelope = say.envelope
    references = tuple(filter(is_real, envelope.references))
    subject = envelope.subject or _NO_SUBJECT.get(who.language, _NO_SUBJECT["en"])
    with_token = addresses.with_token(who.address, envelope.token) if who.plus_address and envelope.token else ""
    quoted = _quoted(say)
    return Outgoing(
        from_=Mailbox(address=who.address, name=who.name or envelope.from_name),
        to=(Mailbox(address=recipients[0], name=envelope.to_name),),
        cc=tuple(Mailbox(address=each) for each in recipients[1:]),
        reply_to=(Mailbox(address=with_token, name=who.name or envelope.from_name),) if with_token else (),
        subject=addresses.subject_with_token(subject, envelope.token) if who.subject_token else subject,
        text=say.text if quoted or not say.quoted else _with_quote(say),
        html=say.html,
        message_id=message_id(envelope.id, who),
        date=envelope.at,
        in_reply_to=envelope.reply_to if is_real(envelope.reply_to) else "",
        references=references,
        files=tuple(_file(say, index) for index in range(len(say.files))),
        quoted=quoted,
        signature=say.signature or who.signature,
        language=who.language,
        auto_submitted=("auto-replied" if envelope.reply_to else "auto-generated") if say.automatic else "",
        loop_token=loop_header(envelope.id, who),
    )


def _quoted(say: Say) -> Quoted | None:
    if not say.quoted or say.quoted_at is None:
        return None
    author = say.quoted_author or say.envelope.to_name or say.envelope.to
    return Quoted(author=author, at=say.quoted_at, text=say.quoted)


def _with_quote(say: Say) -> str:
    """Without knowing when it was written, the quote stands below the text without a line above it."""
    return say.text.rstrip() + "\n\n" + "\n".join(f"> {line}" for line in say.quoted.strip().splitlines())


def _file(say: Say, index: int) -> File:
    file = say.files[index]
    shown = file.inline and file.content_id and f"cid:{file.content_id}" in say.html
    return File(name=file.name, type=file.type, content=file.content, content_id=file.content_id if shown else "")
