"""The errors of XMPP in plain words, and what each means.

https://www.rfc-editor.org/rfc/rfc6120#section-8.3.3 (stanza errors), #section-6.5 (SASL)
"""

from collections.abc import Mapping

from oase.kernel.i18n import Message, message

_NOBODY = message("This address does not exist, or its owner takes no messages from strangers.")
_NO_SERVER = message("The server of this address cannot be found.")
_NOT_NOW = message("The server of this address does not answer at the moment.")
_TRIED_AGAIN = message("The server takes nothing at the moment; it is tried again.")
_NOT_ALLOWED = message("The server or the customer does not let us write to this address.")

CONDITIONS: Mapping[str, Message] = {
    "service-unavailable": _NOBODY,
    "item-not-found": _NOBODY,
    "recipient-unavailable": message("The customer is not online, and the server keeps no messages for later."),
    "remote-server-not-found": _NO_SERVER,
    "remote-server-timeout": _NOT_NOW,
    "gone": message("This address has been given up."),
    "redirect": message("This address has moved."),
    "jid-malformed": message("This is no XMPP address."),
    "forbidden": _NOT_ALLOWED,
    "not-allowed": _NOT_ALLOWED,
    "not-acceptable": _NOT_ALLOWED,
    "subscription-required": _NOT_ALLOWED,
    "registration-required": _NOT_ALLOWED,
    "policy-violation": message(
        "The server does not take this message: it breaks one of its rules (often too large, or too many)."
    ),
    "resource-constraint": message("The server has reached a limit; try again later."),
    "internal-server-error": message("The server has an error."),
    "bad-request": message("The server does not accept the form of this message."),
}
LATER = frozenset(("remote-server-timeout", "resource-constraint", "internal-server-error"))
"""Conditions that pass, whatever type their error has (RFC 6120, 8.3.2: only `wait` asks to try again)."""

_TIMELY = LATER | {"policy-violation"}


def sentence(condition: str, theirs: str, *, waits: bool = False) -> str:
    """Our words for a condition, and below them the server's own. `waits`: the error says to try again later."""
    ours = CONDITIONS.get(condition) if not waits or condition in _TIMELY else _TRIED_AGAIN
    if ours is None:
        return theirs.strip()[:500] or message("The server reports: %(condition)s", condition=condition or "?")
    return f"{ours}\n{theirs.strip()[:500]}" if theirs.strip() else str(ours)
