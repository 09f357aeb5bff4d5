"""Marks that stand for themselves: separators above originals and forwards, header blocks, lines that ask to answer above."""

import re

from oase.channels.families.mime.lines import Line
from oase.channels.families.mime.replies.tables import Words, fold, folded_table, label_meanings, table, words

_DASHES = "-_=*~—–―─━"
_DASH = r"[-_=*~—–―─━]"
_ORIGINAL = Words(lambda: rf"^{_DASH}{{2,}}\s*(?:{words(table('original'))})\s*(?::|{_DASH}{{1,}}.{{0,120}})?$")
_FORWARD = Words(
    lambda: (
        rf"^(?:{_DASH}{{2,}}\s*(?:{words(table('forwarded'))})\s*(?:.{{0,120}}{_DASH}{{2,}}|:)?|(?:{words(table('forwarded'))})\s*:)$"
    )
)
_NOTES = Words(lambda: rf"^-{{3,}}\s*.{{2,160}}?(?:{words(table('wrote'))})\s*:?\s*-{{3,}}$")  # Lotus iNotes
_DAVID = re.compile(r"^\[?original message processed by david", re.IGNORECASE)  # Tobit david
_REPLY_LINE = Words(lambda: rf"\W*(?:{words(table('reply_line'))})")
_INLINE = Words(lambda: rf"(?<!\w)(?:{words(table('inline'))})(?!\w)")
_LABEL = re.compile(r"^[*_|]{0,3}([^\W\d_][^:*<>@]{0,29}?)\s{0,2}[*_]{0,3}:[*_]{0,3}(?:\s+|$)(.*)$")
_SENT_INSIDE = Words(lambda: rf"(?<!\w)[*_]{{0,2}}(?:{words(table('sent'))})[*_]{{0,2}}\s?:")
_SUBJECT_INSIDE = Words(lambda: rf"(?<!\w)[*_]{{0,2}}(?:{words(table('subject'))})[*_]{{0,2}}\s?:")
_TIME = re.compile(r"\d{1,2}[:.h]\s?\d{2}")
_DATE = re.compile(
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\b(?:19|20)\d\d\b|\d{4}\s?[年년]|\d{1,2}[:.h]\d{2}", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}\.[^\s<>@]")
_RULE = re.compile(rf"^{_DASH}{{3,}}$")
MAX_BLOCK_LINES = 30


def is_original(line: Line) -> bool:
    """`-----Ursprüngliche Nachricht-----` and its like."""
    text = line.body
    if len(text) > 250 or not text:
        return False
    if text[0] not in _DASHES:
        return bool(_DAVID.match(text))
    folded = fold(text)
    return bool(_ORIGINAL.match(folded) or _NOTES.match(folded))


def is_bare_original(line: Line) -> bool:
    """The title without its dashes, which counts only right above a header block."""
    return len(line.body) <= 40 and fold(line.body).rstrip(":") in folded_table("original")


def is_forward(line: Line) -> bool:
    """`---------- Forwarded message ---------`, `Anfang der weitergeleiteten Nachricht:`."""
    text = line.body
    if not 0 < len(text) <= 250 or (text[0] not in _DASHES and text[-1] not in ":：" + _DASHES):
        return False
    return bool(_FORWARD.match(fold(text)))


def is_reply_line(line: Line) -> bool:
    """`Bitte antworten Sie oberhalb dieser Zeile`, written by help desks into their mails."""
    return 10 < len(line.body) <= 200 and bool(_REPLY_LINE.match(fold(line.body)))


def answers_inside(text: str) -> bool:
    """ "Meine Antworten in rot": the writer says that the answers stand inside the quote."""
    return len(text) <= 600 and bool(_INLINE.search(fold(text)))


def is_rule(line: Line) -> bool:
    """A line of dashes or underscores only."""
    return len(line.body) >= 3 and bool(_RULE.match(line.body))


def label_of(line: Line) -> tuple[frozenset[str], str]:
    """The meanings of `Label: value`, and the value; no meanings for any other line."""
    text = line.body
    if ":" not in text[:40] and "：" not in text[:40]:
        return frozenset(), ""
    match = _LABEL.match(text.replace("：", ": ", 1).replace("\xa0", " "))
    if match is None:
        return frozenset(), ""
    return label_meanings().get(fold(match[1].rstrip("*_ ")), frozenset()), match[2].strip()


def header_block_at(lines: list[Line], start: int, *, marked: bool = False) -> int:
    """The number of lines of a quoted mail's header that begins here, 0 where there is none.

    From, and two of date, recipient, subject; the date must look like one or the sender have an address, so that
    "From: Berlin, To: Hamburg" is a journey. `marked`: a separator or the mark-up announced it, so two labels are enough.
    """
    meanings, value = label_of(lines[start])
    if not meanings & {"from", "sent", "to", "subject"}:
        return 0
    if "from" in meanings and _holds_all(value):
        return 1
    found: dict[str, str] = {}
    used: list[frozenset[str]] = []
    end, loose, blanks, depth = start, 0, 0, lines[start].depth
    for index in range(start, min(start + MAX_BLOCK_LINES, len(lines))):
        line = lines[index]
        if line.depth != depth:
            break
        if not line.body:
            blanks += 1
            if blanks > 1 or _is_complete(found):
                break
            continue
        meanings, value = label_of(line)
        if meanings:
            for meaning in meanings:
                found.setdefault(meaning, value)
            used.append(meanings)
            end, loose, blanks = index + 1, 0, 0
            continue
        loose += 1
        if loose > 4 or blanks or (len(line.body) > 200 and "@" not in line.body):
            break
        if _continues(line.body, found):
            end = index + 1
    return end - start if _is_convincing(found, used, marked=marked) else 0


def _holds_all(value: str) -> bool:
    """The whole block on one line, as some programs flatten it: "Von: … Gesendet: … An: … Betreff: …"."""
    folded = fold(value)
    return bool(_ADDRESS.search(folded) or _TIME.search(folded)) and bool(
        _SENT_INSIDE.search(folded) and _SUBJECT_INSIDE.search(folded)
    )


def _is_complete(found: dict[str, str]) -> bool:
    return "from" in found and "subject" in found


def _continues(text: str, found: dict[str, str]) -> bool:
    """A wrapped list of recipients goes on: it has an address, or separators."""
    return "subject" not in found and ("@" in text or ";" in text)


def _is_convincing(found: dict[str, str], used: list[frozenset[str]], *, marked: bool) -> bool:
    if "from" not in found:
        return False
    others = [name for name in ("sent", "to", "subject") if name in found]
    sent = fold(found.get("sent", ""))
    has_date = bool(_DATE.search(sent))
    has_time = has_date and bool(_TIME.search(sent))
    has_address = bool(_ADDRESS.search(found["from"]))
    if marked:
        return len(used) >= 2 and bool(others)
    if len(used) < 3 or len(others) < 2:
        return len(used) == 2 and has_address and has_time
    if has_time and "\u200e" in found["sent"]:  # Windows Mail writes no subject, and marks of direction that nobody types
        return True
    return has_address or (has_time and "subject" in found) or (has_date and "subject" in found and "to" in found and has_time)
