"""Header fields: unfolding, encoded words (RFC 2047), parameters (RFC 2231), message ids, dates.

Nothing here raises: a field that cannot be read becomes text as it stands.
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from oase.channels.families.mime.charsets import clean, decode

_FOLD = re.compile(rb"\r?\n[ \t]*|\r[ \t]*")
_WORD = re.compile(r"=\?([^\s?=*]+)(?:\*[^\s?]*)?\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^\s?=]+\?[bBqQ]\?)")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SPACE = re.compile(r"\s+")
_IDS = re.compile(r"<\s*([^<>]+?)\s*>")
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
MAX_VALUE = 100_000  # characters of one field that are looked at
MAX_IDS = 100


def unfold(value: bytes) -> str:
    """Raw field to text: lines joined, 8-bit read by guess (raw UTF-8, Windows-1252, ISO-2022-JP …)."""
    value = value[:MAX_VALUE]
    if b"\n" in value or b"\r" in value:
        value = _FOLD.sub(b" ", value)
    return decode(value)[0].strip()


def decode_words(text: str) -> str:
    """Encoded words to text; adjacent words of one charset are joined before decoding, since some programs cut inside letters."""
    if "=?" not in text:
        return text
    text = _BETWEEN.sub(r"\1", text)
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        end = match.end()
        if pending and (between or match[1].lower() != charset):
            out.append(decode(pending, charset)[0])
            pending = b""
        out.append(between)
        charset = match[1].lower()
        pending += _word_bytes(match[2], match[3])
    if pending:
        out.append(decode(pending, charset)[0])
    out.append(text[end:])
    return "".join(out)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return _Q_BYTE.sub(lambda match: bytes([int(match[1], 16)]), data.replace(b"_", b" "))
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """As much as can be had: foreign characters skipped, missing padding added, a stray last character dropped."""
    try:
        return binascii.a2b_base64(data, strict_mode=False)
    except (binascii.Error, ValueError):
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        try:
            return base64.b64decode(kept + b"=" * (-len(kept) % 4))
        except (binascii.Error, ValueError):
            return b""


def text_field(value: bytes, limit: int = 1000) -> str:
    """An unstructured field (Subject) as one line, without direction controls, at most `limit` characters."""
    return one_line(decode_words(unfold(value)), limit)


def one_line(text: str, limit: int = 1000) -> str:
    """Without line breaks, runs of blanks and characters that turn the reading direction around."""
    text = _SPACE.sub(" ", _DIRECTION.sub("", clean(text))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def message_ids(value: bytes) -> tuple[str, ...]:
    """Ids without <>, in order, without repetition; the first and the newest 99 where there are more."""
    text = unfold(value)
    found = _IDS.findall(text) or [word for word in text.split() if "@" in word]
    ids = tuple(dict.fromkeys(_SPACE.sub("", item)[:500] for item in found if item))
    return ids if len(ids) <= MAX_IDS else (ids[0], *ids[-(MAX_IDS - 1) :])


_MONTHS = {
    "januar": "Jan", "jän": "Jan", "februar": "Feb", "mär": "Mar", "märz": "Mar", "mrz": "Mar", "april": "Apr", "mai": "May",
    "juni": "Jun", "juli": "Jul", "august": "Aug", "september": "Sep", "okt": "Oct", "oktober": "Oct", "november": "Nov",
    "dez": "Dec", "dezember": "Dec",
}  # fmt: skip
_MONTH_WORD = re.compile(r"[A-Za-zä]+")


def date_field(value: bytes) -> datetime | None:
    """The moment in UTC; None where it cannot be told. German month names occur and are understood."""
    text = unfold(value)[:200]
    moment = _parse_date(text)
    if moment is None:
        translated = _MONTH_WORD.sub(lambda match: _MONTHS.get(match[0].lower(), match[0]), text)
        moment = _parse_date(translated.replace(".", "", 2)) or _parse_iso(text)
    return moment


def _parse_date(text: str) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _parse_iso(text: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime | None:
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if moment.year >= 1970 else None


_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=utf-8` as ("text/plain", {"charset": "utf-8"}); RFC 2231 pieces and charsets resolved."""
    head, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in list(_PARAMETER.finditer(value[len(head) :]))[:200]:
        name, content = match[1].lower(), match[2].strip()
        if content.startswith('"'):
            content = _ESCAPED.sub(r"\1", content[1:-1] if content.endswith('"') and len(content) > 1 else content[1:])
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(name, content)
            continue
        encoded = rest.endswith("*") or rest == ""
        number = rest.rstrip("*")
        if not number or (number.isascii() and number.isdigit() and len(number) < 5):
            pieces.setdefault(base, {}).setdefault(int(number or 0), (encoded, content))
    for base, parts in pieces.items():
        plain[base] = _join_pieces(parts)
    return head.strip().lower(), plain


def _join_pieces(parts: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231, 3 and 4: charset'language'percent-encoded, cut in numbered pieces."""
    charset, data = "", b""
    for position, number in enumerate(sorted(parts)):
        encoded, content = parts[number]
        if position == 0 and encoded and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        data += unquote_to_bytes(content) if encoded else content.encode("utf-8", "replace")
    return decode(data, charset)[0]
