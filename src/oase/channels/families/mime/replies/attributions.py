"""Lines that introduce a quote: "Am 12.03.26 um 14:05 schrieb Max Mustermann <max@example.com>:".

Evidence is counted, not one pattern per program: a verb of writing, a date or time, an address, a quote that follows,
and how the line begins. A sentence of the writer ("Am Montag schrieb ich Ihnen:") lacks most of it.
"""

import re
from dataclasses import dataclass
from functools import cache

from oase.channels.families.mime.lines import Line, plain_line
from oase.channels.families.mime.replies.tables import (
    Words,
    fold,
    ideographic,
    languages,
    spaced,
    table,
    words,
    words_as_written,
)

MAX_LINES = 5
MAX_LENGTH = 500
MAX_SHARED = 100  # lines that may share an attribution and are looked at
MAX_OPENERS = 5  # places on such a line
_VERB = Words(lambda: rf"(?<![\w@./-])(?:{words(spaced(table('wrote')))})(?![\w@/-])|(?:{words(ideographic(table('wrote')))})")
_WEEKDAY = (
    r"(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|seg|ter|qua|qui|sex"
    r"|ma|wo|vr|za|zo|di|pon|wt|śr|czw|pt|sob|niedz|po|út|st|čt|pá|so|ne|man|tir|ons|tor|fre|lør|søn|mån|tis|tors|lör|sön"
    r"|ma|ti|ke|to|pe|la|su|пн|вт|ср|чт|пт|сб|вс|нд|h|k|sze|cs|p|szo|v|lun|mie|joi|vin|sâm|dum)[a-zäöüßéáíóúåøæčšžěřýůłśćńăâîșțа-яіїєё]*"
)
_OPENER = Words(
    lambda: (
        rf"^(?:[-–—*>\s]{{0,8}})(?:(?:{words(spaced(table('openers')))})(?!\w)|{_WEEKDAY}[.,]\s|\d{{1,2}}[:.]\d\d(?:\s?[ap]m)?,\s|在|于|於|\d{{1,4}}\s?[./年년-])"
    )
)
_OPENS_INSIDE = Words(lambda: rf"(?<=[\w.!?)\s-])((?:-{{2,}}\s*)?\b(?:{words_as_written(spaced(table('openers')))})\s)")
_TIME = re.compile(r"\b\d{1,2}\s?[:.h時时시]\s?\d{2}")
_DATE = re.compile(
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\b(?:19|20)\d\d\b|\d{4}\s?[年년]|\d{1,2}[.,]?\s+(?:de\s+)?[^\W\d_]{3,12}[.,]?\s+(?:de\s+)?\d{2,4}"
)
_ADDRESS = re.compile(r"[^\s<>@\[\]()\"]{1,64}@[^\s<>@\[\]()\"]{1,255}\.[^\s<>@\[\]()\"]")
_ANGLED = re.compile(r"[<(\[][^\s<>@\[\]()\"]{1,64}@[^\s<>@\[\]()\"]{1,255}[>)\]]")
_DATED_ADDRESS = re.compile(
    r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.{0,120}<[^<>\s]{1,64}@[^<>\s]{1,255}>$|^\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d"
)
_DIGIT = re.compile(r"\d")
_END = re.compile(r"[:：]\s*$")
_DASHED_END = re.compile(r"-{2,}\s*$")
_LOOKS_LIKE_NAME = re.compile(r"^[\"'<(\[]?[^\W\d_][\w.'’ \-,/@<>()\[\]\"]*$")


@cache
def _own() -> tuple[re.Pattern[str], ...]:
    """ "Ich schrieb", in each language that says it in words of its own."""
    return tuple(
        re.compile(
            rf"\b(?:{words(language.author)})(?:\W+\w+){{0,8}}?\W+(?:{words(language.wrote)})\b"
            rf"|\b(?:{words(language.wrote)})(?:\W+\w+){{0,2}}?\W+(?:{words(language.author)})\b"
        )
        for language in languages()
        if language.author and language.wrote
    )


def _is_own(folded: str) -> bool:
    return any(pattern.search(folded) for pattern in _own())


@dataclass(slots=True, frozen=True)
class Attribution:
    """Lines `start` to `end` (exclusive) introduce a quote."""

    start: int
    end: int
    followed: bool  # marked quote lines come next


@dataclass(slots=True, frozen=True)
class _Evidence:
    verb: bool
    date: bool
    time: bool
    address: bool
    angled: bool  # the address stands in <> or (), as programs write it
    opener: bool
    verb_outside: bool  # the verb is the first or the last word
    own: bool
    length: int


def attribution_ending_at(lines: list[Line], last: int, *, answers: bool) -> Attribution | None:
    """The attribution whose last line this is (see `may_end`); the shortest stretch of lines that convinces, with the line it began on."""
    followed = _quote_follows(lines, last + 1)
    hinted = lines[last].hint == "attribution"
    joined = ""
    depth = lines[last].depth
    for start in range(last, max(-1, last - MAX_LINES), -1):
        line = lines[start]
        if not line.body or line.depth != depth:
            break
        joined = f"{line.body} {joined}".strip()
        if len(joined) > MAX_LENGTH:
            break
        if not (followed or hinted or line.hint or "@" in joined or _DIGIT.search(joined)):
            continue
        evidence = _evidence(joined)
        if _convinces(evidence, joined, followed=followed, hinted=hinted or line.hint == "attribution", answers=answers):
            return Attribution(_with_beginning(lines, start, evidence), last + 1, followed)
    return None


def shared_line(text: str) -> int:
    """Where the attribution begins that a program put at the end of the writer's line; 0 where there is none.

    "Danke! Am 12.03.2026 um 14:05 schrieb Max <max@example.com>:"
    """
    if len(text) > MAX_LENGTH or not _DIGIT.search(text):
        return 0
    found = [match.start(1) for match in _OPENS_INSIDE.finditer(text)]
    for start in reversed(found[-MAX_OPENERS:]):
        seen = _evidence(text[start:].strip())
        if seen.verb and seen.opener and seen.date and seen.time and seen.address and not _is_own(fold(text)):
            return start
    return 0


def unshared(lines: list[Line]) -> list[Line]:
    """The lines, with an attribution that shares the writer's last line put on a line of its own."""
    out: list[Line] = []
    looks = MAX_SHARED
    for line in lines:
        start = 0
        if looks and not line.depth and len(line.text) > 40 and line.text[-1] in ":：" and "@" in line.text:
            start, looks = shared_line(line.text), looks - 1
        out += [plain_line(line.text[:start].rstrip()), plain_line(line.text[start:])] if start else [line]
    return out


def may_end(line: Line) -> bool:
    """A quick look: can this be the last line of an attribution?"""
    body = line.body
    if not body or len(body) > MAX_LENGTH:
        return False
    if line.hint == "attribution" or body[-1] in ":：":
        return True
    if "@" not in body and not (_DIGIT.search(body) and _DATE.search(body)):
        return False
    if _DATED_ADDRESS.match(body):  # "2013/10/2 Max <max@example.com>", Gmail of those years
        return True
    folded = fold(body[-60:])
    if _DASHED_END.search(folded):
        return bool(_VERB.search(folded))
    verbs = list(_VERB.finditer(folded))
    return bool(verbs) and verbs[-1].end() >= len(folded) - 1


def _quote_follows(lines: list[Line], index: int) -> bool:
    for line in lines[index : index + 4]:
        if line.body or line.depth:
            return line.depth > 0 or line.hint == "quoted"
    return False


def _evidence(joined: str) -> _Evidence:
    folded = fold(joined)
    verb = bool(_VERB.search(folded))
    return _Evidence(
        verb=verb,
        date=bool(_DATE.search(folded)),
        time=bool(_TIME.search(folded)),
        address=bool(_ADDRESS.search(folded)),
        angled=bool(_ANGLED.search(folded)),
        opener=bool(_OPENER.match(folded)),
        verb_outside=_is_verb_outside(folded),
        own=verb and _is_own(folded),
        length=len(folded),
    )


def _is_verb_outside(folded: str) -> bool:
    text = folded.rstrip(" :-").lstrip("-*> ")
    spans = [match.span() for match in _VERB.finditer(text)]
    return bool(spans) and (spans[0][0] == 0 or spans[-1][1] == len(text))


def _convinces(seen: _Evidence, joined: str, *, followed: bool, hinted: bool, answers: bool) -> bool:
    when = seen.date or seen.time
    if hinted and (seen.verb or seen.address or when):
        return True
    if seen.own and not (seen.address and when and seen.opener):
        return False
    if not seen.verb:
        # Gmail in some languages has no verb: "2026年3月12日(木) 14:05 Yamada <yamada@example.com>:"
        if followed and _DATED_ADDRESS.match(joined):
            return True
        return seen.address and when and seen.opener and (followed or (seen.time and joined.rstrip(" :：").endswith(">")))
    if followed:
        return when or seen.address or _is_name_and_verb(joined, seen)
    if seen.angled and seen.verb_outside:
        return True
    if seen.address and (seen.date or (seen.time and seen.opener)):
        return seen.opener or seen.time
    return seen.opener and seen.date and ((seen.time and (seen.verb_outside or answers)) or (seen.verb_outside and answers))


def _is_name_and_verb(joined: str, seen: _Evidence) -> bool:
    """ "Max Mustermann schrieb:" and "Quoting Max Mustermann:" with the quote right below."""
    text = _END.sub("", joined).strip()
    named = text[0].isupper() or " via " in text
    return seen.length <= 80 and len(text.split()) <= 7 and bool(_LOOKS_LIKE_NAME.match(text)) and named


def _with_beginning(lines: list[Line], start: int, seen: _Evidence) -> int:
    """Take in the line above where the attribution was wrapped after its date."""
    while not seen.opener and start > 0:
        above = lines[start - 1]
        folded = fold(above.body)
        if above.depth != lines[start].depth or len(folded) > 130 or not _OPENER.match(folded):
            break
        if not (_DATE.search(folded) or _TIME.search(folded)) or (folded[-1:] in ".!?" and not folded[-2:-1].isdigit()):
            break
        return start - 1
    return start
