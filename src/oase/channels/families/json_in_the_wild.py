"""Reading JSON as it comes: quickly when it is sound, with replacement characters where single characters are not.

A body with a NUL, half a surrogate pair or a wrong byte in one string must not cost the whole delivery: neither the
parser's patience nor the database's (PostgreSQL takes no NUL in a text). Such characters become U+FFFD.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from oase.channels.contract import Malformed, NoReply, Reply

T = TypeVar("T")

Unreadable = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""What the decoders raise for input that is not what they expect."""

_ESCAPE = re.compile(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)", re.DOTALL)


class Incomplete(ValueError):
    """An item does not hold what its kind promises; the text says what is missing."""


def sound(body: bytes) -> bytes:
    """The same JSON text without NUL, lone surrogates and bytes that are not UTF-8."""
    if b"\\u0000" not in body and b"\\ud" not in body and b"\\uD" not in body and _is_utf8(body):
        return body
    return _ESCAPE.sub(_mended, body.decode("utf-8", "replace").encode())


def decode(body: bytes | msgspec.Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decodes; raises Malformed with the reason and its place in the JSON."""
    try:
        return decoder.decode(body)
    except Unreadable as error:
        raise Malformed(reason(error)) from None


def reason(error: BaseException) -> str:
    """What a decoder complained about, in a sentence that quotes nothing of the content."""
    if isinstance(error, Incomplete):
        return str(error)
    if isinstance(error, RecursionError):
        return "The JSON is nested too deeply."
    if isinstance(error, UnicodeDecodeError):
        return "The JSON is not written in UTF-8."
    if isinstance(error, msgspec.DecodeError):
        return f"The JSON cannot be read: {error}."[:300]
    return "A number or a time in it cannot be read."


def as_mapping(raw: msgspec.Raw) -> dict[str, Any]:
    """Any JSON value as a mapping, for showing what is not understood; never raises."""
    try:
        value = msgspec.json.decode(raw)
    except Unreadable:
        return {}
    return value if isinstance(value, dict) else {"value": value}


def object_of(reply: Reply | NoReply) -> dict[str, Any] | None:
    """The JSON object that a provider answered; None if it is something else (nothing, HTML, cut off)."""
    if isinstance(reply, NoReply):
        return None
    try:
        value = msgspec.json.decode(sound(reply.body))
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None


def answered(reply: Reply | NoReply, decoder: "msgspec.json.Decoder[T]") -> T | None:
    """What a good answer (200) holds; None for every other, and for one that is not of the form."""
    if isinstance(reply, NoReply) or reply.status != 200:
        return None
    try:
        return decoder.decode(sound(reply.body))
    except Unreadable:
        return None


def mapping(value: Any, *path: str) -> dict[str, Any]:
    """The object at a place inside; an empty one if there is none."""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, dict) else {}


def text(value: Any, key: str) -> str:
    """The text of a key; empty if there is none."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


def objects(value: Any, key: str) -> list[dict[str, Any]]:
    """The objects of a list; what is no object is left out."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mended(found: "re.Match[bytes]") -> bytes:
    high, _, single = found.groups()
    if high is None and single is not None and (single == b"0000" or single[:2].lower() in _SURROGATES):
        return b"\\ufffd"
    return found.group()


_SURROGATES = frozenset((b"d8", b"d9", b"da", b"db", b"dc", b"dd", b"de", b"df"))
