"""What programs of customers send, each as its XEP describes it."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from oase.sandbox.places import Spot
from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.wire import make


def stanza(sender: str, to: str, id: str, *inside: Element) -> Element:
    """A message of a chat, under an id that its sender chose (XEP-0359)."""
    origin = make(f"{names.IDS} origin-id", id=id)
    return make(f"{names.CLIENT} message", *inside, origin, from_=sender, to=to, id=id, type="chat")


def said(text: str) -> list[Element]:
    """Words, with the wish to be told what becomes of them (XEP-0184, XEP-0333)."""
    body = make(f"{names.CLIENT} body", text)
    return [body, make(f"{names.RECEIPTS} request"), make(f"{names.MARKERS} markable"), make(f"{names.STATES} active")]


def file(address: str) -> list[Element]:
    """A file by its address (XEP-0066 beside the body, as XEP-0363 recommends)."""
    return [*said(address), make(f"{names.OOB} x", make(f"{names.OOB} url", address))]


def place(spot: Spot) -> list[Element]:
    """A place as a geo: address (RFC 5870)."""
    return said(f"geo:{spot.latitude},{spot.longitude}")


def answer(text: str, to: str, id: str, quoted: str) -> list[Element]:
    """An answer to a message, with the quotation for programs that know no answers (XEP-0461, XEP-0428)."""
    quotation = "".join(f"> {line}\n" for line in quoted.splitlines())
    span = make(f"{names.FALLBACK} body", start="0", end=str(len(quotation)))
    fallback = make(f"{names.FALLBACK} fallback", span, for_=names.REPLY)
    return [*said(quotation + text), make(f"{names.REPLY} reply", to=to, id=id), *([fallback] if quotation else [])]


def correction(text: str, id: str) -> list[Element]:
    """A new text for a message (XEP-0308)."""
    return [*said(text), make(f"{names.CORRECT} replace", id=id)]


def retraction(id: str) -> list[Element]:
    """A message is taken back (XEP-0424), in words for programs that do not know it."""
    words = make(f"{names.CLIENT} body", "I have taken a message back, which your program does not show.")
    fallback = make(f"{names.FALLBACK} fallback", for_=names.RETRACT)
    return [make(f"{names.RETRACT} retract", id=id), fallback, words, make(f"{names.HINTS} store")]


def reactions(id: str, emoji: Sequence[str]) -> list[Element]:
    """All reactions of one person to a message (XEP-0444)."""
    given = [make(f"{names.REACTIONS} reaction", one) for one in emoji]
    return [make(f"{names.REACTIONS} reactions", *given, id=id), make(f"{names.HINTS} store")]


def received(id: str) -> list[Element]:
    """A message has reached the phone (XEP-0184)."""
    return [make(f"{names.RECEIPTS} received", id=id), make(f"{names.HINTS} store")]


def displayed(id: str) -> list[Element]:
    """A message and all before it were looked at (XEP-0333)."""
    return [make(f"{names.MARKERS} displayed", id=id), make(f"{names.HINTS} store")]


def typing(on: bool) -> list[Element]:
    """Somebody types, or stops (XEP-0085)."""
    return [make(f"{names.STATES} {'composing' if on else 'paused'}"), make(f"{names.HINTS} no-store")]
