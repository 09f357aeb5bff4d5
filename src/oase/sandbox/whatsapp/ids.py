"""Ids that look like Meta's: message ids (`wamid.…`), business-scoped user ids, long decimal ids."""

import base64
import hashlib
import itertools
import secrets

_sequence = itertools.count(secrets.randbelow(10**9))
_COUNTRIES = {"49": "DE", "43": "AT", "41": "CH", "44": "GB", "33": "FR", "39": "IT", "34": "ES", "1": "US"}


def message_id(wa_id: str, *, from_business: bool) -> str:
    """A new message id: `wamid.` and base64 that holds the customer's number and a random part."""
    mark = b"\x11\x18\x12" if from_business else b"\x12\x18\x14"
    length = 9 if from_business else 10
    random = secrets.token_bytes(length).hex().upper().encode()
    number = wa_id.encode()
    raw = b"\x1c\x18" + bytes([len(number) % 256]) + number + b"\x15\x02\x00" + mark + random + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def user_id(wa_id: str) -> str:
    """The business-scoped user id of a number: country, a dot, digits; always the same for the same number.

    Source: page "Business-scoped user IDs" (31 March 2026), example `US.13491208655302741918`.
    """
    country = next((name for prefix, name in _COUNTRIES.items() if wa_id.startswith(prefix)), "US")
    digits = int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:8])
    return f"{country}.{digits:020d}"


def decimal_id() -> str:
    """A new id of 16 digits, as for media, templates and numbers."""
    return str(1_000_000_000_000_000 + next(_sequence) * 1_009 + secrets.randbelow(1_000))
