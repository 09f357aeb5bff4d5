"""Error codes of SMPP (command_status, section 5.1.3): what each means for a message, and how to say it to a person."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from oase.kernel.i18n import Message, message

OK: Final = 0

Fate = Literal["sign_in", "again", "account_again", "refused"]


class Status(Struct, frozen=True):
    """A code's name in the specification, what it means for the message, and the words for people."""

    name: str
    fate: Fate
    words: Message


_FORM: Final = message("The operator does not accept the form of this message.")
_SENDER: Final = message("The operator does not accept our number or name as the sender. Check it in the account's settings.")
_RECIPIENT: Final = message("The operator does not accept the recipient's number.")
_PASSWORD: Final = message("The operator does not accept our system ID and password. Enter them anew in the account's settings.")
_REFUSED: Final = message(
    "The operator refuses to connect this account. It may be locked, used elsewhere, or bound to other addresses."
)
_BUSY: Final = message("The operator asks us to send more slowly.")
_DOWN: Final = message("The operator has a fault.")
_SERVICE: Final = message("The operator does not offer this service to our account.")
_NOT_TAKEN: Final = message("The operator did not take the message.")

STATUSES: Final[Mapping[int, Status]] = {
    0x01: Status("ESME_RINVMSGLEN", "refused", message("The operator finds the message too long.")),
    0x02: Status("ESME_RINVCMDLEN", "refused", _FORM),
    0x03: Status("ESME_RINVCMDID", "refused", _FORM),
    0x04: Status("ESME_RINVBNDSTS", "account_again", message("The operator does not let this connection send.")),
    0x05: Status("ESME_RALYBND", "account_again", message("The operator allows one connection only, and there is one already.")),
    0x06: Status("ESME_RINVPRTFLG", "refused", _FORM),
    0x07: Status("ESME_RINVREGDLVFLG", "refused", _FORM),
    0x08: Status("ESME_RSYSERR", "again", _DOWN),
    0x0A: Status("ESME_RINVSRCADR", "refused", _SENDER),
    0x0B: Status("ESME_RINVDSTADR", "refused", _RECIPIENT),
    0x0C: Status("ESME_RINVMSGID", "refused", _FORM),
    0x0D: Status("ESME_RBINDFAIL", "sign_in", _REFUSED),
    0x0E: Status("ESME_RINVPASWD", "sign_in", _PASSWORD),
    0x0F: Status("ESME_RINVSYSID", "sign_in", _PASSWORD),
    0x14: Status("ESME_RMSGQFUL", "account_again", message("The operator's queue is full.")),
    0x15: Status("ESME_RINVSERTYP", "refused", _SERVICE),
    0x33: Status("ESME_RINVNUMDESTS", "refused", _FORM),
    0x40: Status("ESME_RINVDESTFLAG", "refused", _FORM),
    0x42: Status("ESME_RINVSUBREP", "refused", _FORM),
    0x43: Status("ESME_RINVESMCLASS", "refused", _FORM),
    0x44: Status("ESME_RCNTSUBDL", "refused", _NOT_TAKEN),
    0x45: Status("ESME_RSUBMITFAIL", "refused", _NOT_TAKEN),
    0x48: Status("ESME_RINVSRCTON", "refused", _SENDER),
    0x49: Status("ESME_RINVSRCNPI", "refused", _SENDER),
    0x50: Status("ESME_RINVDSTTON", "refused", _RECIPIENT),
    0x51: Status("ESME_RINVDSTNPI", "refused", _RECIPIENT),
    0x53: Status(
        "ESME_RINVSYSTYP", "sign_in", message("The operator does not accept the system type in the account's settings.")
    ),
    0x54: Status("ESME_RINVREPFLAG", "refused", _FORM),
    0x58: Status("ESME_RTHROTTLED", "account_again", _BUSY),
    0x61: Status("ESME_RINVSCHED", "refused", _FORM),
    0x62: Status("ESME_RINVEXPIRY", "refused", message("The operator does not accept how long the message may stay valid.")),
    0x64: Status("ESME_RX_T_APPN", "again", _DOWN),
    0x65: Status("ESME_RX_P_APPN", "refused", _NOT_TAKEN),
    0x66: Status("ESME_RX_R_APPN", "refused", _NOT_TAKEN),
    0xC0: Status("ESME_RINVOPTPARSTREAM", "refused", _FORM),
    0xC1: Status("ESME_ROPTPARNOTALLWD", "refused", _FORM),
    0xC2: Status("ESME_RINVPARLEN", "refused", _FORM),
    0xC3: Status("ESME_RMISSINGOPTPARAM", "refused", _FORM),
    0xC4: Status("ESME_RINVOPTPARAMVAL", "refused", _FORM),
    0xFE: Status("ESME_RDELIVERYFAILURE", "refused", message("The message could not be delivered.")),
    0xFF: Status("ESME_RUNKNOWNERR", "refused", message("The operator reports a fault that it does not name.")),
}


def meaning_of(status: int) -> Status | None:
    """What a code means; None if the specification does not have it (operators add their own)."""
    return STATUSES.get(status)


def sentence(status: int) -> str:
    """Our words for a code, and below them its name."""
    known = STATUSES.get(status)
    if known is None:
        return str(message("The operator reports error %(code)s.", code=f"0x{status:08X}"))
    return f"{known.words}\n{known.name}"
