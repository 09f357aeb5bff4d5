"""Viber's status codes: what each means for a message, and how to say it to a person.

https://developers.viber.com/docs/api/rest-bot-api/#error-codes (read 2026-11)
"""

from collections.abc import Mapping
from datetime import timedelta

from oase.channels.adapters.viber.api import Status
from oase.channels.families.meanings import Meaning, with_theirs
from oase.kernel.i18n import message

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
CREDENTIALS = message("Viber does not accept our authentication token. Copy it anew from the bot's settings.")
_REQUEST = message("Viber does not accept the form of this message.")
_STOPPED = message("Viber has suspended or blocked the bot. Ask Viber's support for the reason.")
_DOWN = message("Viber is temporarily unavailable.")

MEANINGS: Mapping[int, Meaning] = {
    1: Meaning(
        "refused",
        message("Viber does not take the webhook's address: it needs https:// and a certificate of a public authority."),
    ),
    2: Meaning("sign_in", CREDENTIALS),
    3: Meaning("refused", _REQUEST),
    4: Meaning("refused", _REQUEST),
    5: Meaning("refused", message("The customer has no Viber any more.")),
    6: Meaning("refused", message("The customer has not written to the bot yet, or has unsubscribed; only they can begin.")),
    7: Meaning("sign_in", _STOPPED),
    8: Meaning(
        "sign_in",
        message(
            "Viber does not know this bot any more. Look in the Viber Admin Panel whether it still exists, and enter its token."
        ),
    ),
    9: Meaning("sign_in", _STOPPED),
    10: Meaning(
        "sign_in", message("Viber has no webhook for this bot, and without one it sends nothing. Test the account anew.")
    ),
    11: Meaning("refused", message("The customer's Viber is too old for this message.")),
    12: Meaning("again", message("Too many messages to this customer without an answer, or too many at once."), _MINUTE),
    13: Meaning("refused", message("The customer's Viber is too old for this message.")),
    14: Meaning("refused", message("The customer's Viber is too old for this message.")),
    15: Meaning("sign_in", message("Viber does not let this bot write. Ask Viber's support for the reason.")),
    16: Meaning("refused", _REQUEST),
    17: Meaning("refused", _REQUEST),
    18: Meaning("refused", message("The bot is not public yet.")),
    19: Meaning("refused", _REQUEST),
    20: Meaning("refused", _REQUEST),
    21: Meaning("refused", message("Viber does not deliver to the customer's country.")),
    22: Meaning("refused", _REQUEST),
    23: Meaning("account_again", message("The month's free messages of the bot are used up."), _HOUR),
    24: Meaning("account_again", message("The bot's credit at Viber is used up."), _HOUR),
}
_OTHER = Meaning("again", _DOWN, _MINUTE)


def meaning_of(status: Status) -> Meaning:
    """What a code means; one that Viber does not list is a general error of its own."""
    return MEANINGS.get(status.code, _OTHER)


def sentence(status: Status) -> str:
    """Our words for a code, and below them Viber's."""
    return with_theirs(meaning_of(status).words, status.words)
