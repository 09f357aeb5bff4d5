"""SMPP 3.4, pure: units of the protocol to bytes and back, alphabets, parts of long messages, receipts, errors in words.

Short Message Peer to Peer Protocol Specification v3.4, issue 1.2; GSM 03.38 (3GPP TS 23.038); GSM 03.40 (3GPP TS 23.040) for parts.
"""

from oase.channels.families.smpp.alphabets import Alphabet, fits, read_text
from oase.channels.families.smpp.messages import (
    Bind,
    Bound,
    Number,
    ShortMessage,
    Submitted,
    read_bound,
    read_message,
    read_submitted,
    write_bind,
    write_message,
)
from oase.channels.families.smpp.parts import Piece, Style, content_of, piece_of, ports_of, split
from oase.channels.families.smpp.pdu import (
    ANSWER,
    LONGEST,
    Command,
    Damaged,
    Framer,
    Pdu,
    Tag,
    frames,
)
from oase.channels.families.smpp.receipts import Delivered, is_receipt, read_receipt
from oase.channels.families.smpp.statuses import OK, Fate, Status, meaning_of, sentence

__all__ = [
    "ANSWER",
    "LONGEST",
    "OK",
    "Alphabet",
    "Bind",
    "Bound",
    "Command",
    "Damaged",
    "Delivered",
    "Fate",
    "Framer",
    "Number",
    "Pdu",
    "Piece",
    "ShortMessage",
    "Status",
    "Style",
    "Submitted",
    "Tag",
    "content_of",
    "fits",
    "frames",
    "is_receipt",
    "meaning_of",
    "piece_of",
    "ports_of",
    "read_bound",
    "read_message",
    "read_receipt",
    "read_submitted",
    "read_text",
    "sentence",
    "split",
    "write_bind",
    "write_message",
]
