"""What mail programs write around quotes and signatures in HTML.

Each table says which program it is from. `cut`: the quote begins here and lasts to the end, since these programs put it beside
the mark, not inside. `quoted`: what is inside is the quote. `attribution`: the next line introduces a quote.
"""

import re
from typing import Literal

from lxml import etree

LineHint = Literal["quoted", "cut", "attribution", "forward", "signature"]

_CLASSES: dict[str, LineHint] = {
    "gmail_attr": "attribution",  # Gmail
    "moz-cite-prefix": "attribution",  # Thunderbird
    "moz-forward-container": "forward",  # Thunderbird
    "moz-email-headers-table": "forward",
    "moz-signature": "signature",
    "gmail_signature": "signature",
    "gmail_signature_prefix": "signature",
    "yahoo_quoted": "quoted",  # Yahoo
    "yahoo-signature": "signature",
    "ymail_android_signature": "signature",
    "protonmail_quote": "quoted",  # Proton
    "protonmail_signature_block": "signature",
    "protonmail_signature_block-user": "signature",
    "tutanota_quote": "quoted",  # Tuta
    "zmail_extra": "quoted",  # Zoho
    "outlookmessageheader": "cut",  # Outlook 2003
    "ms-outlook-mobile-reference-message": "cut",  # Outlook on phones
    "k9mail-signature": "signature",  # K-9, Thunderbird on phones
    "fairemail_signature": "signature",  # FairEmail
    "bloop_sign": "signature",  # Airmail
    "front-signature": "signature",  # Front
    "front-blockquote": "quoted",
    "sh-signature": "signature",  # Superhuman
    "replyheader": "attribution",
    "wordsection1_quote": "quoted",
    "email_quote": "quoted",  # OX App Suite
    "io-ox-signature": "signature",
    "ox-signature": "signature",
}
_IDS: dict[str, LineHint] = {
    "appendonsend": "cut",  # Outlook on the web
    "divrplyfwdmsg": "cut",
    "mail-editor-reference-message-container": "cut",  # new Outlook
    "reply-intro": "attribution",  # Roundcube
    "replyintro": "attribution",
    "isreplycontent": "quoted",  # NetEase
    "origbody": "quoted",  # QQ
    "zwchr": "cut",  # Zimbra
    "signature": "signature",  # Outlook on the web
    "ms-outlook-mobile-signature": "signature",
    "ms-outlook-mobile-body-separator-line": "cut",
    "applemailsignature": "signature",
    "composer_signature": "signature",  # Samsung
    "ymail_android_signature": "signature",
    "_rc_sig": "signature",  # Roundcube
    "mobile-signature": "signature",
    "lineback_signature": "signature",
    "blockquote_zmail": "quoted",
}
_NAMES: dict[str, LineHint] = {
    "quote": "quoted",  # GMX, WEB.DE
    "messagereplysection": "quoted",  # Spark
    "messagesignaturesection": "signature",
    "_mailoriginal": "cut",  # Outlook
}
_MARKERS: dict[str, LineHint] = {
    "__quoted_text__": "quoted",  # Zimbra
    "__headers__": "quoted",
    "__divider__": "cut",
    "__sig_pre__": "signature",
    "__sig_post__": "signature",
}
MAX_STYLE = 2000  # characters
_QUOTE_CLASSES = re.compile(r"quote|cite|zmail|reply", re.IGNORECASE)
_BORDER_LEFT = re.compile(
    r"border(?:-left)?\s*:\s*(?!none|0|medium none)[^;]*(?:solid|px|pt)|border-left-(?:width|style)\s*:\s*(?!none|0)",
    re.IGNORECASE,
)
# Outlook for Windows and Mac: a line above the header block, grey since 2010, blue before
_BORDER_TOP = re.compile(
    r"border\s*:\s*none\s*;\s*border-top\s*:\s*solid\s+(?:#?(?:e1e1e1|b5c4df)|windowtext)\s+1", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|$|!)|max-height\s*:\s*0(?:px)?\s*(?:;|$|!))",
    re.IGNORECASE,
)


def style_of(element: etree._Element) -> str:
    """The style attribute as far as it is looked at; the rest of a monstrous one is not."""
    return (element.get("style") or "")[:MAX_STYLE]


def hint_of(element: etree._Element, tag: str) -> LineHint | Literal[""]:
    """What this element says of the lines inside or after it. Ids that Outlook prefixes with x_ are older quotes' own."""
    attributes = element.attrib
    if not attributes:
        return ""
    found: LineHint | None = None
    identity = attributes.get("id")
    if identity:
        lowered = identity.lower()
        found = _IDS.get(lowered) or ("quoted" if lowered.startswith("yahoo_quoted") else None)
    classes = attributes.get("class")
    if not found and classes:
        for name in classes.lower().split():
            found = _CLASSES.get(name)
            if found:
                break
    label = attributes.get("name")
    if not found and label:
        found = _NAMES.get(label.lower())
    if not found and "data-marker" in attributes:
        found = _MARKERS.get((attributes.get("data-marker") or "").lower())
    if not found and tag == "div" and "style" in attributes and _BORDER_TOP.search(style_of(element)):
        found = "cut"
    return found or ""


def quote_depth_of(element: etree._Element) -> int:
    """1 for a block quote that quotes, 0 for one that only indents (Gmail's and Outlook's indentation have no border)."""
    attributes = element.attrib
    if (attributes.get("type") or "").lower() == "cite" or attributes.get("cite"):
        return 1
    if _QUOTE_CLASSES.search(attributes.get("class") or "") or _QUOTE_CLASSES.search(attributes.get("id") or ""):
        return 1
    return 1 if _BORDER_LEFT.search(style_of(element)) else 0


def is_hidden(element: etree._Element) -> bool:
    """Not shown to a reader: preview texts, traps, words for filters."""
    return ("style" in element.attrib and bool(_HIDDEN.search(style_of(element)))) or "hidden" in element.attrib
