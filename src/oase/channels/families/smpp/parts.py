"""Long messages: cut into parts that phones put together, and which part of what an arriving one is.

in a header of the text (UDH, 3GPP TS 23.040 section 9.2.3.24)     reference of 8 or 16 bits | how many | which
in optional parameters (sar_*, SMPP 3.4 section 5.3.2.22)          the same
whole, as a parameter (message_payload, section 5.3.2.32)          the operator cuts
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from oase.channels.families.smpp.alphabets import GSM, UCS2, Alphabet, fits, letters, units
from oase.channels.families.smpp.messages import ShortMessage
from oase.channels.families.smpp.pdu import Tag

Style = Literal["udh", "sar", "payload"]

HEADED: Final = 0x40
"""Bit of esm_class: the text begins with a header."""
_SINGLE_SEPTETS, _PART_SEPTETS = 160, 153
_SINGLE_BYTES, _PART_BYTES = 140, 134
_MOST_PARTS: Final = 255
_SHORT_REFERENCE, _LONG_REFERENCE = 0x00, 0x08
_SHORT_PORTS, _LONG_PORTS = 0x04, 0x05


class Part(Struct, frozen=True, kw_only=True):
    """What one short message carries of a text."""

    text: bytes
    coding: int
    esm_class: int = 0
    parameters: Mapping[int, bytes] = {}


class Piece(Struct, frozen=True, kw_only=True):
    """Which part of which message."""

    reference: str  # unique between two numbers for as long as the parts travel
    total: int
    number: int  # from 1


def split(text: str, style: Style, reference: int, default: Alphabet = "gsm") -> Sequence[Part]:
    """The parts of a text; `reference` ties them together. Raises ValueError for more than 255."""
    plain = fits(text) and (default == "gsm" or _encodable(text, default))
    pieces = letters(text) if plain else units(text)
    chunks = _chunks(pieces, _SINGLE_SEPTETS if plain else _SINGLE_BYTES, _PART_SEPTETS if plain else _PART_BYTES)
    coding = GSM if plain else UCS2
    if plain and default != "gsm":  # measured as the operator will send it, written as it wants it
        chunks, coding = _as_bytes(text, chunks, "latin-1" if default == "latin1" else "ascii"), GSM
    if len(chunks) == 1:
        return [Part(text=chunks[0], coding=coding)]
    if style == "payload":
        return [Part(text=b"", coding=coding, parameters={Tag.MESSAGE_PAYLOAD: b"".join(chunks)})]
    if len(chunks) > _MOST_PARTS:
        raise ValueError("A message has 255 parts at most.")
    return [_part(chunk, coding, style, reference, len(chunks), number) for number, chunk in enumerate(chunks, 1)]


def _encodable(text: str, default: Alphabet) -> bool:
    try:
        text.encode("latin-1" if default == "latin1" else "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _chunks(pieces: Sequence[bytes], single: int, each: int) -> list[bytes]:
    """Letters put together; none is cut in two."""
    if sum(map(len, pieces)) <= single:
        return [b"".join(pieces)]
    chunks, now = [], b""
    for piece in pieces:
        if len(now) + len(piece) > each:
            chunks.append(now)
            now = b""
        now += piece
    return [*chunks, now]


def _as_bytes(text: str, chunks: Sequence[bytes], codec: str) -> list[bytes]:
    """The same chunks of letters in another alphabet of one byte each."""
    found, at = [], 0
    for chunk in chunks:
        count = len(chunk) - chunk.count(b"\x1b")
        found.append(text[at : at + count].encode(codec))
        at += count
    return found


def _part(chunk: bytes, coding: int, style: Style, reference: int, total: int, number: int) -> Part:
    if style == "sar":
        tied: Mapping[int, bytes] = {
            Tag.SAR_REFERENCE: (reference & 0xFFFF).to_bytes(2),
            Tag.SAR_TOTAL: bytes((total,)),
            Tag.SAR_NUMBER: bytes((number,)),
        }
        return Part(text=chunk, coding=coding, parameters=tied)
    header = bytes((5, _SHORT_REFERENCE, 3, reference & 0xFF, total, number))
    return Part(text=header + chunk, coding=coding, esm_class=HEADED)


def content_of(message: ShortMessage) -> bytes:
    """The bytes of the text itself: without a header, and from the parameter where they are too long for the field."""
    data = message.text or message.parameters.get(Tag.MESSAGE_PAYLOAD, b"")
    return data[data[0] + 1 :] if message.esm_class & HEADED and data else data


def piece_of(message: ShortMessage) -> Piece | None:
    """Which part of a long message it is; None if it is a whole one."""
    for kind, value in _elements(message).items():
        if kind == _SHORT_REFERENCE and len(value) == 3:
            return _piece(f"8:{value[0]}", value[1], value[2])
        if kind == _LONG_REFERENCE and len(value) == 4:
            return _piece(f"16:{int.from_bytes(value[:2])}", value[2], value[3])
    reference, total, number = (message.parameters.get(tag) for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER))
    if reference is None or not total or not number:
        return None
    return _piece(f"sar:{int.from_bytes(reference[:2])}", total[0], number[0])


def ports_of(message: ShortMessage) -> str:
    """The application that a message is meant for, if it is not for people: a port (a visiting card, settings of the phone)."""
    for kind, value in _elements(message).items():
        if kind in (_SHORT_PORTS, _LONG_PORTS) and value:
            return str(int.from_bytes(value[: len(value) // 2 or 1]))
    port = message.parameters.get(Tag.DESTINATION_PORT)
    return str(int.from_bytes(port[:2])) if port else ""


def _piece(reference: str, total: int, number: int) -> Piece | None:
    return Piece(reference=reference, total=total, number=number) if total > 1 and 1 <= number <= total else None


def _elements(message: ShortMessage) -> Mapping[int, bytes]:
    """The elements of the header; one that does not end inside it is left out."""
    data = message.text or message.parameters.get(Tag.MESSAGE_PAYLOAD, b"")
    if not message.esm_class & HEADED or not data:
        return {}
    header, found, at = data[1 : data[0] + 1], dict[int, bytes](), 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if len(value) == length:
            found.setdefault(kind, value)
        at += 2 + length
    return found
