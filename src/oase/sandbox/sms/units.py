"""SMPP 3.4 as an operator's side needs it: reading binds and submit_sm, writing deliver_sm and receipts (sections 4 and 5)."""

import struct
from typing import Final

import msgspec

BIND_RECEIVER: Final = 0x00000001
BIND_TRANSMITTER: Final = 0x00000002
SUBMIT_SM: Final = 0x00000004
DELIVER_SM: Final = 0x00000005
UNBIND: Final = 0x00000006
BIND_TRANSCEIVER: Final = 0x00000009
ENQUIRE_LINK: Final = 0x00000015
GENERIC_NACK: Final = 0x80000000
RESPONSE: Final = 0x80000000

ROK: Final = 0x00
RINVMSGLEN: Final = 0x01
RINVCMDLEN: Final = 0x02
RINVCMDID: Final = 0x03
RINVBNDSTS: Final = 0x04
RALYBND: Final = 0x05
RSYSERR: Final = 0x08
RINVSRCADR: Final = 0x0A
RINVDSTADR: Final = 0x0B
RBINDFAIL: Final = 0x0D
RINVPASWD: Final = 0x0E
RTHROTTLED: Final = 0x58

_SAR: Final = (0x020C, 0x020E, 0x020F)
_PAYLOAD: Final = 0x0424


class Submit(msgspec.Struct, kw_only=True, frozen=True):
    """A submit_sm: one message, or part `number` of `total`."""

    source: str
    destination: str
    data: bytes
    coding: int
    receipt: bool
    reference: str = ""
    total: int = 1
    number: int = 1


class Fields:
    """Takes a body apart; raises ValueError where it ends too early."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def text(self) -> str:
        """A text up to its zero."""
        found, zero, self.body = self.body.partition(b"\0")
        if not zero:
            raise ValueError("A text has no end.")
        return found.decode("latin-1")

    def number(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if len(self.body) < size:
            raise ValueError("The body is too short.")
        found, self.body = self.body[:size], self.body[size:]
        return found

    def options(self) -> dict[int, bytes]:
        """The optional parameters that are left."""
        found = {}
        while self.body:
            tag, size = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(size)
        return found


def read_bind(body: bytes) -> tuple[str, str]:
    """System id and password."""
    fields = Fields(body)
    return fields.text(), fields.text()


def read_submit(body: bytes) -> Submit:
    """What the company wants sent; raises ValueError."""
    fields = Fields(body)
    fields.text()
    fields.take(2)
    source = fields.text()
    fields.take(2)
    destination = fields.text()
    esm_class = fields.number()
    fields.take(2)
    fields.text()
    fields.text()
    receipt = fields.number()
    fields.number()
    coding = fields.number()
    fields.number()
    data = fields.take(fields.number())
    options = fields.options()
    data = data or options.get(_PAYLOAD, b"")
    reference, total, number = _by_options(options)
    if esm_class & 0x40 and data:
        header, data = data[1 : data[0] + 1], data[data[0] + 1 :]
        reference, total, number = _by_header(header) or (reference, total, number)
    return Submit(
        source=source, destination=destination, data=data, coding=coding, receipt=bool(receipt & 3),
        reference=reference, total=total, number=number,
    )  # fmt: skip


def _by_options(options: dict[int, bytes]) -> tuple[str, int, int]:
    if not all(tag in options for tag in _SAR):
        return "", 1, 1
    reference, total, number = (options[tag] for tag in _SAR)
    return f"sar {reference.hex()}", total[0], number[0]


def _by_header(header: bytes) -> tuple[str, int, int] | None:
    while len(header) >= 2:
        kind, size = header[0], header[1]
        value, header = header[2 : 2 + size], header[2 + size :]
        if (kind, size) == (0, 3):
            return f"8 {value[:1].hex()}", value[1], value[2]
        if (kind, size) == (8, 4):
            return f"16 {value[:2].hex()}", value[2], value[3]
    return None


def unit(command: int, sequence: int, body: bytes = b"", status: int = ROK) -> bytes:
    """A whole unit."""
    return struct.pack(">4I", 16 + len(body), command, status, sequence) + body


def deliver(source: str, destination: str, data: bytes, coding: int, esm_class: int = 0, options: bytes = b"") -> bytes:
    """The body of a deliver_sm."""
    numbers = b"\1\1" + source.lstrip("+").encode() + b"\0" + b"\1\1" + destination.lstrip("+").encode() + b"\0"
    flags = bytes((esm_class, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0, len(data)))
    return b"\0" + numbers + flags + data + options


def receipt(source: str, destination: str, message_id: str, stat: str, moment: str, error: int) -> bytes:
    """The body of a delivery receipt, as a text (appendix B) and as parameters."""
    dates = f"submit date:{moment} done date:{moment}"
    text = f"id:{message_id} sub:001 dlvrd:{int(stat == 'DELIVRD'):03} {dates} stat:{stat} err:{error:03} text:"
    state = {"DELIVRD": 2, "EXPIRED": 3, "UNDELIV": 5, "REJECTD": 8}[stat]
    named = message_id.encode() + b"\0"
    options = struct.pack(">HH", 0x001E, len(named)) + named + struct.pack(">HHB", 0x0427, 1, state)
    return deliver(source, destination, text.encode(), 0, esm_class=0x04, options=options)
