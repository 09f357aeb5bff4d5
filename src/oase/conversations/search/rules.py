"""What was typed becomes a query: pure.

    rechnung from:müller is:open "guten tag" -newsletter before:2026-11-01 liefer…
    word     filter      filter  phrase      without     filter            the last word may be a beginning

Names of filters and their values are understood in English and German. Whatever only looks like a filter (a web address,
a time, "Re:") is words. A filter without a value is one that is just being typed and asks for nothing yet.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from oase.conversations.rules import State
from oase.conversations.search.types import Moment, SearchQuery
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

CHARACTERS: Final = 500
_TERMS: Final = 24
_TOKEN: Final = re.compile(
    r'(?P<open>[^\W\d_]+:)(?=\s|$)|(?P<minus>-)?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<plain>[^\s"]+))'
)
_FILTERS: Final[dict[str, str]] = {
    "from": "sender", "von": "sender",
    "to": "receiver", "an": "receiver",
    "subject": "subject", "betreff": "subject",
    "channel": "channels", "kanal": "channels",
    "is": "is", "ist": "is",
    "assignee": "assignees", "zugewiesen": "assignees", "bearbeiter": "assignees",
    "team": "teams",
    "tag": "tags", "schlagwort": "tags",
    "before": "before", "vor": "before", "bis": "before",
    "after": "after", "nach": "after", "seit": "after", "ab": "after",
    "has": "has", "hat": "has", "mit": "has",
    "priority": "priorities", "dringlichkeit": "priorities",
    "field": "fields", "feld": "fields",
}  # fmt: skip
_BY_WORDS: Final = {"sender", "receiver", "subject"}  # a value that is still being typed ends in *
_STATES: Final[dict[str, State]] = {
    "open": "open", "offen": "open", "waiting": "waiting", "wartend": "waiting", "snoozed": "snoozed", "zurückgestellt": "snoozed",
    "solved": "solved", "gelöst": "solved", "erledigt": "solved",
}  # fmt: skip
_PRIORITIES: Final = {
    "low": -1, "niedrig": -1, "normal": 0, "high": 1, "hoch": 1, "urgent": 2, "dringend": 2,
}  # fmt: skip
_NOBODY: Final = {"unassigned", "unzugewiesen", "nichtzugewiesen"}
_MINE: Final = {"mine", "meine", "mein"}
_FILES: Final = {"file", "files", "attachment", "datei", "dateien", "anhang"}
_ME: Final = {"me", "mir", "ich"}
_NONE: Final = {"none", "niemand", "niemandem"}
_DAYS_AGO: Final = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1}
_SPAN: Final = re.compile(r"(\d{1,4})(d|w|m|y|t|j)", re.IGNORECASE)
_SPAN_DAYS: Final = {"d": 1, "t": 1, "w": 7, "m": 30, "y": 365, "j": 365}
_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_GERMAN: Final = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})")
_NUMBER: Final = re.compile(r"#?(\d{1,12})")
_PHONE_PART: Final = re.compile(r"(?:\+|\(\+?)?\d[\d()/.\-]*|\(\d+\)[\d()/.\-]*")
_PHONE_DIGITS: Final = range(6, 18)
_SURE_DIGITS: Final = 9  # so many are a telephone number, not an order's


def parse_query(text: str) -> SearchQuery:
    """What was typed, taken apart; raises Invalid (field `q`) naming the word that cannot be understood."""
    if len(text) > CHARACTERS:
        raise Invalid(message("A search may have %(n)s characters at most.", n=CHARACTERS), field="q")
    parts: dict[str, Any] = {}
    for place, found in enumerate(_TOKEN.finditer(text)):
        if place == _TERMS:
            raise Invalid(message("A search may have %(n)s words at most.", n=_TERMS), field="q")
        _take(parts, found, at_end=found.end() == len(text))
    words, last = parts.pop("all_words", []), parts.pop("last", "")
    number = _number(words, parts)
    words, phones = _phones(words)
    if words and words[-1] == last:
        parts["prefix"] = words.pop()
    if phones:
        parts["phones"] = phones
    parts |= {"words": words, "number": number}
    frozen: dict[str, Any] = {
        name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value for name, value in parts.items()
    }
    return SearchQuery(**frozen)


def with_tag_renamed(text: str, old: str, new: str) -> str:
    """The same query, asking for a tag by its new name."""

    def renamed(found: re.Match[str]) -> str:
        asks_for_tag = not found["minus"] and _FILTERS.get((found["name"] or "").casefold()) == "tags"
        value = (found["quoted"] or found["plain"] or "").strip()
        return f'{found["name"]}:"{new}"' if asks_for_tag and value == old else found[0]

    return _TOKEN.sub(renamed, text)


def _take(parts: dict[str, Any], found: re.Match[str], *, at_end: bool) -> None:
    """Puts one token where it belongs."""
    if found["open"]:
        if found["open"][:-1].casefold() not in _FILTERS:
            parts.setdefault("all_words", []).append(found["open"][:-1])
        return
    filter_name = _FILTERS.get((found["name"] or "").casefold())
    value = (found["quoted"] if found["quoted"] is not None else found["plain"]).strip()
    if not value:
        return
    if filter_name and not found["minus"]:
        typing = at_end and found["quoted"] is None and filter_name in _BY_WORDS
        _filter(parts, filter_name, f"{value}*" if typing else value, found[0])
        return
    if found["name"]:
        value = f"{found['name']}:{value}"  # not one of ours: words like any others
    if not any(character.isalnum() for character in value):
        return
    if found["minus"]:
        parts.setdefault("without", []).append(value)
    elif found["quoted"] is not None:
        parts.setdefault("phrases", []).append(value)
    else:
        parts.setdefault("all_words", []).append(value)
        if at_end:
            parts["last"] = value


def _filter(parts: dict[str, Any], name: str, value: str, word: str) -> None:
    reader = _READERS.get(name)
    if reader is not None:
        reader(parts, value, word)
    else:
        parts.setdefault(name, []).append(value)


def _is(parts: dict[str, Any], value: str, word: str) -> None:
    plain = value.casefold()
    if plain in _STATES:
        parts.setdefault("states", []).append(_STATES[plain])
    elif plain in _NOBODY:
        parts["unassigned"] = True
    elif plain in _MINE:
        parts["mine"] = True
    else:
        raise _unknown(word, "open, waiting, snoozed, solved, unassigned, mine")


def _has(parts: dict[str, Any], value: str, word: str) -> None:
    if value.casefold() not in _FILES:
        raise _unknown(word, "file")
    parts["has_file"] = True


def _assignee(parts: dict[str, Any], value: str, word: str) -> None:
    plain = value.casefold()
    if plain in _ME:
        parts["mine"] = True
    elif plain in _NONE:
        parts["unassigned"] = True
    else:
        parts.setdefault("assignees", []).append(value)


def _channel(parts: dict[str, Any], value: str, word: str) -> None:
    parts.setdefault("channels", []).append(value.casefold())


def _priority(parts: dict[str, Any], value: str, word: str) -> None:
    number = _PRIORITIES.get(value.casefold())
    if number is None:
        raise _unknown(word, "low, normal, high, urgent")
    parts.setdefault("priorities", []).append(number)


def _field(parts: dict[str, Any], value: str, word: str) -> None:
    key, sign, wanted = value.partition("=")
    if not (sign and key.strip() and wanted.strip()):
        raise _unknown(word, "field:key=value")
    parts.setdefault("fields", []).append((key.strip(), wanted.strip()))


def _moment(name: str) -> Callable[[dict[str, Any], str, str], None]:
    def read(parts: dict[str, Any], value: str, word: str) -> None:
        parts[name] = read_moment(value, word)

    return read


def read_moment(value: str, word: str) -> Moment:
    """2026-11-24, 24.11.2026, 2026-11, 2026, today, yesterday, 7d, 2w, 3m, 1y (in German too); raises Invalid."""
    plain = value.casefold()
    if plain in _DAYS_AGO:
        return timedelta(days=_DAYS_AGO[plain])
    if span := _SPAN.fullmatch(plain):
        return timedelta(days=int(span[1]) * _SPAN_DAYS[span[2].lower()])
    try:
        if iso := _ISO.fullmatch(plain):
            return date(int(iso[1]), int(iso[2] or 1), int(iso[3] or 1))
        if german := _GERMAN.fullmatch(plain):
            return date(int(german[3]), int(german[2]), int(german[1] or 1))
    except ValueError:
        pass
    raise _unknown(word, "2026-11-24, 24.11.2026, 2026-11, yesterday, 7d")


def _unknown(word: str, known: str) -> Invalid:
    return Invalid(message("“%(word)s” is not understood. Possible: %(known)s.", word=word, known=known), field="q")


def _number(words: list[str], parts: dict[str, Any]) -> int | None:
    """A number alone, or one with #, is looked up as a conversation's number; the former stays a word, too."""
    for word in list(words):
        if (found := _NUMBER.fullmatch(word)) and (word.startswith("#") or (len(words) == 1 and len(parts) <= 1)):
            if word.startswith("#"):
                words.remove(word)
            return int(found[1])
    return None


def _phones(words: list[str]) -> tuple[list[str], list[str]]:
    """Neighbouring groups of digits that together are as long as a telephone number are one; the other words."""
    others: list[str] = []
    phones: list[str] = []
    group: list[str] = []
    for word in [*words, ""]:
        if word and _PHONE_PART.fullmatch(word):
            group.append(word)
            continue
        written = " ".join(group)
        digits = sum(character.isdigit() for character in written)
        if digits in _PHONE_DIGITS and (len(group) > 1 or written[0] in "+0(" or digits >= _SURE_DIGITS):
            phones.append(written)
        else:
            others += group
        group = []
        others += [word] if word else []
    return others, phones


def digits_of(phone: str) -> str:
    """What the international and the national way of writing a number have in common: "+49 (0)30 23…" and "030 23…" meet."""
    return "".join(character for character in phone.replace("(0)", "") if character.isdigit()).lstrip("0")


def score(rank: float, age: timedelta) -> float:
    """How high a hit stands: how well it fits (0 to 1), worth half after three months."""
    return (rank + 0.01) / (1 + max(age, timedelta(0)) / timedelta(days=90))


_READERS: Final[dict[str, Callable[[dict[str, Any], str, str], None]]] = {
    "is": _is,
    "has": _has,
    "assignees": _assignee,
    "channels": _channel,
    "priorities": _priority,
    "fields": _field,
    "before": _moment("before"),
    "after": _moment("after"),
}
