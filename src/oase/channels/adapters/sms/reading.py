"""From the units of a delivery to its event: a customer's message, put together from its parts, or a receipt."""

import hashlib
from collections.abc import Sequence
from typing import Final

from oase.channels.adapters.sms.configuration import address, alphabet, country, ids, one_form
from oase.channels.adapters.sms.keeping import ARRIVAL
from oase.channels.contract import Account, Address, Broken, Content, Event, Malformed, Raw, Receipt, Received, Unknown
from oase.channels.families.smpp import (
    Alphabet,
    Damaged,
    ShortMessage,
    content_of,
    frames,
    is_receipt,
    piece_of,
    ports_of,
    read_message,
    read_receipt,
    read_text,
)
from oase.channels.families.wishes import asks_more, wish_of

MISSING: Final = "[…]"
"""Stands for parts of a long message that never came."""


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if no unit of it can be read."""
    own_id = raw.headers.get(ARRIVAL) or hashlib.blake2b(raw.body, digest_size=16).hexdigest()
    whole: dict[str, dict[int, ShortMessage]] = {}
    events: list[Event | str] = []
    problems: list[str] = []
    for place, pdu in enumerate(frames(raw.body), 1):
        try:
            message = read_message(pdu)
        except Damaged as error:
            events.append(Broken(place=f"unit {place}", why=str(error)))
            problems.append(str(error))
            continue
        piece = piece_of(message)
        key = f"{piece.reference}/{piece.total}/{message.source.digits}" if piece else f"#{place}"
        if key not in whole:
            events.append(key)
        whole.setdefault(key, {})[piece.number if piece else 1] = message
    if not whole:
        raise Malformed(problems[0] if problems else "The delivery is empty.")
    names = {key: own_id if number == 0 else f"{own_id}-{number}" for number, key in enumerate(whole)}
    return [_event(names[one], one, whole[one], raw, account) if isinstance(one, str) else one for one in events]


def _event(own_id: str, key: str, parts: dict[int, ShortMessage], raw: Raw, account: Account) -> Event:
    first = parts[min(parts)]
    if is_receipt(first):
        return _receipt(own_id, first, raw, account)
    sender = Address(value=address(first.source, country(account)))
    port = next((found for part in parts.values() if (found := ports_of(part))), "")
    total = 1 if key.startswith("#") else int(key.split("/")[1])
    text = None if port else _text(parts, total, alphabet(account))
    if text is None or not sender.value:
        kind = f"port.{port}" if port else "binary" if text is None else "message"
        data = {"hex": b"".join(content_of(parts[number]) for number in sorted(parts)).hex()[:4000]}
        return Unknown(kind=kind, external_id=own_id, at=raw.received_at, sender=sender if sender.value else None, data=data)
    lacking = total - len(parts)
    return Received(
        external_id=own_id,
        sender=sender,
        at=raw.received_at,
        content=Content(text=text),
        asks=asks_more(text),
        wish=wish_of(text),
        may_auto_answer=sender.value.startswith("+"),
        origin={"to": address(first.destination, country(account))} | ({"missing_parts": lacking} if lacking else {}),
    )


def _text(parts: dict[int, ShortMessage], total: int, default: Alphabet) -> str | None:
    """The text of all parts in order. Bytes are joined first: some senders cut a letter in two. None: it is no text."""
    found: list[str] = []
    data, coding = b"", -1
    for number in range(1, total + 2):
        part = parts.get(number)
        if data and (part is None or part.coding != coding):
            text = read_text(data, coding, default)
            if text is None:
                return None
            found.append(text)
            data = b""
        if part is not None:
            data, coding = data + content_of(part), part.coding
            if not data and read_text(b"", coding, default) is None:
                return None
        elif number <= total and found[-1:] != [MISSING]:
            found.append(MISSING)
    return "".join(found)


def _receipt(own_id: str, message: ShortMessage, raw: Raw, account: Account) -> Event:
    told = read_receipt(message)
    if told is None or not told.state:
        data = {"text": content_of(message).decode("latin-1").replace("\0", "\ufffd")[:500]}
        kind = f"receipt.{told.stat.lower()}"[:100] if told else "receipt"
        return Unknown(kind=kind, external_id=own_id, at=raw.received_at, data=data)
    return Receipt(
        external_id=one_form(told.message_id, "receipt", ids(account)),
        state=told.state,
        at=raw.received_at,
        code=told.code if told.state == "failed" else "",
        why=str(told.why),
        final=told.stat != "UNKNOWN",
    )
