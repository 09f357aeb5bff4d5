"""Delivery receipts: in optional parameters (section 5.3.2), or as a text that every operator writes a little differently (appendix B).

id:0123456789 sub:001 dlvrd:001 submit date:2603020915 done date:2603020916 stat:DELIVRD err:000 text:Guten Tag
"""

import re
from typing import Final, Literal

from msgspec import Struct

from oase.channels.families.smpp.messages import ShortMessage
from oase.channels.families.smpp.parts import content_of
from oase.channels.families.smpp.pdu import Tag
from oase.kernel.i18n import Message, message

State = Literal["sent", "delivered", "failed", ""]

_KIND: Final = 0x3C  # bits of esm_class that say what a message from the operator is
_RECEIPT, _NOTE_ON_THE_WAY = 0x04, 0x20
_ID: Final = re.compile(r"\bid:\s*([^\s:]{1,65})", re.IGNORECASE)
_STAT: Final = re.compile(r"\bstat:\s*([A-Za-z]{1,20})", re.IGNORECASE)
_ERR: Final = re.compile(r"\berr:\s*([0-9A-Za-z]{1,12})", re.IGNORECASE)
_BY_NUMBER: Final = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_STATES: Final[dict[str, State]] = {
    "ENROUTE": "sent",
    "ACCEPTD": "sent",
    "ACCEPTED": "sent",
    "DELIVRD": "delivered",
    "DELIVERED": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
    "REJECTED": "failed",
    "UNKNOWN": "failed",
    "FAILED": "failed",
}
_WORDS: Final = {
    "EXPIRED": message("The phone could not be reached in time; the operator gave up."),
    "DELETED": message("The message was deleted at the operator."),
    "UNDELIV": message("The message could not be delivered: the number is not in use, or the phone does not take it."),
    "REJECTD": message("The network refused the message."),
    "REJECTED": message("The network refused the message."),
    "UNKNOWN": message("The operator does not know what became of the message."),
    "FAILED": message("The message could not be delivered: the number is not in use, or the phone does not take it."),
}


class Delivered(Struct, frozen=True, kw_only=True):
    """What became of a message. `state` is empty for a word that is not known; `code` is the network's own."""

    message_id: str
    stat: str
    state: State
    code: str = ""

    @property
    def why(self) -> Message | str:
        """Why it failed, in words; empty where it did not."""
        return _WORDS.get(self.stat, "") if self.state == "failed" else ""


def is_receipt(one: ShortMessage) -> bool:
    """Whether the operator says that this is a receipt; the text alone does not count, since anybody can write one."""
    return one.esm_class & _KIND in (_RECEIPT, _NOTE_ON_THE_WAY)


def read_receipt(one: ShortMessage) -> Delivered | None:
    """What it says; None if it names no message."""
    words = content_of(one).decode("latin-1")
    in_text = {
        name: found[1] if (found := rule.search(words)) else "" for name, rule in (("id", _ID), ("stat", _STAT), ("err", _ERR))
    }
    named = one.parameters.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1").strip()
    number = one.parameters.get(Tag.MESSAGE_STATE, b"")
    stat = (_BY_NUMBER.get(number[0], str(number[0])) if number else in_text["stat"]).upper()
    message_id = named or in_text["id"]
    if not message_id or not stat:
        return None
    return Delivered(message_id=message_id, stat=stat, state=_STATES.get(stat, ""), code=_code(one, in_text["err"], stat))


def _code(one: ShortMessage, err: str, stat: str) -> str:
    network = one.parameters.get(Tag.NETWORK_ERROR, b"")
    if len(network) == 3 and network[1:] != b"\0\0":
        return f"{stat} {int.from_bytes(network[1:])}"
    return f"{stat} {err}" if err.strip("0") else stat
