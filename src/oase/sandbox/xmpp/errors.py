"""Stanzas that come back: the conditions of RFC 6120, 8.3.3, each with the type that says what to do about it."""

from collections.abc import Mapping
from typing import Final, Literal
from xml.etree.ElementTree import Element

from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.wire import make

Kind = Literal["auth", "cancel", "continue", "modify", "wait"]
_KINDS: Final[Mapping[str, Kind]] = {
    "bad-request": "modify", "jid-malformed": "modify", "not-acceptable": "modify", "policy-violation": "modify",
    "forbidden": "auth", "resource-constraint": "wait", "internal-server-error": "wait",
}  # fmt: skip


class Refused(Exception):
    """A stanza is not handled. `more`: an element that says it in the terms of what was asked."""

    def __init__(self, condition: str, words: str = "", kind: Kind | None = None, more: Element | None = None) -> None:
        super().__init__(condition)
        self.condition, self.words, self.more = condition, words, more
        self.kind = kind or _KINDS.get(condition, "cancel")


def returned(stanza: Element, refused: Refused) -> Element:
    """The stanza on its way back, with the reason."""
    error = make(f"{names.CLIENT} error", make(f"{names.STANZA_ERRORS} {refused.condition}"), type=refused.kind)
    if refused.words:
        error.append(make(f"{names.STANZA_ERRORS} text", refused.words))
    if refused.more is not None:
        error.append(refused.more)
    ways = {"from": stanza.get("to") or "", "to": stanza.get("from") or "", "id": stanza.get("id") or ""}
    back = Element(stanza.tag, {name: value for name, value in ways.items() if value} | {"type": "error"})
    back.append(error)
    return back
