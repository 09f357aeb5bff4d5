"""The protocol's units (PDU): a head of four numbers, a body; and how they are cut out of a stream of bytes.

length | command | status | sequence | body …          each of the four: 4 bytes, most significant first (section 3.2)
"""

import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Final

from msgspec import Struct

from oase.channels.contract import Malformed

HEAD: Final = 16
LONGEST: Final = 70_000
"""A unit with the longest payload that a parameter can hold (64 kB) and everything else; what claims to be longer is no SMPP."""
ANSWER: Final = 0x80000000
_HEAD_FORM: Final = struct.Struct(">IIII")


class Command(IntEnum):
    """Section 5.1.2.1. An answer is the command with the highest bit set."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x1
    BIND_TRANSMITTER = 0x2
    QUERY_SM = 0x3
    SUBMIT_SM = 0x4
    DELIVER_SM = 0x5
    UNBIND = 0x6
    REPLACE_SM = 0x7
    CANCEL_SM = 0x8
    BIND_TRANSCEIVER = 0x9
    OUTBIND = 0xB
    ENQUIRE_LINK = 0x15
    SUBMIT_MULTI = 0x21
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103


class Tag(IntEnum):
    """Optional parameters that we read or write, section 5.3.2."""

    USER_MESSAGE_REFERENCE = 0x0204
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    RECEIPTED_MESSAGE_ID = 0x001E
    ADDITIONAL_STATUS = 0x001D
    NETWORK_ERROR = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Damaged(Malformed):
    """A unit that is not as the specification says. `status` is what the other side is answered."""

    def __init__(self, words: str, status: int = 0x2) -> None:
        super().__init__(words)
        self.status = status


class Pdu(Struct, frozen=True, kw_only=True):
    """One unit."""

    command: int
    status: int = 0
    sequence: int = 0
    body: bytes = b""

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        return _HEAD_FORM.pack(HEAD + len(self.body), self.command, self.status, self.sequence) + self.body


class Framer:
    """Cuts units out of a stream, however its pieces come."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Pdu]:
        """The units that are complete now. Raises Damaged where a length cannot be true: then nothing after it can be found."""
        self._rest += data
        found, at = [], 0
        while (length := _length(self._rest, at)) and at + length <= len(self._rest):
            found.append(_read(self._rest[at : at + length]))
            at += length
        self._rest = self._rest[at:]
        return found


def frames(body: bytes) -> Iterator[Pdu]:
    """The units of a stored delivery; raises Damaged if bytes are missing or too many."""
    at = 0
    while at < len(body):
        length = _length(body, at)
        if not length or at + length > len(body):
            raise Damaged("The delivery breaks off in the middle of a unit.")
        yield _read(body[at : at + length])
        at += length


def _length(data: bytes, at: int) -> int:
    """The length of the unit that begins here; 0 if its head is not complete."""
    if len(data) - at < 4:
        return 0
    length = int.from_bytes(data[at : at + 4])
    if not HEAD <= length <= LONGEST:
        raise Damaged(f"A unit of {length} bytes cannot be SMPP.")
    return length if len(data) - at >= HEAD else 0


def _read(data: bytes) -> Pdu:
    _, command, status, sequence = _HEAD_FORM.unpack_from(data)
    return Pdu(command=command, status=status, sequence=sequence, body=data[HEAD:])


class Reader:
    """Takes field by field from a body; raises Damaged where one is not there."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def octet(self) -> int:
        """One byte as a number."""
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        """So many bytes."""
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise Damaged("The unit ends in the middle of a field.")
        self._at += count
        return taken

    def text(self) -> str:
        """A text that ends with a zero byte (C-octet string)."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Damaged("A text in the unit has no end.")
        taken = self._body[self._at : end]
        self._at = end + 1
        return taken.decode("latin-1")

    def parameters(self) -> Mapping[int, bytes]:
        """What is left, as optional parameters. One that is cut off ends them: the message before it still counts."""
        found: dict[int, bytes] = {}
        while len(self._body) - self._at >= 4:
            tag, length = struct.unpack_from(">HH", self._body, self._at)
            value = self._body[self._at + 4 : self._at + 4 + length]
            if len(value) < length:
                break
            found.setdefault(tag, value)
            self._at += 4 + length
        return found

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._body)


def text(value: str, limit: int) -> bytes:
    """A C-octet string of at most so many bytes, its zero included."""
    return value.encode("ascii", "replace").replace(b"\0", b"?")[: limit - 1] + b"\0"


def parameter(tag: int, value: bytes) -> bytes:
    """An optional parameter."""
    return struct.pack(">HH", tag, len(value)) + value
