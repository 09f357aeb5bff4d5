"""Transfer encodings (RFC 2045, 6) and uuencode, as broken as they come."""

import binascii
import quopri
import re

from oase.channels.families.mime.headers import decode_base64

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BLANKS = b" \t\r\n\x0b\x0c"
_BASE64_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" + _BLANKS
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=]+\s*$")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)


def decode_transfer(data: bytes, encoding: str, *, is_text: bool) -> tuple[bytes, str]:
    """(content, note); the note is "" where the encoding was clean or there was none."""
    name = encoding.partition(";")[0].strip().strip('"').lower().replace("_", "-")
    if name in {"", "7bit", "8bit", "binary", "7-bit", "8-bit"}:
        return data, ""
    if name in {"quoted-printable", "quotedprintable", "qp"}:
        return quopri.decodestring(_without_soft_blanks(data)), ""
    if name == "base64":
        return _from_base64(data, is_text=is_text)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        files, rest = uu_files(data)
        return (files[0][1], "") if files else (rest, "transfer-encoding: broken uuencode")
    return data, f"transfer-encoding: unknown {re.sub(r'[^a-z0-9-]', '', name)[:40]}"


def _without_soft_blanks(data: bytes) -> bytes:
    """Blanks that relays added after a soft line break (RFC 2045, 6.7, rule 3)."""
    return re.sub(rb"=[ \t]+(\r?\n)", rb"=\1", data) if b"= " in data or b"=\t" in data else data


def _from_base64(data: bytes, *, is_text: bool) -> tuple[bytes, str]:
    if not data.translate(None, _BASE64_BYTES):
        padding = data.find(b"=")
        if padding < 0 or not data[padding:].strip(b"=\r\n \t"):
            return decode_base64(data), "" if len(data.translate(None, _BLANKS)) % 4 == 0 else "base64: cut off"
        return _joined_base64(data)
    lines = data.splitlines(keepends=True)
    coded = 0
    while coded < len(lines) and (not lines[coded].strip() or _BASE64_LINE.match(lines[coded])):
        coded += 1
    if coded == 0 and is_text:
        return data, "base64: not encoded"
    if is_text and coded < len(lines):
        return decode_base64(b"".join(lines[:coded])) + b"\n" + b"".join(lines[coded:]), "base64: plain text after it"
    return decode_base64(_NOT_BASE64.sub(b"", data)), "base64: foreign characters"


def _joined_base64(data: bytes) -> tuple[bytes, str]:
    """Several padded pieces in a row, as some programs write them; decoded one after the other."""
    compact = re.sub(rb"\s+", b"", data)
    pieces = re.findall(rb"[A-Za-z0-9+/]+={0,2}", compact)
    return b"".join(decode_base64(piece) for piece in pieces[:100_000]), "base64: several pieces"


def uu_files(data: bytes, limit: int = 200) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Files that stand uuencoded in a text: [(name, content)], and the text without them."""
    files: list[tuple[bytes, bytes]] = []
    rest: list[bytes] = []
    position = 0
    for attempt, begin in enumerate(_UU_BEGIN.finditer(data)):
        if attempt >= limit:
            break
        if begin.start() < position:
            continue
        end = _UU_END.search(data, begin.end())
        if end is None:
            break
        content = _uu_content(data[begin.end() : end.start()], base64=begin[0].startswith(b"begin-base64"))
        if content is None:
            continue
        files.append((begin[1].strip(), content))
        rest.append(data[position : begin.start()])
        position = end.end()
    return files, b"".join([*rest, data[position:]])


def _uu_content(block: bytes, *, base64: bool) -> bytes | None:
    """None where the lines are not uuencode (a poem may hold "begin 644 …" as well)."""
    if base64:
        return decode_base64(block)
    out: list[bytes] = []
    for line in block.splitlines():
        if not line or line in {b"`", b" "}:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = ((line[0] - 32) & 63) * 4 + 5
            try:
                out.append(binascii.a2b_uu(line[: length // 3]))  # stray characters at the end of the line
            except (binascii.Error, IndexError):
                return None
    return b"".join(out)
