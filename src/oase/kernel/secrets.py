"""Secrets: text that must never be seen by accident, and its encryption at rest.

    text --Secret--> masked everywhere        Secret --Safe.seal--> bytes in the database --Safe.open--> Secret

The key lies in a file outside the database (`secret.key` in the data folder, mode 0600) or comes from `OASE_SECRET_KEY`.
Sealed form: one version byte, a 12-byte nonce, AES-256-GCM ciphertext with its tag; the purpose is authenticated with it,
so that a value moved to another row does not open.
"""

import base64
import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oase.kernel.errors import OaseError

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class CannotOpen(OaseError):
    """A sealed secret does not belong to this key or this purpose."""


class Secret:
    """A text whose repr, str and format are masked; `reveal()` gives the text itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text in the clear: only where it leaves for its purpose."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __bool__(self) -> bool:
        return bool(self._text)


class Safe:
    """Seals and opens secrets with one 256-bit key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key

    def seal(self, secret: Secret, *, purpose: str) -> bytes:
        """The encrypted form of `secret`, bound to `purpose` (for example `account/<id>/token`)."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, secret.reveal().encode(), purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> Secret:
        """The secret again; raises CannotOpen for another key, another purpose or damaged bytes."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _VERSION:
                raise InvalidTag
            return Secret(self._cipher.decrypt(nonce, body, purpose.encode()).decode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"The secret for {purpose} does not open with this installation's key.") from error

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (signing tokens, for example), from the installation's key."""
        return hashlib.blake2b(purpose.encode(), key=self._key, digest_size=32).digest()


def load_key(folder: Path, given: str = "") -> bytes:
    """The installation's key: `given` (base64 of 32 bytes) or the file `secret.key`, made at the first start."""
    if given:
        key = base64.b64decode(given)
    else:
        file = folder / "secret.key"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write_once(file, base64.b64encode(os.urandom(32)))
        key = base64.b64decode(file.read_bytes())
    if len(key) != 32:
        raise CannotOpen("The installation's secret key must be 32 bytes, written in base64.")
    return key


def _write_once(file: Path, content: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of this installation was faster; its key counts
        return
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
