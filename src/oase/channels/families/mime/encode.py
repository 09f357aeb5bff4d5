"""Text to header fields and bodies: RFC 2047 words, RFC 2231 parameters, folding, quoted-printable, format=flowed.

Nothing that a person wrote can end a field: line breaks become blanks before anything else.
"""

import base64
import quopri
import re
from collections.abc import Iterable
from urllib.parse import quote

from oase.channels.families.mime.addresses import normalise
from oase.channels.families.mime.headers import one_line
from oase.channels.families.mime.types import Mailbox

WIDTH = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`{}~-]+")


def encoded_words(text: str, room: int = WIDTH - 2) -> str:
    """RFC 2047 words, base64, never cut inside a character, separated by blanks; the first has `room` characters."""
    words: list[str] = []
    piece = ""
    for character in text:
        if len((piece + character).encode()) > (room - 12) // 4 * 3:
            words.append(piece)
            piece, room = "", WIDTH - 2
        piece += character
    words.append(piece)
    return " ".join(f"=?utf-8?B?{base64.b64encode(word.encode()).decode()}?=" for word in words)


def text_field(name: str, text: str) -> str:
    """An unstructured field, folded."""
    text = one_line(text, 5000)
    plain = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < 900
    return folded(name, (text if plain else encoded_words(text, WIDTH - len(name) - 2)).split(" "))


def folded(name: str, words: Iterable[str]) -> str:
    """`Name: word word`, lines of at most 76 characters where words allow it."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH and lines[-1].strip() and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines) + "\r\n"


def mailbox(box: Mailbox) -> list[str]:
    """One address as words that may be folded apart."""
    address = f"<{normalise(box.address)}>"
    name = one_line(box.name, 200)
    if not name:
        return [address[1:-1]]
    if not name.isascii() or "=?" in name:
        return [*encoded_words(name, WIDTH - 12).split(" "), address]
    if not _ATOMS.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return [*name.split(" "), address]


def address_field(name: str, boxes: Iterable[Mailbox]) -> str:
    """A field of addresses, separated by commas; "" for none."""
    words: list[str] = []
    for box in boxes:
        if words:
            words[-1] += ","
        words += mailbox(box)
    return folded(name, words) if words else ""


def file_parameter(key: str, name: str) -> str:
    """`filename="a.pdf"`, or the pieces of RFC 2231 for other letters and for long names; each on its own line."""
    name = one_line(name, 255)
    if name.isascii() and len(name) < 60:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {key}="{escaped}"' if not _TOKEN.fullmatch(name) else f';\r\n {key}="{name}"'
    coded = quote(name, safe="")
    pieces: list[str] = []
    while coded:
        end = min(50, len(coded))
        while 0 < end < len(coded) and "%" in coded[end - 2 : end]:
            end -= 1
        pieces.append(coded[:end])
        coded = coded[end:]
    if len(pieces) == 1:
        return f";\r\n {key}*=utf-8''{pieces[0]}"
    return "".join(
        f";\r\n {key}*{number}*={chr(39).join(['utf-8', '', piece]) if number == 0 else piece}"
        for number, piece in enumerate(pieces)
    )


def quoted_printable(text: str) -> bytes:
    """UTF-8 in quoted-printable with CRLF; `From ` and lone dots at the beginning of lines are coded."""
    data = quopri.encodestring(text.replace("\r\n", "\n").encode("utf-8", "replace"), quotetabs=False)
    data = re.sub(rb"(?m)^From ", b"=46rom ", data)
    data = re.sub(rb"(?m)^\.$", b"=2E", data)
    return data.replace(b"\n", b"\r\n")


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76 characters with CRLF."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def flowed(text: str) -> str:
    """Paragraphs as lines of at most 76 characters that flow (RFC 3676); quoted lines keep their marks."""
    out: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line == "-- " or not line.strip():
            out.append(line if line == "-- " else "")
            continue
        marks = re.match(r"(?:> ?)*", line)
        prefix = marks[0].replace(" ", "") if marks else ""
        content = line[len(marks[0]) if marks else 0 :].rstrip()
        prefix = prefix + " " if prefix else ""
        out.extend(prefix + piece for piece in _wrapped(content, WIDTH - len(prefix), stuffed=bool(prefix)))
    return "\n".join(out)


def _wrapped(text: str, width: int, *, stuffed: bool) -> list[str]:
    """Lines that end with a blank, but for the last; those that begin like a quote, `From ` or a blank are space-stuffed."""
    pieces: list[str] = []
    while len(text) > width:
        cut = text.rfind(" ", 1, width)
        if cut < 0:
            cut = text.find(" ", width)
        if cut < 0:
            break
        pieces.append(text[: cut + 1])
        text = text[cut + 1 :]
    pieces.append(text)
    if stuffed:
        return pieces
    return [" " + piece if piece.startswith((" ", ">", "From ")) else piece for piece in pieces]
