"""How IMAP writes things down (RFC 3501, section 9): pure text in, values out."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence

Value = bytes | int | None | list["Value"]
"""An atom or string as bytes, a number as int, NIL as None, a list as a list."""

_ATOM_ENDS = b" ()\r\n"
_SAFE = re.compile(rb"[\x20-\x7e]*")
_NOT_BASE = re.compile(r"[^\x20-\x7e]+|&")
_BASE = re.compile(r"&([A-Za-z0-9+,]*)-")
_DEPTH = 50


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The values of one answer. Broken syntax gives what could be read, never an error."""
    top: list[Value] = []
    stack = [top]
    waiting = iter(literals)
    for token in _tokens(text):
        if token == b"(" and len(stack) < _DEPTH:
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif token == b")":
            if len(stack) > 1:
                stack.pop()
        else:
            stack[-1].append(_value(token, waiting))
    return top


def _value(token: bytes, literals: Iterator[bytes]) -> Value:
    if token.startswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", token[1:-1])
    if token.startswith(b"{"):
        return next(literals, b"")
    if token.isdigit() and len(token) < 20:
        return int(token)
    return None if token.upper() == b"NIL" else token


def _tokens(text: bytes) -> Iterator[bytes]:
    at, end = 0, len(text)
    while at < end:
        char = text[at : at + 1]
        if char in (b" ", b"\r", b"\n"):
            at += 1
        elif char in (b"(", b")"):
            yield char
            at += 1
        else:
            stop = _string_end(text, at) if char == b'"' else _atom_end(text, at)
            yield text[at:stop]
            at = stop


def _string_end(text: bytes, at: int) -> int:
    at += 1
    while at < len(text) and text[at : at + 1] != b'"':
        at += 2 if text[at : at + 1] == b"\\" else 1
    return min(at + 1, len(text))


def _atom_end(text: bytes, at: int) -> int:
    bracket = 0  # BODY[HEADER.FIELDS (FROM TO)] is one word
    while at < len(text) and (bracket or text[at] not in _ATOM_ENDS):
        bracket += (text[at : at + 1] == b"[") - (text[at : at + 1] == b"]")
        at += 1
    return at


def quote(text: bytes) -> bytes | None:
    """`text` as a quoted string; None where it must go as a literal."""
    if not _SAFE.fullmatch(text):
        return None
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def segments(tag: bytes, name: str, arguments: Sequence[str | bytes]) -> list[bytes]:
    """A command in the pieces it is sent in: after each but the last the server must ask for more (literals).

    `str` arguments go as they are, `bytes` as a quoted string or a literal.
    """
    pieces, line = list[bytes](), tag + b" " + name.encode("ascii")
    for argument in arguments:
        quoted = argument.encode("ascii") if isinstance(argument, str) else quote(argument)
        if quoted is not None:
            if b"\r" in quoted or b"\n" in quoted or b"\0" in quoted:
                raise ValueError("A line break inside an IMAP command.")
            line += b" " + quoted
        else:
            pieces.append(line + b" {%d}\r\n" % len(argument))
            line = argument if isinstance(argument, bytes) else b""
    return [*pieces, line + b"\r\n"]


def code_of(words: str) -> tuple[str, str]:
    """`[UIDVALIDITY 7] fine` -> ("UIDVALIDITY 7", "fine")."""
    if not words.startswith("["):
        return "", words
    code, _, rest = words[1:].partition("]")
    return code.upper(), rest.strip()


def folder_name(name: str) -> bytes:
    """A folder's name in IMAP's modified UTF-7 (RFC 3501, 5.1.3): Entwürfe -> Entw&APw-rfe."""

    def shift(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        packed = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return _NOT_BASE.sub(shift, name).encode("ascii")


def readable_folder_name(name: bytes) -> str:
    """A folder's name as people write it; where the coding is broken, as the server wrote it."""

    def shift_back(found: re.Match[str]) -> str:
        packed = found[1].replace(",", "/")
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be") if packed else "&"

    text = name.decode("utf-8", "replace")
    try:
        return _BASE.sub(shift_back, text)
    except ValueError:
        return text


def fetched(values: Sequence[Value]) -> Mapping[str, Value] | None:
    """`* 3 FETCH (UID 7 RFC822.SIZE 500)` as {"UID": 7, …}; None for another answer. Item names lose `<0>`."""
    if len(values) < 4 or not isinstance(values[2], bytes) or values[2].upper() != b"FETCH" or not isinstance(values[3], list):
        return None
    items = values[3]
    names = (name.decode("ascii", "replace").upper().partition("<")[0] for name in items[::2] if isinstance(name, bytes))
    return dict(zip(names, items[1::2], strict=False))
