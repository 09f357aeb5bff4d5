"""Bytes to text, whatever the label says.

    bytes + label --> label trusted only where it fits --> repaired or guessed --> text without NUL and lone surrogates

Labels lie in known ways: "us-ascii" and "iso-8859-1" are put on UTF-8 and on Windows-1252, "gb2312" on GB18030,
"ks_c_5601-1987" on CP949. Browsers follow the WHATWG encoding standard; so do the aliases here.
"""

import codecs
import re
import string
from functools import lru_cache

ALIASES = {
    "ascii": "us-ascii", "646": "us-ascii", "ansi_x3.4-1968": "us-ascii", "7bit": "us-ascii", "8bit": "us-ascii",
    "latin1": "cp1252", "latin-1": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252",
    "ansi": "cp1252", "x-ansi": "cp1252", "win-1252": "cp1252", "windows1252": "cp1252", "cp-1252": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "utf8": "utf-8", "utf-8mb4": "utf-8", "utf8mb4": "utf-8", "x-utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode": "utf-16", "ucs-2": "utf-16",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "euc-cn": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "x-big5": "big5hkscs", "big-5": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms_kanji": "cp932", "iso-2022-jp": "iso2022_jp_ext", "x-euc-jp": "euc_jp", "cp50220": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "ksc5601": "cp949", "ks_c_5601": "cp949", "korean": "cp949",
    "koi8r": "koi8-r", "koi": "koi8-r", "windows-1251": "cp1251", "win-1251": "cp1251", "x-cp1251": "cp1251",
    "x-mac-roman": "mac-roman", "macintosh": "mac-roman", "mac": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ce": "mac-latin2", "x-cp1250": "cp1250", "cp-850": "cp850", "dos": "cp850",
}  # fmt: skip
UNSURE = frozenset({"", "us-ascii", "cp1252", "iso-8859-15", "iso-8859-2", "cp1250", "utf-8"})
STATEFUL = frozenset({"iso2022_jp_ext", "iso2022_kr", "iso-2022-kr", "utf-7", "hz", "utf-16", "utf-16le", "utf-16be", "utf-32"})
UNKNOWN = frozenset({"unknown", "unknown-8bit", "x-unknown", "default", "default_charset", "x-user-defined", "binary", "none"})

_UNCLEAN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_ESCAPE_JP = re.compile(rb"\x1b(?:\$[@B]|\(J|\$\(D)")


def _patch(error: UnicodeError) -> tuple[str, int]:
    """Decode what is not UTF-8 inside UTF-8 as Windows-1252 (two programs wrote into one text)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    return piece.decode("cp1252", "replace"), error.end


codecs.register_error("oase-cp1252", _patch)


def clean(text: str) -> str:
    """Without NUL (no database takes it) and lone surrogates (no encoder takes them); line ends are LF."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNCLEAN.sub(lambda match: "\ufffd" if match[0] >= "\ud800" else "", text) if _UNCLEAN.search(text) else text


def known(label: str) -> str:
    """The Python codec for a charset label, "" where there is none."""
    name = label.strip().strip("\"'").strip().lower().replace(" ", "")
    if name.startswith("charset="):
        name = name[8:].strip("\"'")
    name = ALIASES.get(name, name)
    return _codec(name) if name and name not in UNKNOWN and len(name) <= 40 and "\x00" not in name else ""


@lru_cache(maxsize=256)  # nearly all mails name one of ten; asking Python for a codec it lacks takes longest
def _codec(name: str) -> str:
    try:
        info = codecs.lookup(name)
        b"".decode(name)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return ""
    return name if info._is_text_encoding and name not in {"idna", "punycode", "unicode_escape", "undefined"} else ""


def decode(data: bytes, label: str = "") -> tuple[str, str]:
    """(text, note); the note is "" where the label was right, else what was done: "us-ascii read as utf-8"."""
    codec = known(label)
    if data.isascii() and codec not in STATEFUL:
        if _ESCAPE_JP.search(data):
            return _decode_as(data, "iso2022_jp_ext", label)
        return clean(data.decode("ascii")), "" if codec or not label else f"{_shown(label)} read as us-ascii"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data[: len(data) // 2 * 2]  # a line end of one byte came after it
        return clean(data.decode("utf-16", "replace")), "" if codec.startswith("utf-16") else f"{_shown(label)} read as utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if codec in UNSURE:
        return _decode_unsure(data, codec, label)
    if codec not in STATEFUL and _is_surely_utf8(data):
        return clean(data.decode("utf-8")), f"{_shown(label)} read as utf-8"
    try:
        return clean(data.decode(codec)), ""
    except (UnicodeError, ValueError):
        return _decode_broken(data, codec, label)


def _decode_unsure(data: bytes, codec: str, label: str) -> tuple[str, str]:
    """Labels that are often put on something else: valid UTF-8 is UTF-8, whatever they say."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return clean(text), "" if codec == "utf-8" else f"{_shown(label)} read as utf-8"
    if codec in {"cp1250", "iso-8859-2"}:
        return clean(data.decode(codec, "replace")), ""
    if codec == "iso-8859-15" and not re.search(rb"[\x80-\x9f]", data):
        return clean(data.decode(codec)), ""
    if codec == "utf-8" and _mostly_utf8(data):
        return clean(data.decode("utf-8", "oase-cp1252")), "utf-8 repaired"
    guessed = guess(data)
    note = "" if codec == "cp1252" and guessed == "cp1252" else f"{_shown(label)} read as {guessed}"
    return clean(_forgiving(data, guessed)), note


def _decode_broken(data: bytes, codec: str, label: str) -> tuple[str, str]:
    """The label is a real one, but the bytes do not fit it."""
    if codec == "iso2022_jp_ext" and _ESCAPE_JP.search(data):
        return clean(_decode_jis(data)), ""
    try:
        return clean(data.decode("utf-8")), f"{_shown(label)} read as utf-8"
    except UnicodeDecodeError:
        pass
    if codec in STATEFUL:
        guessed = guess(data) if codec.startswith("iso2022") else codec
        return clean(_forgiving(data, codec if guessed == "cp1252" else guessed)), f"{_shown(label)} repaired"
    return clean(_forgiving(data, codec)), f"{_shown(label)} repaired"


def _is_surely_utf8(data: bytes) -> bool:
    """Valid UTF-8 with several letters beyond ASCII; texts in other charsets are not valid by chance."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(data) - len(text) >= 4


_JIS_RUN = re.compile(rb"(\x1b[$(][@BJI]|\x1b\(B|\x1b\$\(D)")


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP as Japanese Windows writes it, with its own signs (①, ㈱): each run by way of CP932."""
    out: list[str] = []
    double = half = False
    for piece in _JIS_RUN.split(data):
        if piece.startswith(b"\x1b"):
            double, half = piece.startswith(b"\x1b$"), piece == b"\x1b(I"
        elif double:
            out.append(
                b"".join(_jis_pair(piece[index : index + 2]) for index in range(0, len(piece), 2)).decode("cp932", "replace")
            )
        else:
            out.append((bytes(byte | 0x80 for byte in piece) if half else piece).decode("cp932", "replace"))
    return "".join(out)


def _jis_pair(pair: bytes) -> bytes:
    """Two bytes of JIS X 0208 in Shift_JIS."""
    if len(pair) < 2 or not (0x21 <= pair[0] <= 0x7E and 0x21 <= pair[1] <= 0x7E):
        return bytes(byte & 0x7F for byte in pair)
    row, cell = pair
    first = (row - 0x21) // 2 + (0x81 if row < 0x5F else 0xC1)
    second = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes([first, second])


def _decode_as(data: bytes, codec: str, label: str) -> tuple[str, str]:
    text = _forgiving(data, codec)
    if codec == "iso2022_jp_ext" and "\ufffd" in text:
        text = _decode_jis(data)
    return clean(text), "" if known(
        label
    ) == codec else f"{_shown(label)} read as {codec.replace('_ext', '').replace('2022_', '-2022-')}"


def _forgiving(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("cp1252", "replace")


def _mostly_utf8(data: bytes) -> bool:
    """More whole UTF-8 sequences than stray bytes."""
    good = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", data))
    bad = data.decode("utf-8", "replace").count("\ufffd")
    return good > bad


def _shown(label: str) -> str:
    return re.sub(r"[^\w.:-]", "", label)[:40].lower() or "unlabelled"


_EXPECTED = {
    "cp1251": re.compile(r"[\u0430-\u044f\u0451\u0454\u0456\u0457]"),
    "koi8-r": re.compile(r"[\u0430-\u044f\u0451]"),
    "iso-8859-7": re.compile("[\u0386-\u03ce]"),
    "cp1255": re.compile("[\u05d0-\u05ea]"),
    "cp1256": re.compile("[\u0621-\u064a\u060c\u061f]"),
    "gb18030": re.compile(r"[\u4e00-\u9fff\uff00-\uff65\u3000-\u3002]"),
    "cp932": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uff01-\uff60\u3000-\u3002]"),
    "euc_jp": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uff01-\uff60\u3000-\u3002]"),
    "cp949": re.compile(r"[\uac00-\ud7a3]"),
    "big5hkscs": re.compile(r"[\u4e00-\u9fff\uff00-\uff65\u3000-\u3002]"),
}
_FREQUENT = {
    "cp1251": frozenset("оеаинтсрвлкмдпуяіє"),
    "koi8-r": frozenset("оеаинтсрвлкмдпуя"),
    "iso-8859-7": frozenset("αοιετσνηρκπμλυςάό"),
    "cp1255": frozenset("יוהלאמתרבנש"),
    "cp1256": frozenset("اليمنترهوبعد"),
}
_HIGH = bytes(range(0x80, 0x100))
_LETTERS = string.ascii_letters.encode() + _HIGH
_GERMAN = [letter.encode("cp1252") for letter in "äöüßÄÖÜ"]
_MIXED = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_RARE_GREEK = re.compile("[ΰΐϋϊ]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_COMMON_HANZI = re.compile("[的是了我不在有您们你这好请的發發訂單謝謝货單您们个]")


def guess(data: bytes) -> str:
    """The likeliest 8-bit or multi-byte charset of bytes that are not UTF-8; Windows-1252 unless there is reason."""
    sample = data[:4000]
    if _ESCAPE_JP.search(sample):
        return "iso2022_jp_ext"
    letters, high = (len(sample) - len(sample.translate(None, kind)) for kind in (_LETTERS, _HIGH))
    if high < 4 or high < 0.4 * letters or sum(sample.count(letter) for letter in _GERMAN) >= 0.8 * high:
        return "cp1252"
    mixed = len(_MIXED.findall(sample)) > 0.3 * high  # letters with and without accents side by side: no other alphabet
    best, best_score = "cp1252", 0.5
    for codec in _EXPECTED:
        if mixed and codec in _FREQUENT:
            continue
        score = _score(sample, codec)
        if score > best_score:
            best, best_score = codec, score
    return best


def _score(sample: bytes, codec: str) -> float:
    """Share (0 to about 1.5) of the foreign characters that look like ordinary text in this charset."""
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(sample)
    except (UnicodeError, LookupError):
        return 0.0
    foreign = [character for character in text if character > "\x7f"]
    if not foreign:
        return 0.0
    score = len(_EXPECTED[codec].findall(text)) / len(foreign)
    if codec in _FREQUENT:
        score *= 0.3 + sum(1 for character in foreign if character in _FREQUENT[codec]) / len(foreign)
        if codec == "iso-8859-7" and len(_RARE_GREEK.findall(text)) > 0.03 * len(foreign):
            score *= 0.3  # Cyrillic а and ы lie where these are
    elif codec in {"cp932", "euc_jp"}:
        score *= 0.7 + min(0.6, 2 * len(_KANA.findall(text)) / len(foreign))
    elif codec in {"gb18030", "big5hkscs"}:
        score *= 0.85 + min(0.5, 3 * len(_COMMON_HANZI.findall(text)) / len(foreign))
    return score
