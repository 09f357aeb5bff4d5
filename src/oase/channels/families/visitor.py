"""What our own public pages and their adapters agree on: sessions of visitors, signatures, references to uploaded files.

    server: session_key(secret, visitor, until, who) --hello--> browser keeps it
    browser: sign(key, purpose, bytes) --query v, u, w, s--> server derives the key again and compares; nothing is stored

The key never travels again after the hello; a delivery in the journal holds a signature over its own bytes, which is no
credential. `who` is what a signed-in user's token said (base64url JSON), bound into the key, so a browser cannot change it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from oase.channels.contract import Forged
from oase.channels.families.json_in_the_wild import sound
from oase.kernel.secrets import Secret

_VISITOR: Final = re.compile(r"[vu][A-Za-z0-9_-]{22}")
_WHO_LENGTH: Final = 16_000
_LIVE: Final = UUID("6f617365-0000-5000-8000-766973697472")
T = TypeVar("T")


class Who(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a company's own server vouches for about a signed-in user."""

    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    fields: Mapping[str, str] = {}


class Session(Struct, frozen=True, kw_only=True):
    """A visitor's session as the browser shows it: everything but the key. `until` is in seconds since 1970."""

    visitor: str
    until: int
    who: str = ""


class FileRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An uploaded file, as its signed reference carries it. `blob` is the key in our storage, `until` seconds since 1970."""

    blob: str
    name: str
    type: str
    size_bytes: int
    visitor: str
    until: int
    width: int = 0
    height: int = 0


def visitor_of_user(account_id: str, user_id: str) -> str:
    """The visitor id of a company's signed-in user: the same on all of that user's devices."""
    return "u" + _encode(hashlib.sha256(f"{account_id}\n{user_id}".encode()).digest()[:16])


def anonymous_visitor(random: bytes) -> str:
    """A new visitor id from 16 random bytes."""
    return "v" + _encode(random[:16])


def live_key(account_id: str, visitor: str) -> UUID:
    """The key of live events (topic "visitor") for this visitor: known before an identity exists."""
    return uuid5(_LIVE, f"{account_id}\n{visitor}")


def session_key(secret: Secret, session: Session) -> str:
    """The key that the browser signs with, as text."""
    text = f"session\n{session.visitor}\n{session.until}\n{session.who}"
    return _encode(_mac(secret.reveal().encode(), text.encode()))


def sign(key: str, purpose: str, content: bytes) -> str:
    """The signature of `content` for one purpose ("deliver", "stream", …)."""
    return _encode(_mac(key.encode(), purpose.encode() + b"\n" + content))


def session_of(query: Mapping[str, str]) -> Session:
    """The session named in a request's query; raises Forged if it is none."""
    visitor, until = query.get("v", ""), query.get("u", "")
    if not _VISITOR.fullmatch(visitor) or not until.isascii() or not until.isdigit() or len(until) > 12:
        raise Forged("The request names no visitor's session.")
    who = query.get("w", "")
    if not who.isascii() or len(who) > _WHO_LENGTH:
        raise Forged("The session's claims are not of ours.")
    return Session(visitor=visitor, until=int(until), who=who)


def check_signed(query: Mapping[str, str], purpose: str, content: bytes, secrets: Iterable[Secret], now: datetime) -> Session:
    """The session that signed `content`; raises Forged unless one of the account's secrets made it and it still lasts."""
    session = session_of(query)
    if session.until < now.timestamp():
        raise Forged("The visitor's session is over.")
    given = query.get("s", "")
    expected = [sign(session_key(secret, session), purpose, content) for secret in secrets if secret]
    if not any(_same(given, signature) for signature in expected):
        raise Forged("The signature does not belong to the visitor's session.")
    return session


def pack_who(who: Who) -> str:
    """A user's claims as they travel in a session."""
    return _encode(msgspec.json.encode(who))


def unpack_who(text: str) -> Who:
    """The claims again; nobody, if there are none. Only for sessions whose signature was checked."""
    try:
        return msgspec.json.decode(_decode(text), type=Who) if text else Who()
    except ValueError:
        return Who()


def pack_file(secret: Secret, ref: FileRef) -> str:
    """A reference that only this account's server can make."""
    return _pack(secret, "file", msgspec.json.encode(ref))


def unpack_file(text: str, secrets: Iterable[Secret]) -> FileRef:
    """The file behind a reference; raises Forged. The caller checks visitor and `until`."""
    return _unpack(text, "file", secrets, FileRef)


def read_file(body: str) -> FileRef:
    """The file in a reference whose signature was checked before; raises ValueError."""
    return msgspec.json.decode(sound(_decode(body)), type=FileRef)


def sign_page(secret: Secret, content: bytes) -> str:
    """The signature with which our own hosted page hands a submission to its adapter."""
    return _encode(_mac(secret.reveal().encode(), b"page\n" + content))


def check_page(signature: str, content: bytes, secrets: Iterable[Secret]) -> None:
    """Raises Forged unless our own page made this submission."""
    if not any(_same(signature, sign_page(secret, content)) for secret in secrets if secret):
        raise Forged("The submission was not made by this form's own page.")


def _pack(secret: Secret, purpose: str, content: bytes) -> str:
    return f"{_encode(content)}.{_encode(_mac(secret.reveal().encode(), purpose.encode() + b'|' + content)[:16])}"


def _unpack(text: str, purpose: str, secrets: Iterable[Secret], type_: type[T]) -> T:
    body, _, signature = text.partition(".")
    try:
        content = _decode(body)
        expected = [
            _encode(_mac(secret.reveal().encode(), purpose.encode() + b"|" + content)[:16]) for secret in secrets if secret
        ]
        if any(_same(signature, one) for one in expected):
            return msgspec.json.decode(content, type=type_)
    except ValueError:
        pass
    raise Forged("The reference to the file was not made by this account.")


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
