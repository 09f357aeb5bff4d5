"""LINE's errors: what each means for a message, and how to say it to a person.

LINE tells errors apart by HTTP status and words. https://developers.line.biz/en/reference/messaging-api/#status-codes and
#error-responses (read 2026-11)
"""

from datetime import timedelta

from oase.channels.adapters.line.api import Failure
from oase.channels.families.meanings import Meaning, with_theirs
from oase.kernel.i18n import message

CREDENTIALS = message("LINE does not accept our channel access token. Issue a new one in the LINE Developers Console.")
_QUOTA = Meaning(
    "account_again",
    message("The month's messages of the LINE plan are used up. Change the plan, or wait for the next month."),
    timedelta(hours=1),
)
_FAST = Meaning("account_again", message("LINE asks us to send more slowly."))
_DOWN = Meaning("again", message("LINE is temporarily unavailable."))
_NOBODY = Meaning("refused", message("LINE does not know this person or group, or they have left us."))
_REQUEST = Meaning("refused", message("LINE does not accept the form of this message."))


def meaning_of(failure: Failure) -> Meaning:
    """What an error means: by its words where we know them, else by its status."""
    words = failure.message.lower()
    match failure.status:
        case 401:
            return Meaning("sign_in", CREDENTIALS)
        case 403:
            return Meaning(
                "sign_in",
                message(
                    "LINE does not let this account do that: its channel was deleted, or its plan lacks it. See LINE's console."
                ),
            )
        case 429:
            return _QUOTA if "monthly limit" in words else _FAST
        case 404 | 410:
            return Meaning("refused", message("LINE does not have this any more."))
        case 413:
            return Meaning("refused", message("The message is too big for LINE."))
        case status if status >= 500:
            return _DOWN
        case _:
            return _NOBODY if "'to'" in words or "failed to send messages" in words else _REQUEST


def sentence(failure: Failure) -> str:
    """Our words for an error, and below them LINE's."""
    return with_theirs(meaning_of(failure).words, failure.message)
