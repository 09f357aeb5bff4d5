"""What a text message of one word asks for: to be left alone, or to be written to again. Pure.

The words that operators and Twilio know (CTIA, Messaging Principles and Best Practices, section 5;
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out, read 2026-11), and the usual German ones. The whole message must be
the word: "Please stop the delivery" is a concern like any other. YES, which Twilio takes for START too, is more often an answer to
a question of ours, and is left to the provider to tell.
"""

from typing import Final

from oase.channels.contract import Wish

_STOP: Final = frozenset(
    {
        "STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT-OUT", "OPT OUT", "ARRET",
        "STOPP", "ABMELDEN", "ABBESTELLEN", "ABMELDUNG",
    }
)  # fmt: skip
_START: Final = frozenset({"START", "UNSTOP", "SUBSCRIBE", "ANMELDEN", "ANMELDUNG"})
_MAY_MEAN_MORE: Final = frozenset({"CANCEL", "END", "QUIT"})
_AROUND: Final = " \t\r\n.!,;:\"'„“”"


def wish_of(text: str) -> Wish:
    """What the words ask for, if they are one of them."""
    word = _word(text)
    return "stop" if word in _STOP else "start" if word in _START else ""


def asks_more(text: str) -> bool:
    """Whether somebody should look: there are more words, or the one may be about an order, too."""
    return not wish_of(text) or _word(text) in _MAY_MEAN_MORE


def _word(text: str) -> str:
    return " ".join(text.strip(_AROUND).upper().split())
