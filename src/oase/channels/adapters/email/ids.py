"""Message-IDs and loop marks of our own mails: made from our message's id, so that answers and bounces find it again."""

import hashlib
import re
from typing import Final

from oase.channels.adapters.email.configuration import Identity

_LONGEST: Final = 250  # Message-IDs are used as keys; RFC 5322 allows lines of 998
_OURS: Final = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^@\s]+")


def message_id(envelope_id: str, who: Identity) -> str:
    """The Message-ID of a message of ours, without <>: the same at each attempt to send it."""
    return f"{envelope_id}@{who.domain}"


def our_id(message_id: str) -> str:
    """The envelope id inside a Message-ID of ours; "" for others'."""
    found = _OURS.fullmatch(message_id.strip("<> ").lower())
    return found[1] if found else ""


def external_id(message_id: str) -> str:
    """A Message-ID as the core keeps it: as it is, or its hash if it is monstrous."""
    plain = message_id.strip("<> \t\r\n").replace("\0", "")
    if len(plain) <= _LONGEST:
        return plain
    return f"{hashlib.blake2b(plain.encode('utf-8', 'replace'), digest_size=20).hexdigest()}@long.invalid"


def is_real(external_id: str) -> bool:
    """Whether an external id can stand in a header: hashes of monstrous ones cannot, nor ids of other channels."""
    return "@" in external_id and not external_id.endswith("@long.invalid")


def loop_of(who: Identity) -> str:
    """The account's own mark; another company's Oase has another."""
    return hashlib.blake2b(who.address.encode(), digest_size=8, person=b"oase-loop").hexdigest()


def loop_header(envelope_id: str, who: Identity) -> str:
    """The value of X-Oase-Loop: the account's mark and our message's id."""
    return f"{loop_of(who)}.{envelope_id}"
