"""Twilio's error codes: what each means for a message, and how to say it to a person.

https://www.twilio.com/docs/api/errors (read 2026-08). Codes of 30000 and more come with a receipt, the others as an answer.
"""

from collections.abc import Mapping
from datetime import timedelta

from oase.channels.families.meanings import Meaning, with_theirs
from oase.kernel.i18n import message

_CREDENTIALS = message("Twilio does not accept our account SID and token. Enter them anew in the account's settings.")
_SUSPENDED = message("The account at Twilio is suspended or closed. The Twilio Console says why.")
_BUSY = message("Twilio asks us to send more slowly.")
_DOWN = message("Twilio is temporarily unavailable.")
_SENDER = message("This number or name cannot send SMS to this customer. Check the sender in the account's settings.")
_SERVICE = message("The messaging service does not exist or has no usable number.")
_NUMBER = message("This is not a telephone number that can be written to.")
_STOPPED = message("The customer has answered STOP: nothing may be sent to this number until they answer START.")
_UNREACHABLE = message("The phone cannot be reached: it is switched off, abroad or without a contract.")
_LANDLINE = message("The number is a landline or in a network that takes no SMS.")
_FILTERED = message("The mobile network or Twilio filtered the message out as unwanted.")
_UNREGISTERED = message("The sending number is not registered for messages to this country.")
_LIMIT = message("The daily limit of the sending number is reached.")
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_NO_REASON = message("Twilio gave no reason.")
_CANCELED = message("The message was cancelled at Twilio.")

MEANINGS: Mapping[int, Meaning] = {
    20003: Meaning("sign_in", _CREDENTIALS),
    20005: Meaning("sign_in", _SUSPENDED),
    20404: Meaning("refused", message("Twilio does not know this account or this address of its API.")),
    20410: Meaning("sign_in", message("Twilio no longer has the address of its API that Oase calls. Update Oase.")),
    20429: Meaning("account_again", _BUSY, timedelta(seconds=1)),
    20500: Meaning("again", _DOWN),
    20503: Meaning("account_again", _DOWN, _MINUTE),
    21211: Meaning("refused", _NUMBER),
    21212: Meaning("refused", _SENDER),
    21266: Meaning("refused", message("Sender and recipient are the same number.")),
    21408: Meaning(
        "refused", message("Messages to this country are not allowed yet: Twilio Console, Messaging, Geo permissions.")
    ),
    21602: Meaning("refused", message("An SMS cannot be empty.")),
    21603: Meaning("refused", _SENDER),
    21604: Meaning("refused", _NUMBER),
    21606: Meaning("refused", _SENDER),
    21608: Meaning("refused", message("A trial account at Twilio writes to verified numbers only.")),
    21609: Meaning("refused", message("Twilio cannot reach Oase's address for receipts. Check the public address of Oase.")),
    21610: Meaning("refused", _STOPPED),
    21611: Meaning("account_again", message("Twilio's queue of this number is full."), _MINUTE),
    21612: Meaning("refused", _SENDER),
    21614: Meaning("refused", _LANDLINE),
    21617: Meaning("refused", message("The text is longer than Twilio allows.")),
    21659: Meaning("refused", _SENDER),
    21660: Meaning("refused", _SENDER),
    21701: Meaning("refused", _SERVICE),
    21703: Meaning("refused", _SERVICE),
    21704: Meaning("refused", _SERVICE),
    21705: Meaning("refused", _SERVICE),
    30001: Meaning("account_again", message("Twilio's queue of this number is full."), _MINUTE),
    30002: Meaning("sign_in", _SUSPENDED),
    30003: Meaning("refused", _UNREACHABLE),
    30004: Meaning("refused", message("The recipient or the network blocks this message.")),
    30005: Meaning("refused", message("The number does not exist or is no longer in use.")),
    30006: Meaning("refused", _LANDLINE),
    30007: Meaning("refused", _FILTERED),
    30008: Meaning("refused", message("The mobile network did not deliver the message and gave no reason.")),
    30009: Meaning("refused", message("A part of the message was lost in the mobile network.")),
    30010: Meaning("refused", message("The message costs more than the account allows.")),
    30022: Meaning("account_again", _BUSY, _MINUTE),
    30023: Meaning("account_again", _LIMIT, _HOUR),
    30024: Meaning("refused", _UNREGISTERED),
    30027: Meaning("account_again", _LIMIT, _HOUR),
    30032: Meaning("refused", _UNREGISTERED),
    30034: Meaning("refused", _UNREGISTERED),
    30036: Meaning("refused", message("The message waited too long and was given up.")),
    30037: Meaning("refused", message("Sending is switched off for this account at Twilio.")),
    30039: Meaning("refused", message("The same messages went back and forth too often; Twilio stopped them.")),
    30410: Meaning("refused", _UNREACHABLE),
    30450: Meaning("refused", message("Twilio's fraud protection stopped the message.")),
    63038: Meaning("account_again", message("The account's daily number of messages is used up."), _HOUR),
}


def meaning_of(code: int) -> Meaning | None:
    """What a code means; None if it is not known."""
    return MEANINGS.get(code)


def sentence(code: int, theirs: str = "", *, canceled: bool = False) -> str:
    """Our words for a code, and below them those of Twilio."""
    meaning, theirs = MEANINGS.get(code), theirs.strip()
    if canceled and meaning is None:
        return str(_CANCELED)
    if meaning is None:
        return theirs or str(message("Twilio reports error %(code)s.", code=code) if code else _NO_REASON)
    return with_theirs(meaning.words, theirs)
