"""Stanzas as XML trees, read without trust: no document types, no entities, bounded in size and depth.

Namespaces are those of the XEPs (https://xmpp.org/extensions/, read 2026-11).
"""

from lxml import etree

from oase.channels.contract import Malformed

CLIENT = "{jabber:client}"
ARCHIVE = "{urn:xmpp:mam:2}"  # XEP-0313
FORWARD = "{urn:xmpp:forward:0}"  # XEP-0297
CARBONS = "{urn:xmpp:carbons:2}"  # XEP-0280
DELAY = "{urn:xmpp:delay}"  # XEP-0203
STANZA_ID = "{urn:xmpp:sid:0}stanza-id"  # XEP-0359
RECEIPTS = "{urn:xmpp:receipts}"  # XEP-0184
MARKERS = "{urn:xmpp:chat-markers:0}"  # XEP-0333
STATES = "{http://jabber.org/protocol/chatstates}"  # XEP-0085
CORRECT = "{urn:xmpp:message-correct:0}replace"  # XEP-0308
RETRACT = "{urn:xmpp:message-retract:1}retract"  # XEP-0424
RETRACT_0 = "{urn:xmpp:message-retract:0}retract"
FASTEN_0 = "{urn:xmpp:fasten:0}apply-to"
REACTIONS = "{urn:xmpp:reactions:0}"  # XEP-0444
REPLY = "{urn:xmpp:reply:0}reply"  # XEP-0461
FALLBACK = "{urn:xmpp:fallback:0}"  # XEP-0428
OOB = "{jabber:x:oob}"  # XEP-0066
NICK = "{http://jabber.org/protocol/nick}nick"  # XEP-0172
JINGLE_MESSAGE = "{urn:xmpp:jingle-message:0}propose"  # XEP-0353
STANZA_ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"  # RFC 6120
_MOST_BYTES = 2_000_000

Element = etree._Element


def parse(body: bytes) -> Element:
    """The stanza. Raises Malformed."""
    if len(body) > _MOST_BYTES:
        raise Malformed("The stanza is too large.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Malformed("This is no XML.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("A stanza must not have a document type.")
    return root


def text_of(element: Element | None) -> str:
    """The text directly inside an element; empty if there is no element."""
    return (element.text or "") if element is not None else ""


def attribute(element: Element, name: str) -> str:
    """An attribute; empty if it is not there."""
    return str(element.get(name) or "")


def names(element: Element) -> list[str]:
    """The qualified names of an element's children."""
    return [child.tag for child in element if isinstance(child.tag, str)]
