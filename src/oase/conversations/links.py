"""Links to files that we send: for providers that fetch them, and for customers whose channel cannot carry them. And links to
answers of ours that stand in public on a page of our own.

attachment --link_to--> https://…/f/<token>/<name>          token --read_link--> workspace and attachment
message --page_link--> https://…/said/<token>               token --read_page_link--> workspace and message

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
PAGE_PATH: Final = "/said"
_PURPOSE: Final = "links to files"
_PAGE_PURPOSE: Final = "links to public answers"
_PROOF_BYTES: Final = 16
_NAME_CHARACTERS: Final = 100


def linker(book: AccountBook, workspace_id: UUID) -> Callable[[UUID, str], str]:
    """Makes the link of an attachment of this workspace from its id and name."""
    key = book.key(_PURPOSE)

    def link_to(attachment_id: UUID, name: str) -> str:
        token = _token(key, workspace_id, attachment_id)
        return f"{book.url}{PATH}/{token}/{quote(name.replace('/', '_')[-_NAME_CHARACTERS:] or 'file', safe='')}"

    return link_to


def read_link(book: AccountBook, token: str) -> tuple[UUID, UUID] | None:
    """Workspace and attachment of a link's token; None if we did not make it."""
    return _read(book.key(_PURPOSE), token)


def page_link(book: AccountBook, workspace_id: UUID, message_id: UUID) -> str:
    """Where everybody reads a public answer of this workspace."""
    return f"{book.url}{PAGE_PATH}/{_token(book.key(_PAGE_PURPOSE), workspace_id, message_id)}"


def read_page_link(book: AccountBook, token: str) -> tuple[UUID, UUID] | None:
    """Workspace and message of such a link's token; None if we did not make it."""
    return _read(book.key(_PAGE_PURPOSE), token)


def _token(key: bytes, workspace_id: UUID, id: UUID) -> str:
    body = workspace_id.bytes + id.bytes
    return base64.urlsafe_b64encode(body + _proof(key, body)).decode()


def _read(key: bytes, token: str) -> tuple[UUID, UUID] | None:
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, proof = content[:-_PROOF_BYTES], content[-_PROOF_BYTES:]
    if len(body) != 32 or not hmac.compare_digest(proof, _proof(key, body)):
        return None
    return UUID(bytes=body[:16]), UUID(bytes=body[16:])


def _proof(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_PROOF_BYTES]
