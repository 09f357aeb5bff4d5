"""Address fields: names, comments, quotes, groups, international domains, and what is found instead of them.

    field --tokens--> one address after the other --> Mailbox(name, address)

The field is cut before encoded words are decoded, so that a comma inside a decoded name separates nothing.
"""

import re
from collections.abc import Iterator

from oase.channels.families.mime.headers import decode_words, one_line, unfold
from oase.channels.families.mime.types import Mailbox

MAX_ADDRESSES = 1000
MAX_NAME = 256
_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"'  # "Müller, Hans"
    r"|<(?P<angle>[^<>]*)>?"
    r"|(?P<comment>\()"
    r"|(?P<mark>[,;:])"
    r"|(?P<word>=\?[^\s?]+\?[bBqQ]\?[^?\s]*(?: [^?\s]*)*\?=)"  # an encoded word may hold , ; :
    r"|(?P<text>[^\s\"<(,;:]+)"
    r"|(?P<space>\s+)"
    r"|(?P<stray>.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>\"(),:;@]{1,128}@[^\s<>\"(),:;@]{1,255}")
_MAILTO = re.compile(r"^(?:mailto:|smtp:|\[mailto:)", re.IGNORECASE)


def mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """All addresses of a field, at most 1,000; never raises."""
    return tuple(_read(unfold(value)))[:MAX_ADDRESSES]


def normalise(address: str) -> str:
    """The address with an ASCII, lower-case domain; the local part as it stands."""
    address = _MAILTO.sub("", address.strip().strip("<>'\"[] ")).rstrip(".,;")
    local, at, domain = address.rpartition("@")
    if not at:
        return one_line(address, 320)
    domain = domain.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except (UnicodeError, ValueError):
            domain = one_line(domain, 255)
    local = local.strip()
    if local.startswith("@") and ":" in local:  # a source route of RFC 822, <@relay:user@host>
        local = local.rpartition(":")[2]
    return one_line(f"{local}@{domain}", 320)


def _read(text: str) -> Iterator[Mailbox]:
    """One Mailbox per address; state is the words before the separator."""
    words: list[str] = []
    angle: str | None = None
    comment = ""
    position, count = 0, 0
    while position < len(text) and count <= MAX_ADDRESSES:
        match = _TOKEN.match(text, position)
        if match is None:
            break
        position = match.end()
        kind = match.lastgroup
        if kind == "comment":
            inner, position = _comment(text, position)
            comment = comment or inner
        elif kind == "angle":
            if angle is not None:  # <a@b> <c@d> without a comma
                yield from _mailbox(words, angle, comment)
                words, comment, count = [], "", count + 1
            angle = match["angle"]
        elif kind == "mark" and match["mark"] == ":":
            words = words if any("@" in word for word in words) else []  # the name of a group
        elif kind == "mark":
            if _is_inside_name(words, angle, text, position, match["mark"]):
                words.append(match["mark"])
                continue
            yield from _mailbox(words, angle, comment)
            words, angle, comment, count = [], None, "", count + 1
        else:
            words.append(_ESCAPED.sub(r"\1", match["quoted"]) if kind == "quoted" else match[0])
    yield from _mailbox(words, angle, comment)


def _is_inside_name(words: list[str], angle: str | None, text: str, position: int, mark: str) -> bool:
    """`Müller, Hans <hans@example.com>` without quotes: the comma belongs to the name."""
    if mark != "," or angle is not None or any("@" in word for word in words) or not "".join(words).strip():
        return False
    rest = text[position : position + 400]
    before_angle = rest.partition("<")[0]
    return "<" in rest and "@" not in before_angle and "," not in before_angle and ";" not in before_angle


def _comment(text: str, position: int) -> tuple[str, int]:
    """The content of a comment, which may be nested, and the position after it."""
    depth, start = 1, position
    while position < len(text) and depth:
        character = text[position]
        if character == "\\":
            position += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        position += 1
    return text[start : position - 1 if depth == 0 else position], position


def _mailbox(words: list[str], angle: str | None, comment: str) -> Iterator[Mailbox]:
    phrase = "".join(words).strip()
    if angle is not None and ("@" in angle or not _ADDRESS.search(phrase)):
        address, name = angle, phrase
        if "@" not in angle and "=?" in angle:
            address = decode_words(angle)
    else:
        found = _ADDRESS.search(phrase)
        address = found[0] if found else ""
        name = (phrase[: found.start()] + phrase[found.end() :]).strip() if found else phrase
        if not found and "=?" in phrase:  # the whole field was encoded, address and all
            decoded = decode_words(phrase)
            inner = re.search(r"<([^<>\s]+@[^<>\s]+)>", decoded)
            if inner:
                address, name = inner[1], decoded[: inner.start()]
    address = normalise(address)
    name = _name(name or comment)
    if name.lower() == address.lower():
        name = ""
    if address or name:
        yield Mailbox(address=address, name=name)


def _name(text: str) -> str:
    name = one_line(decode_words(text), MAX_NAME).strip()
    while len(name) > 1 and name[0] in "\"'" and name[-1] == name[0]:
        name = name[1:-1].strip()
    return name.strip('"')
