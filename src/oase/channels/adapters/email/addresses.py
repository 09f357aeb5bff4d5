"""Rules about addresses and tokens: plus-addresses, our own addresses, and whether a machine may answer. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from oase.channels.adapters.email.configuration import Identity
from oase.channels.families.mime import Mail

_PLUS_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{4,64}")
_SUBJECT_TOKEN: Final = re.compile(r"\[#([A-Za-z0-9_-]{4,64})\]")
# Names of mailboxes that nobody reads (RFC 2142 and custom).
_NOBODY: Final = re.compile(
    r"(?:^|[._+-])(?:no|do[._-]?not|nicht|keine?)[._-]?(?:reply|respond|response|antwort(?:en)?)(?:$|[._+-]|\d)"
    r"|^(?:mailer-daemon|postmaster|listserv|majordomo|bounces?(?:[._+-].*)?|owner-.*|.*-(?:request|owner|bounces?))$",
    re.IGNORECASE,
)


def with_token(address: str, token: str) -> str:
    """support@firma.example, K7Q2 -> support+K7Q2@firma.example."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}" if token else address


def without_plus(address: str) -> str:
    """The address without what follows a plus sign, in lower case."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def is_valid(address: str) -> bool:
    """Whether this can be an address at all: one @ with something before and after, no blanks or control characters."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and len(address) <= 320 and not re.search(r"[\s\x00-\x1f\x7f<>,;]", address)


def is_own(address: str, who: Identity) -> bool:
    """Whether the address is the account's own, with or without a token."""
    plain = address.strip().lower()
    own = {who.address, *who.aliases}
    return plain in own or without_plus(plain) in own


def token_in(addresses: Iterable[str], subject: str, who: Identity) -> str:
    """Our conversation's token: from a plus-address of ours (this counts more), else from the subject; "" if there is none."""
    for address in addresses:
        local = address.strip().rpartition("@")[0]
        token = local.partition("+")[2]
        if token and is_own(address, who) and _PLUS_TOKEN.fullmatch(token):
            return token
    found = _SUBJECT_TOKEN.search(subject[:1000])
    return found[1] if found else ""


def subject_with_token(subject: str, token: str) -> str:
    """The subject with [#token] at its end, once."""
    return subject if not token or f"[#{token}]" in subject else f"{subject} [#{token}]".strip()


def is_nobody(address: str) -> bool:
    """Whether nobody reads what is sent there: noreply@…, mailer-daemon@…, the machines of a mailing list."""
    return bool(_NOBODY.search(address.rpartition("@")[0][:200]))


def may_answer_automatically(mail: Mail, *, envelope_from: str | None = None, sender: str = "") -> bool:
    """Whether a machine may answer this mail at all (RFC 3834, section 2): never machines, lists, bounces, nobody, ourselves.

    `sender` is whom the answer would reach (From, if not given); `envelope_from` is the return path where known, "" being the
    empty one, which must never be answered. The core adds its own limit: one automatic answer per person and span of time.
    """
    if mail.notice is not None or mail.bounce is not None or mail.list_id or mail.auto_submitted not in ("", "no"):
        return False
    if mail.mail_class != "normal" and not (mail.mail_class == "loop" and mail.loop_token):
        return False
    if envelope_from is not None and (not envelope_from.strip("<> ") or is_nobody(envelope_from.strip("<> "))):
        return False
    reached = sender or (mail.from_.address if mail.from_ else "")
    return bool(reached) and not is_nobody(reached)
