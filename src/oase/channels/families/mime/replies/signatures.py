"""Where a signature begins: after `-- `, with a closing phrase and a name, a line of a telephone, an imprint, a disclaimer.

A signature reaches to the end of what was written, except for a postscript or a paragraph of prose below it: in doubt it is text.
"""

import re

from oase.channels.families.mime.lines import Line
from oase.channels.families.mime.replies.tables import Words, fold, ideographic, spaced, table, words

MAX_SIGNATURE_LINES = 60
MAX_CLOSING_LINES = 8  # between a closing phrase and the delimiter below it
_DELIMITER = re.compile(r"^--\s*$")
_OTHER_DELIMITER = re.compile(r"^(?:[-_=*~—–]{2,}|—|–)\s*$")
_CLOSING = Words(
    lambda: (
        rf"^(?:(?:{words(table('closings'))})\s*[/|]\s*)?(?:{words(table('closings'))})"
        r"(?:[\s,.!;:-]+(?:aus|from|de|du|da|van|fra|från|z|i|in)\s+[^\W\d_][\w\s,.()/-]{1,40})?"
        "[\\s,.!;:)~♡❤☀️\U0001f300-\U0001faff-]*"
        r"(?P<name>(?:[^\W\d_][\w.'’-]*[\s,.!]*){0,4})$"
    )
)
_THANKS = Words(lambda: rf"^(?:{words(table('thanks'))})[\s.,!:)-]*$")
_PARTICLES = frozenset(["von", "van", "de", "und", "der", "den", "zu", "and", "i.a.", "ppa.", "i.v."])
_SHORT_CLOSINGS = frozenset(
    ["best", "yours", "t.", "lp", "sg", "bg", "br", "kr", "以上", "드림", "올림", "pozdrav", "att", "lg", "vg", "vh", "yt."]
)
_MOBILE = Words(
    lambda: (
        rf"^[\[(<*_]{{0,2}}(?:(?:{words(spaced(table('mobile')))})(?!\w)|(?:{words(ideographic(table('mobile')))}))[^?:]{{0,80}}$"
    )
)
_LAST_URL = re.compile(r"\s*<?https?://\S{1,200}$", re.IGNORECASE)
_DEVICE = re.compile(
    r"iphone|ipad|android|outlook|samsung|galaxy|huawei|xiaomi|smartphone|handy|mobil|phone|blackberry|windows|mail",
    re.IGNORECASE,
)
_DISCLAIMER = Words(lambda: rf"^[*_\s]{{0,3}}(?:{words(table('disclaimers'))})")
_DISCLAIMER_WORDS = re.compile(
    r"vertraul|confiden|confidenc|riservat|vertrouwel|poufn|důvěrn|dôvern|fortrol|konfiden|luottamuks|gizli|конфиденц|конфіденц|bizalmas"
    r"|confidenț|機密|保密|intended|adressat|empfänger|recipient|destinat|viren|virus|umwelt|environment|ambient|milieu|miljø|print|druck"
    r"|datenschutz|privacy|unauthor|unbefugt|irrtümlich|erreur|error"
)
_COMPANY = Words(lambda: rf"(?<!\w)(?:{words(table('company'))})(?!\w)")
_CONTACT = Words(
    lambda: (
        rf"(?<!\w)(?:{words(table('contact'))})\b\.?\s*(?:\(?[a-z]+\)?)?\s*[:./|+(]?\s*[+(\d]|\+\d[\d\s()/.-]{{6,}}|https?://|\bwww\.|[^\s@]{{1,64}}@[^\s@]{{1,255}}\.[a-z]{{2,}}"
        r"|\b\d{4,5}\s+[a-zäöüß]{3,}|\bgmbh\b|\bag\b|\be\.\s?k\.|\bgbr\b|\bkg\b|\bohg\b|\bug\b|\bltd\b|\binc\b|\bs\.?a\.?r\.?l\b|\bs\.?r\.?l\b|\bb\.?v\.?\b"
    )
)
_POSTSCRIPT = Words(lambda: rf"^(?:{words(table('postscript'))})\s*[:.,\s-]", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_]{2,}")
_PLAIN_NAME = re.compile(r"^[^\W\d_][\w.'’-]*(?:[ ,&/|@]+[\w.'’-]+){0,5}$")
_SENTENCE_END = re.compile(r"[.!?…:][\"'“”)]*$")


def signature_lines(lines: list[Line], start: int, end: int, sender: str = "") -> list[bool]:
    """For each of lines[start:end] (one run of what was written): does it belong to the signature? `sender`: the name in From."""
    marks = [lines[index].hint == "signature" for index in range(start, end)]
    begin = _delimiter(lines, start, end)
    closing = _closing(lines, start, end if begin is None else begin, sender)
    if begin is None or (closing is not None and begin - closing <= MAX_CLOSING_LINES):
        begin = closing
    if begin is None:
        begin = _name_block(lines, start, end, fold(sender))
    if begin is None:
        begin = _mobile_or_legal(lines, start, end)
    if begin is not None:
        _mark(lines, begin, end, start, marks)
    _mark_trailing_mobile(lines, start, end, marks)
    for index in range(start, end):
        if _DEVICE.search(lines[index].body) and is_mobile_line(lines[index]):
            marks[index - start] = True  # some people write below the line of their telephone
    return marks


def is_mobile_line(line: Line) -> bool:
    """ "Von meinem iPhone gesendet", "Get Outlook for Android<https://aka.ms/…>"."""
    text = line.body
    if not 0 < len(text) <= 200:
        return False
    return bool(_MOBILE.match(fold(_LAST_URL.sub("", text) if "http" in text else text)[:120]))


def _delimiter(lines: list[Line], start: int, end: int) -> int | None:
    bare: int | None = None
    for index in range(start, end):
        text = lines[index].text
        if text in {"-- ", "--\xa0"} and index + 1 < end and end - index <= MAX_SIGNATURE_LINES:
            return index
        if _DELIMITER.match(text.strip("\xa0")):
            bare = index
    if bare is not None and _is_signature_like(lines, bare + 1, end):
        return bare
    first = next((index for index in range(start, end) if lines[index].body), start)
    for index in range(end - 1, start - 1, -1):
        if _OTHER_DELIMITER.match(lines[index].body) and not _DELIMITER.match(lines[index].body):
            below = [line for line in lines[index + 1 : end] if line.body]
            strong = sum(1 for line in below if _is_signature_word(line))
            footer = index == first and start > 0 and len(below) <= 6  # below a quote, as lists append it
            names = (
                index > first and len(below) <= 4 and len(lines[index].body) >= 5 and all(_is_short_name(line) for line in below)
            )
            if below and (strong or footer or names) and _is_signature_like(lines, index + 1, end):
                return index
            if below:
                break
    return None


def _is_short_name(line: Line) -> bool:
    """A name or a position: few words, all letters, no end of a sentence."""
    return len(line.body) <= 40 and bool(_PLAIN_NAME.match(line.body)) and not any(letter.isdigit() for letter in line.body)


def _is_signature_word(line: Line) -> bool:
    folded = fold(line.body)
    return bool(_CONTACT.search(folded) or _COMPANY.search(folded) or _DISCLAIMER.match(folded))


def _is_signature_like(lines: list[Line], start: int, end: int) -> bool:
    """Short lines, or lines with contact data: not paragraphs, not a list of points."""
    below = [line for line in lines[start:end] if line.body]
    if not below or len(below) > 25:
        return False
    if any(_DELIMITER.match(line.body) for line in below[:-1]):
        return False
    prose = [line for line in below if _is_prose(line)]
    bullets = sum(2 if line.body.startswith("-- ") else line.body[:2] in {"- ", "* ", "• "} for line in below)
    return not prose and bullets < 2


def _is_prose(line: Line) -> bool:
    text = line.body
    folded = fold(text)
    count = len(text.split())
    if (
        is_mobile_line(line)
        or _DISCLAIMER.match(folded)
        or _COMPANY.search(folded)
        or (_CONTACT.search(folded) and (count < 8 or text[-1] not in ".!?"))
    ):
        return False
    return (count >= 6 and bool(_SENTENCE_END.search(text))) or count >= 14 or (text.endswith("?") and count >= 2)


def _closing(lines: list[Line], start: int, end: int, sender: str) -> int | None:
    """The last closing phrase that only a name and a signature follow."""
    filled = [index for index in range(start, end) if lines[index].body]
    for index in reversed(filled[-MAX_SIGNATURE_LINES:]):
        text = lines[index].body.strip("*_ ")
        if not text or len(text) > 90:
            continue
        folded = fold(text)
        match = _CLOSING.match(folded)
        if match is None or not _is_closing(folded, match["name"], text):
            continue
        if index == filled[0] and not any(_is_signature_word(line) for line in lines[index:end]):
            continue  # the greeting is all there is
        below = [line for line in lines[index + 1 : end] if line.body]
        if folded.rstrip(" ,.!") in _SHORT_CLOSINGS and not match["name"] and (not below or len(below[0].body) > 40):
            continue
        if below and folded.split()[0] in _SHORT_CLOSINGS and match["name"] and not _is_known(match["name"], sender):
            continue  # "LG Waschmaschine" with the model below is a thing, not "Liebe Grüße"
        return index
    return None


def _is_closing(folded: str, name: str, text: str) -> bool:
    """ "Grüße an Ihre Kollegin" is no closing, "Gruß Max" is: names begin with a capital."""
    parts = text.split()[-len(name.split()) :] if name.strip() else []
    return all(part.lower() in _PARTICLES or not part[0].islower() for part in parts)


def _name_block(lines: list[Line], start: int, end: int, sender: str) -> int | None:
    """A block with contact data at the end, below "Vielen Dank" or beginning with the sender's own name; not one that is announced."""
    filled = [index for index in range(start, end) if lines[index].body]
    for position in range(len(filled) - 1, 0, -1):
        index, above = filled[position], lines[filled[position - 1]]
        if len(filled) - position > 20 or above.body.endswith(":"):
            return None
        block = [lines[number] for number in filled[position:]]
        if not (_THANKS.match(fold(above.body)) or _is_name_of(sender, fold(lines[index].body))):
            continue
        if any(_is_signature_word(line) for line in block[1:]) and _is_signature_like(lines, index, end):
            return index
    return None


def _is_name_of(sender: str, folded: str) -> bool:
    """The line is the sender's full name, perhaps with a title: "Dr. Max Mustermann, Prokurist"."""
    own, found = _NAME_WORD.findall(sender), _NAME_WORD.findall(folded)
    return len(own) >= 2 and set(own) <= set(found) and len(found) <= len(own) + 3


def is_closing_alone(lines: list[Line], start: int, end: int, sender: str) -> bool:
    """Nothing but a closing phrase and a name, or the sender's name with a short block: what stands below a quote after an answer above."""
    filled = [line.body.lstrip("-–— ") for line in lines[start:end] if line.body]
    if not 0 < len(filled) <= 6 or any(len(text) > 60 or _is_prose(Line(text=text, body=text)) for text in filled):
        return False
    folded = fold(filled[0])
    match = _CLOSING.match(folded)
    if match is not None and _is_closing(folded, match["name"], filled[0]):
        return all(_PLAIN_NAME.match(text) or _CONTACT.search(fold(text)) for text in filled[1:])
    return _is_name_of(fold(sender), folded)


def _is_known(name: str, sender: str) -> bool:
    return bool(set(name.replace(",", " ").split()) & set(fold(sender).replace(",", " ").split()))


def _mobile_or_legal(lines: list[Line], start: int, end: int) -> int | None:
    """The first of the last paragraphs that are nothing but imprint, disclaimer or a line of a telephone."""
    begin: int | None = None
    index = end
    while index > start:
        paragraph_end = index
        while index > start and lines[index - 1].body:
            index -= 1
        paragraph = [line for line in lines[index:paragraph_end] if not _OTHER_DELIMITER.match(line.body)]
        if paragraph and not _is_legal(paragraph):
            break
        if paragraph:
            begin = index
        while index > start and not lines[index - 1].body:
            index -= 1
    return begin


def _is_legal(paragraph: list[Line]) -> bool:
    folded = fold(" ".join(line.body for line in paragraph))
    if len(paragraph) == 1 and is_mobile_line(paragraph[0]):
        return True
    if _DISCLAIMER.match(folded) and _DISCLAIMER_WORDS.search(folded) and len(folded) > 60:
        return True
    return len(_COMPANY.findall(folded)) >= 2 and not any(_is_prose(line) for line in paragraph)


def _mark(lines: list[Line], begin: int, end: int, start: int, marks: list[bool]) -> None:
    """From the beginning to the end, but a postscript, and prose below the name block, are text again."""
    text_again = False
    seen_blank = False
    for index in range(begin, end):
        line = lines[index]
        if index > begin and line.body:
            folded = fold(line.body)
            if _POSTSCRIPT.match(folded + " ") or (
                seen_blank and _is_prose(line) and not _in_legal_paragraph(lines, index, start)
            ):
                text_again = True
            elif text_again and (is_mobile_line(line) or _DISCLAIMER.match(folded)):
                text_again = False
        seen_blank = seen_blank or not line.body
        marks[index - start] = marks[index - start] or not text_again


def _in_legal_paragraph(lines: list[Line], index: int, start: int) -> bool:
    first = index
    while first > start and lines[first - 1].body:
        first -= 1
    folded = fold(" ".join(line.body for line in lines[first : first + 6]))
    return bool(
        _DISCLAIMER.match(folded)
        or _COMPANY.search(folded)
        or (_DISCLAIMER_WORDS.search(folded) and _DISCLAIMER_WORDS.search(fold(lines[index].body)))
    )


def _mark_trailing_mobile(lines: list[Line], start: int, end: int, marks: list[bool]) -> None:
    """A line of a telephone at the end, whatever stands above it."""
    for index in range(end - 1, start - 1, -1):
        if not lines[index].body or marks[index - start]:
            continue
        if not is_mobile_line(lines[index]):
            return
        marks[index - start] = True
