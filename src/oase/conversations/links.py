"""Links to files that we send: for providers that fetch them, and for customers whose channel cannot carry them.

attachment --link_to--> https://…/f/<token>/<name>          token --read_link--> workspace and attachment

Whoever has the link can read the file, as whoever has the message can. It ends with the file: by erasure, by retention.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Final
from urllib.parse import quote
from uuid import UUID

from oase.channels import AccountBook

PATH: Final = "/f"
_PURPOSE: Final = "links to files"
_PROOF_BYTES: Final = 16
_NAME_CHARACTERS: Final = 100


def linker(book: AccountBook, workspace_id: UUID) -> Callable[[UUID, str], str]:
    """Makes the link of an attachment of this workspace from its id and name."""
    key = book.key(_PURPOSE)

    def link_to(attachment_id: UUID, name: str) -> str:
        body = workspace_id.bytes + attachment_id.bytes
        token = base64.urlsafe_b64encode(body + _proof(key, body)).decode()
        return f"{book.url}{PATH}/{token}/{quote(name.replace('/', '_')[-_NAME_CHARACTERS:] or 'file', safe='')}"

    return link_to


def read_link(book: AccountBook, token: str) -> tuple[UUID, UUID] | None:
    """Workspace and attachment of a link's token; None if we did not make it."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, proof = content[:-_PROOF_BYTES], content[-_PROOF_BYTES:]
    if len(body) != 32 or not hmac.compare_digest(proof, _proof(book.key(_PURPOSE), body)):
        return None
    return UUID(bytes=body[:16]), UUID(bytes=body[16:])


def _proof(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_PROOF_BYTES]
