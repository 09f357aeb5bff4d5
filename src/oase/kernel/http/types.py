"""A request to the outside and its answer, as values."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from msgspec import Struct

from oase.kernel.secrets import Secret

MEGABYTE: Final = 1_000_000


class FormPart(Struct, frozen=True, kw_only=True):
    """One part of a multipart/form-data body (RFC 7578)."""

    name: str
    content: bytes
    filename: str = ""
    type: str = "text/plain"


class OutgoingRequest(Struct, frozen=True, kw_only=True):
    """One request. At most one of `json`, `parts` and `body`. Secret headers and addresses are revealed only on the wire.

    `timeout` covers everything from the wait for a free connection to the last byte of the answer. `redirects` says how many
    are followed; each hop is guarded, and secrets do not leave the origin that they were meant for. `http2`: over HTTP/2 (no
    redirects, no `parts`), with a kept connection for each such name, as Apple wants one for each of its developers' teams.
    """

    method: str
    url: str | Secret
    headers: Mapping[str, str | Secret] = {}
    json: Any = None
    parts: tuple[FormPart, ...] = ()
    body: bytes = b""
    timeout: timedelta = timedelta(seconds=20)
    redirects: int = 0
    limit_bytes: int = 10 * MEGABYTE
    http2: str = ""


class OutgoingResponse(Struct, frozen=True, kw_only=True):
    """A whole answer. Header names are in lower case; `url` is where it came from after redirects."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    url: str = ""


class Answer(Protocol):
    """An answer whose body is still coming."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names in lower case."""
        ...

    @property
    def url(self) -> str:
        """Where it came from after redirects."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece, unpacked; raises NoAnswer when it breaks off, AnswerTooLarge past the limit."""
        ...
