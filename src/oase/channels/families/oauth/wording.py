"""Errors of providers in plain words, with what to do. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from oase.kernel.i18n import Message, message

_WORDS: Final = 400
ONLY_FOR_AN_HOUR: Final = message(
    "The provider let you in, but gave no refresh token, so that Oase would be locked out again within an hour. Allow refresh"
    " tokens for the application (scope offline_access), or take back its access in your account there, and sign in once more."
)
_WRONG_REDIRECT: Final = message(
    "The redirect address is not the one that stands at the provider. Enter exactly this one there: %(back)s"
)
_NEEDS_ADMINISTRATOR: Final = message(
    "The administrator of your organisation must allow the application at the provider first (admin consent)."
)
_WRONG_CLIENT: Final = message("The provider does not know this client id, or the client secret is wrong or has ended.")
_LATER: Final = message("The provider cannot sign anybody in at the moment. Try again later.")
_BY_WORDS: Final[tuple[tuple[str, Message], ...]] = (
    (r"redirect_uri|AADSTS50011\b|AADSTS500112\b", _WRONG_REDIRECT),
    (r"AADSTS65001\b|AADSTS90094\b|AADSTS65004\b.*admin", _NEEDS_ADMINISTRATOR),
    (r"AADSTS7000215\b|AADSTS7000222\b|AADSTS700016\b", _WRONG_CLIENT),
)
_BY_CODE: Final[Mapping[str, Message]] = {
    "access_denied": message("Access was denied at the provider. Nothing has changed here; sign in once more when you want to."),
    "invalid_grant": message("The provider does not take its own code any more; it lasts for a moment only. Sign in once more."),
    "invalid_client": _WRONG_CLIENT,
    "unauthorized_client": message(
        "The application may not sign anybody in this way. Register it at the provider as a web application."
    ),
    "invalid_scope": message("The provider does not know what was asked for, or does not allow it to this application (scope)."),
    "consent_required": _NEEDS_ADMINISTRATOR,
    "temporarily_unavailable": _LATER,
    "server_error": _LATER,
}


def explained(code: str, words: str, back: str) -> Message:
    """An error of a provider (RFC 6749, 4.1.2.1 and 5.2) in plain words, with its own behind them."""
    plain = next((text for pattern, text in _BY_WORDS if re.search(pattern, f"{code} {words}")), None) or _BY_CODE.get(code)
    said = f"{code}: {words}" if words and words != code else code
    if plain is None:
        return message("The provider did not sign you in. Its words: %(words)s", words=said[:_WORDS])
    filled = Message(plain.msgid, values={"back": back}) if plain is _WRONG_REDIRECT else plain
    return message("%(plain)s The provider's words: %(words)s", plain=filled, words=said[:_WORDS])
