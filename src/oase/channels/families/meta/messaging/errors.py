"""Error codes of the Messenger platform and of pages: what each means for a message, and how to say it to a person.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes (read 2026-11)
https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11)
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-11)
"""

from collections.abc import Mapping
from datetime import timedelta

from oase.channels.families.meanings import Meaning
from oase.channels.families.meta.graph import GraphError
from oase.channels.families.meta.meanings import VERSION_GONE
from oase.kernel.i18n import message

_SHORTLY, _HOUR = timedelta(seconds=15), timedelta(hours=1)

_CREDENTIALS = message("Meta does not accept our access token. Enter a new one in the account's settings.")
_PERMISSION = message(
    "The access token lacks a permission, or the application lacks Meta's approval for it. The guide names all that are needed."
)
_RESTRICTED = message("Meta has restricted the page or the application. See the support area of the Meta Business Suite.")
_FAST = message("Meta asks us to send more slowly.")
_DOWN = message("Meta is temporarily unavailable.")
_REQUEST = message("Meta does not accept the form of this message.")
_WINDOW = message("The customer's last message is too old: Meta lets us write again only after they have.")
_UNREACHABLE = message("The customer does not receive messages: they have blocked you or no longer have an account.")
_GONE = message("What this refers to does not exist any more, or the access token may not see it.")
_TWICE = message("A comment can be answered in private only once, and within seven days.")
_BUSY = message("Another application answers this customer at the moment.")
_FILE = message("Meta could not take the file: it is too large, or its type or content is not supported.")

_BY_SUBCODE: Mapping[tuple[int, int], Meaning] = {
    (10, 2018278): Meaning("refused", _WINDOW),
    (10, 2018065): Meaning("refused", _WINDOW),
    (10, 2018108): Meaning("refused", _UNREACHABLE),
    (10, 2534022): Meaning("refused", _WINDOW),
    (10, 2534025): Meaning("refused", _UNREACHABLE),
    (10, 1893063): Meaning("refused", _TWICE),
    (10, 10900): Meaning("refused", _TWICE),
    (100, 2018001): Meaning("refused", _UNREACHABLE),
    (100, 2534014): Meaning("refused", _UNREACHABLE),
    (100, 2018164): Meaning("refused", _UNREACHABLE),
    (100, 33): Meaning("refused", _GONE),
    (100, 2018008): Meaning("again", message("Meta could not fetch the file.")),
    (100, 2018047): Meaning("refused", _FILE),
    (100, 2018294): Meaning("refused", _FILE),
    (100, 2018300): Meaning("refused", _BUSY),
    (200, 2018028): Meaning("refused", message("A test application can only write to people with a role in it.")),
    (200, 1545041): Meaning("refused", _UNREACHABLE),
    (551, 1545041): Meaning("refused", _UNREACHABLE),
    (2, 2018344): Meaning("refused", _RESTRICTED),
    (4, 2018022): Meaning("account_again", _FAST, _SHORTLY),
}

_BY_CODE: Mapping[int, Meaning] = {
    1: Meaning("again", _DOWN),
    2: Meaning("again", _DOWN),
    1200: Meaning("again", _DOWN),
    0: Meaning("sign_in", _CREDENTIALS),
    102: Meaning("sign_in", _CREDENTIALS),
    190: Meaning("sign_in", _CREDENTIALS),
    458: Meaning("sign_in", _CREDENTIALS),
    463: Meaning("sign_in", _CREDENTIALS),
    467: Meaning("sign_in", _CREDENTIALS),
    3: Meaning("sign_in", _PERMISSION),
    10: Meaning("sign_in", _PERMISSION),
    2500: Meaning("refused", _REQUEST),
    **VERSION_GONE,
    368: Meaning("sign_in", _RESTRICTED),
    4: Meaning("account_again", _FAST, _SHORTLY),
    17: Meaning("account_again", _FAST, _SHORTLY),
    32: Meaning("account_again", _FAST, _SHORTLY),
    341: Meaning("account_again", _FAST, _HOUR),
    613: Meaning("account_again", _FAST, _SHORTLY),
    80001: Meaning("account_again", _FAST, _SHORTLY),
    80002: Meaning("account_again", _FAST, _SHORTLY),
    80006: Meaning("account_again", _FAST, _SHORTLY),
    9: Meaning("again", message("Too many messages to this customer in a short time."), _SHORTLY),
    100: Meaning("refused", _REQUEST),
    506: Meaning("refused", message("The same was said just before; Meta takes it for a repetition.")),
    551: Meaning("refused", _UNREACHABLE),
    803: Meaning("refused", _GONE),
    1404006: Meaning("refused", _RESTRICTED),
    10900: Meaning("refused", _TWICE),
    10903: Meaning("refused", message("The author of this comment cannot be answered in private.")),
}


def meaning_of(error: GraphError) -> Meaning | None:
    """What an error means, by its subcode where that says more; None if it is not known."""
    found = _BY_SUBCODE.get((error.code, error.subcode)) or _BY_CODE.get(error.code)
    if found is None and 200 <= error.code <= 299:
        return Meaning("sign_in", _PERMISSION)
    return found
