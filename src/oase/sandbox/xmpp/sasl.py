"""Signing in: PLAIN (RFC 4616), SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), as RFC 6120, section 6 carries them."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

MECHANISMS: Final[Mapping[str, str]] = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1", "PLAIN": ""}
_ROUNDS: Final = 4096
_SALT: Final = secrets.token_bytes(16)


class Failed(Exception):
    """It failed, with this condition of RFC 6120, 6.5."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class Challenge(msgspec.Struct, frozen=True):
    """What the client must answer."""

    data: bytes


class Success(msgspec.Struct, frozen=True):
    """Who has signed in, and what the client is told with it."""

    user: str
    data: bytes


def encoded(data: bytes) -> str:
    """As it stands in the stream: "=" is nothing that was said."""
    return base64.b64encode(data).decode() or "="


def decoded(text: str) -> bytes:
    """The other way; raises Failed."""
    try:
        return b"" if text == "=" else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Failed("incorrect-encoding") from None


class Exchange:
    """One attempt. `passwords`: by user; `domain`: of their addresses."""

    def __init__(self, mechanism: str, passwords: Mapping[str, str], domain: str) -> None:
        if mechanism not in MECHANISMS:
            raise Failed("invalid-mechanism")
        self._hash = MECHANISMS[mechanism]
        self._passwords, self._domain = passwords, domain
        self._user = self._binding = self._nonce = self._said = ""

    def step(self, data: bytes | None) -> Challenge | Success:
        """What follows from the client's words; None: it has said nothing yet. Raises Failed."""
        if data is None:
            return Challenge(b"")
        try:
            words = data.decode()
        except UnicodeDecodeError:
            raise Failed("malformed-request") from None
        if not self._hash:
            return self._plain(words)
        return self._last(words) if self._said else self._first(words)

    def _plain(self, words: str) -> Success:
        parts = words.split("\0")
        if len(parts) != 3:
            raise Failed("malformed-request")
        for_whom, user, password = parts
        known = hmac.compare_digest(self._passwords.get(user, "").encode(), password.encode())
        if not known or user not in self._passwords:
            raise Failed("not-authorized")
        self._only_oneself(for_whom, user)
        return Success(user, b"")

    def _only_oneself(self, for_whom: str, user: str) -> None:
        if for_whom not in ("", f"{user}@{self._domain}"):
            raise Failed("invalid-authzid")

    def _first(self, words: str) -> Challenge:
        binding, for_whom, bare = [*words.split(",", 2), "", ""][:3]
        given = _pairs(bare)
        if binding not in ("n", "y") or "m" in given or not given.get("n") or not given.get("r"):
            raise Failed("malformed-request")
        self._user = _name(given["n"])
        self._only_oneself(_name(for_whom.removeprefix("a=")), self._user)
        self._binding = f"{binding},{for_whom},"
        self._nonce = given["r"] + secrets.token_urlsafe(18)
        offered = f"r={self._nonce},s={encoded(_SALT)},i={_ROUNDS}"
        self._said = f"{bare},{offered}"
        return Challenge(offered.encode())

    def _last(self, words: str) -> Success:
        unproven, comma, proof = words.rpartition(",p=")
        given = _pairs(unproven)
        if not comma or decoded(given.get("c", "")) != self._binding.encode() or given.get("r") != self._nonce:
            raise Failed("malformed-request")
        salted = _salted(self._hash, self._passwords.get(self._user, secrets.token_hex(8)))
        signed = f"{self._said},{unproven}".encode()
        client = hmac.digest(salted, b"Client Key", self._hash)
        stored = hashlib.new(self._hash, client).digest()
        wanted = bytes(a ^ b for a, b in zip(client, hmac.digest(stored, signed, self._hash), strict=True))
        if not hmac.compare_digest(decoded(proof), wanted):
            raise Failed("not-authorized")
        server = hmac.digest(salted, b"Server Key", self._hash)
        return Success(self._user, b"v=" + encoded(hmac.digest(server, signed, self._hash)).encode())


@lru_cache(maxsize=64)
def _salted(algorithm: str, password: str) -> bytes:
    return hashlib.pbkdf2_hmac(algorithm, password.encode(), _SALT, _ROUNDS)


def _pairs(words: str) -> dict[str, str]:
    return {one[0]: one[2:] for one in words.split(",") if one[1:2] == "="}


def _name(words: str) -> str:
    return words.replace("=2C", ",").replace("=3D", "=")
