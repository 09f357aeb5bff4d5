"""WhatsApp's error codes: what each means for a message, and how to say it to a person.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (read 2026-08)
"""

from collections.abc import Mapping
from datetime import timedelta

from oase.channels.adapters.whatsapp import wire
from oase.channels.families.meanings import Meaning
from oase.channels.families.meta import VERSION_GONE, sentence_of
from oase.kernel.i18n import message

_CREDENTIALS = message("WhatsApp does not accept our access token. Enter a new one in the account's settings.")
_PERMISSION = message(
    "The access token lacks a permission: whatsapp_business_messaging or whatsapp_business_management. Make a new one with both."
)
_NUMBER = message("The number is not registered for the Cloud API. Register it in the WhatsApp Manager.")
_LOCKED = message("Meta has restricted the WhatsApp Business account. See the WhatsApp Manager for the reason.")
_FAST = message("WhatsApp asks us to send more slowly.")
_DOWN = message("WhatsApp is temporarily unavailable.")
_REQUEST = message("WhatsApp does not accept the form of this message.")
_TEMPLATE = message("The template's parameters do not fit the template.")
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

MEANINGS: Mapping[int, Meaning] = {
    0: Meaning("sign_in", _CREDENTIALS),
    3: Meaning("sign_in", _PERMISSION),
    10: Meaning("sign_in", _PERMISSION),
    102: Meaning("sign_in", _CREDENTIALS),
    190: Meaning("sign_in", _CREDENTIALS),
    131005: Meaning("sign_in", _PERMISSION),
    368: Meaning("sign_in", _LOCKED),
    131031: Meaning("sign_in", _LOCKED),
    131045: Meaning("sign_in", _NUMBER),
    133010: Meaning("sign_in", _NUMBER),
    131037: Meaning(
        "sign_in", message("Meta has not approved the display name of the number yet. The WhatsApp Manager shows how far it is.")
    ),
    **VERSION_GONE,
    1: Meaning("again", _DOWN),
    2: Meaning("again", _DOWN),
    4: Meaning("account_again", _FAST, _MINUTE),
    80007: Meaning("account_again", _FAST, _MINUTE),
    130429: Meaning("account_again", _FAST, timedelta(seconds=1)),
    131048: Meaning(
        "account_again", message("Customers have blocked or reported messages of this number; WhatsApp slows it down."), _HOUR
    ),
    131056: Meaning("again", message("Too many messages to this customer in a short time."), timedelta(seconds=6)),
    131057: Meaning("account_again", message("The WhatsApp Business account is in maintenance."), timedelta(minutes=5)),
    131064: Meaning("account_again", message("The messaging limit of the WhatsApp Business account is reached."), _HOUR),
    133004: Meaning("account_again", _DOWN, _MINUTE),
    133016: Meaning("account_again", message("The number was registered too often in a short time."), _HOUR),
    131000: Meaning("again", message("WhatsApp had an internal error.")),
    131016: Meaning("again", _DOWN),
    135000: Meaning("refused", _REQUEST),
    33: Meaning("refused", message("The phone number ID does not exist, or the token may not see it.")),
    100: Meaning("refused", _REQUEST),
    470: Meaning(
        "refused", message("More than 24 hours have passed since the customer last wrote. Only a template can be sent now.")
    ),
    130472: Meaning("refused", message("WhatsApp holds this customer in an experiment and does not deliver marketing messages.")),
    130497: Meaning("refused", message("WhatsApp does not let this business write to customers in that country.")),
    131008: Meaning("refused", _REQUEST),
    131009: Meaning("refused", _REQUEST),
    131021: Meaning("refused", message("Sender and recipient are the same number.")),
    131026: Meaning("refused", message("The message cannot be delivered: the number has no WhatsApp, or an old version of it.")),
    131030: Meaning("refused", message("A test number can only write to numbers on its list of recipients.")),
    131042: Meaning("refused", message("There is a problem with the payment method of the WhatsApp Business account.")),
    131047: Meaning(
        "refused", message("More than 24 hours have passed since the customer last wrote. Only a template can be sent now.")
    ),
    131049: Meaning("refused", message("WhatsApp limits how many marketing messages this customer gets. Try again another day.")),
    131050: Meaning("refused", message("The customer does not want marketing messages from this number.")),
    131051: Meaning("refused", message("WhatsApp does not know this kind of message.")),
    131052: Meaning("refused", message("WhatsApp could not fetch the customer's file. Please ask for it again.")),
    131053: Meaning("refused", message("WhatsApp could not take the file: its type or its content is not supported.")),
    131062: Meaning("refused", message("This kind of message needs the customer's phone number; only the WhatsApp id is known.")),
    131063: Meaning("refused", message("Marketing templates are switched off for this number.")),
    132000: Meaning("refused", _TEMPLATE),
    132001: Meaning("refused", message("There is no approved template of that name in that language.")),
    132005: Meaning("refused", message("The template's text is too long with these parameters.")),
    132007: Meaning("refused", message("The template violates a rule of WhatsApp.")),
    132008: Meaning("refused", _TEMPLATE),
    132012: Meaning("refused", _TEMPLATE),
    132015: Meaning("refused", message("WhatsApp has paused the template because customers rated it badly.")),
    132016: Meaning("refused", message("WhatsApp has disabled the template for good because customers rated it badly.")),
    132018: Meaning("refused", _TEMPLATE),
    132068: Meaning("refused", message("The flow is blocked.")),
    132069: Meaning("refused", message("The flow is slowed down by WhatsApp.")),
    137000: Meaning("refused", message("The customer's identity key has changed.")),
}


def meaning_of(code: int) -> Meaning | None:
    """What a code means; None if it is not known."""
    if 200 <= code <= 299:
        return Meaning("sign_in", _PERMISSION)
    return MEANINGS.get(code)


def sentence(code: int, *providers: str) -> str:
    """Our words for a code, and below them the most helpful of the provider's."""
    return sentence_of(meaning_of(code), "WhatsApp", code, *providers)


def words_of(error: wire.Error) -> str:
    """An error of a webhook, in words."""
    details = (error.error_data.details or "") if error.error_data else ""
    return sentence(error.code, details, error.message or "", error.title or "")
