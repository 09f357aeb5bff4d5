"""A request as it goes out: checked, its address and body as they are written."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from yarl import URL

from oase.kernel.http.errors import RequestRefused
from oase.kernel.http.types import FormPart, OutgoingRequest
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret


class Hop(Struct, frozen=True, kw_only=True):
    """One request, which may be one of a chain of redirects."""

    method: str
    url: URL
    headers: Mapping[str, str | Secret]
    body: bytes
    parts: tuple[FormPart, ...]

    @property
    def revealed(self) -> dict[str, str]:
        """The headers as they are written on the wire."""
        return {name: value.reveal() if isinstance(value, Secret) else value for name, value in self.headers.items()}


def url_of(text: str) -> URL:
    """The address exactly as it was given: signed addresses must not be written in another way."""
    try:
        url = URL(text, encoded=text.isascii() and text.isprintable() and " " not in text)
        host, port = url.host, url.port
    except ValueError:
        host, port, url = None, None, URL()
    if url.scheme not in ("http", "https") or not host or not port:
        raise RequestRefused(host or "?", message("only addresses with http:// or https:// are allowed"))
    return url


def first(request: OutgoingRequest) -> Hop:
    """What a request begins with; raises RequestRefused."""
    headers, body = dict(request.headers), request.body
    if request.json is not None:
        body = msgspec.json.encode(request.json)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
    address = request.url.reveal() if isinstance(request.url, Secret) else request.url
    return Hop(method=request.method.upper(), url=url_of(address), headers=headers, body=body, parts=request.parts)
