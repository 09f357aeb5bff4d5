"""The bodies that we speak: binding, a short message in either direction, the answers to both (sections 4.1, 4.4, 4.6, 4.7)."""

from collections.abc import Mapping

from msgspec import Struct

from oase.channels.families.smpp.pdu import Command, Damaged, Pdu, Reader, parameter, text

VERSION = 0x34


class Number(Struct, frozen=True):
    """An address with its kind (TON, section 5.2.5) and plan (NPI, section 5.2.6)."""

    digits: str = ""
    ton: int = 0
    npi: int = 0


class Bind(Struct, frozen=True, kw_only=True):
    """How we introduce ourselves. `served` says which numbers' messages we want."""

    system_id: str
    password: str
    system_type: str = ""
    served: Number = Number()


class Bound(Struct, frozen=True):
    """The answer to it."""

    system_id: str = ""
    version: int = 0


class Submitted(Struct, frozen=True):
    """The answer to a message that we handed over."""

    message_id: str = ""


class ShortMessage(Struct, frozen=True, kw_only=True):
    """What submit_sm and deliver_sm carry, and data_sm in part."""

    source: Number = Number()
    destination: Number = Number()
    text: bytes = b""
    coding: int = 0
    esm_class: int = 0
    service_type: str = ""
    protocol: int = 0
    priority: int = 0
    validity: str = ""
    receipt: int = 0
    parameters: Mapping[int, bytes] = {}


def write_bind(bind: Bind) -> bytes:
    """The body of a bind; its fields cut to what they may hold (section 4.1.1)."""
    served = bytes((VERSION, bind.served.ton, bind.served.npi)) + text(bind.served.digits, 41)
    return text(bind.system_id, 16) + text(bind.password, 9) + text(bind.system_type, 13) + served


def read_bound(pdu: Pdu) -> Bound:
    """What the other side calls itself; an answer without a body is one too."""
    reader = Reader(pdu.body)
    try:
        name = reader.text()
    except Damaged:
        return Bound()
    version = reader.parameters().get(0x0210, b"")
    return Bound(name, version[0] if version else 0)


def read_submitted(pdu: Pdu) -> Submitted:
    """The id under which the other side has taken a message; empty if it names none."""
    body, _, _ = pdu.body.partition(b"\0")
    return Submitted(body.decode("latin-1").strip()[:65])


def write_message(message: ShortMessage) -> bytes:
    """The body of a submit_sm. Raises ValueError for a text longer than 254 bytes: that goes as a parameter."""
    if len(message.text) > 254:
        raise ValueError("A short message holds 254 bytes.")
    return b"".join(
        (
            text(message.service_type, 6),
            bytes((message.source.ton, message.source.npi)),
            text(message.source.digits, 21),
            bytes((message.destination.ton, message.destination.npi)),
            text(message.destination.digits, 21),
            bytes((message.esm_class, message.protocol, message.priority)),
            b"\0",  # at once
            text(message.validity, 17),
            bytes((message.receipt, 0, message.coding, 0, len(message.text))),
            message.text,
            *(parameter(tag, value) for tag, value in message.parameters.items()),
        )
    )


def read_message(pdu: Pdu) -> ShortMessage:
    """A short message in deliver_sm, submit_sm or data_sm; raises Damaged."""
    reader = Reader(pdu.body)
    service = reader.text()
    source = _number(reader)
    destination = _number(reader)
    if pdu.command & 0xFFFF == Command.DATA_SM:
        esm_class, receipt, coding = reader.octet(), reader.octet(), reader.octet()
        return ShortMessage(
            source=source,
            destination=destination,
            service_type=service,
            esm_class=esm_class,
            receipt=receipt,
            coding=coding,
            parameters=reader.parameters(),
        )
    esm_class, protocol, priority = reader.octet(), reader.octet(), reader.octet()
    reader.text()  # when to deliver: not for us
    validity = reader.text()
    receipt, _, coding, _ = reader.octet(), reader.octet(), reader.octet(), reader.octet()
    length = reader.octet()
    return ShortMessage(
        source=source,
        destination=destination,
        text=reader.octets(length),
        coding=coding,
        esm_class=esm_class,
        service_type=service,
        protocol=protocol,
        priority=priority,
        validity=validity,
        receipt=receipt,
        parameters=reader.parameters(),
    )


def _number(reader: Reader) -> Number:
    ton, npi = reader.octet(), reader.octet()
    return Number(reader.text(), ton, npi)
