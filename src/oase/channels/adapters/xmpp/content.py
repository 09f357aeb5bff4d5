"""What a message says: text, a file by its web address (XEP-0066, XEP-0363), a place, an invitation; encrypted ones say so."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from oase.channels.adapters.xmpp import stanzas
from oase.channels.adapters.xmpp.stanzas import Element, attribute, text_of
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import is_on_earth, on_the_map, plain_name, type_of_name
from oase.kernel.i18n import message

ENCRYPTED: Final = message(
    "This message is encrypted; Oase cannot read it. Please ask the customer to switch encryption off for this chat."
)
_INVITED: Final = message("The customer invites us into a group chat. Oase does not enter groups.")
_GEO: Final = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)(?:[;?]\S*)?")
_KINDS: Final[dict[str, ContentKind]] = {"image": "image", "audio": "audio", "video": "video"}


def content_of(stanza: Element) -> Content | None:
    """What is said; None if nothing is."""
    if _encrypted(stanza):
        return Content(kind="placeholder", text=str(ENCRYPTED))
    body = _without_quotation(stanza, text_of(stanza.find(f"{stanzas.CLIENT}body")))
    url = text_of(stanza.find(f"{stanzas.OOB}x/{stanzas.OOB}url")).strip()
    if body.strip().startswith("aesgcm://"):
        return Content(kind="placeholder", text=str(ENCRYPTED))
    if url and _is_web(url):
        return _file(url, "" if body.strip() == url else body)
    if _is_invitation(stanza):
        return Content(kind="system", text=str(_INVITED))
    place = _GEO.fullmatch(body.strip())
    if place and is_on_earth(float(place[1]), float(place[2])):
        return on_the_map(float(place[1]), float(place[2]), url="")
    subject = text_of(stanza.find(f"{stanzas.CLIENT}subject")).strip()
    if subject and body.strip() and attribute(stanza, "type") in ("", "normal"):
        return Content(text=f"{subject}\n\n{body}")
    return Content(text=body) if body.strip() else None


def _encrypted(stanza: Element) -> bool:
    """OMEMO (both generations) with a payload, OpenPGP (both XEPs)."""
    for name in ("{eu.siacs.conversations.axolotl}encrypted", "{urn:xmpp:omemo:2}encrypted"):
        found = stanza.find(name)
        if found is not None:
            return any(child.endswith("}payload") for child in stanzas.names(found))
    return any(stanza.find(name) is not None for name in ("{jabber:x:encrypted}x", "{urn:xmpp:openpgp:0}openpgp"))


def _is_invitation(stanza: Element) -> bool:
    direct = stanza.find("{jabber:x:conference}x") is not None
    return direct or stanza.find("{http://jabber.org/protocol/muc#user}x/{http://jabber.org/protocol/muc#user}invite") is not None


def _without_quotation(stanza: Element, body: str) -> str:
    """The text without the quotation for programs that know no answers (XEP-0461, XEP-0428): from its start to its end."""
    for one in stanza.findall(f"{stanzas.FALLBACK}fallback"):
        span = one.find(f"{stanzas.FALLBACK}body")
        if attribute(one, "for") != "urn:xmpp:reply:0" or span is None:
            continue
        start, end = attribute(span, "start"), attribute(span, "end")
        if (
            start.isascii()
            and end.isascii()
            and start.isdigit()
            and end.isdigit()
            and int(start[:7]) <= int(end[:7]) <= len(body)
        ):
            return body[: int(start[:7])] + body[int(end[:7]) :]
    return body


def _is_web(url: str) -> bool:
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme in ("https", "http") and bool(found.hostname) and len(url) <= 4000


def _file(url: str, caption: str) -> Content:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    plain, type = plain_name(name), type_of_name(name)
    media = Media(ref=url, source="call", type=type, name=plain)
    return Content(kind=_KINDS.get(type.partition("/")[0], "document"), text=caption, media=(media,))
