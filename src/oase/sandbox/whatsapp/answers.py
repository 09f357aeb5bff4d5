"""Answers of the simulated Graph: JSON as Meta sends it, bare errors, and connections that break off."""

import asyncio
from typing import Any, cast

import msgspec
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from oase.sandbox.whatsapp.errors import trace_id

Answer = Response[Any]
TRANSPORT = "oase.sandbox.transport"


def json_answer(content: object, status: int = 200) -> Answer:
    """A JSON answer with Graph's headers."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/json; charset=UTF-8",
        headers={"facebook-api-version": "v23.0", "x-fb-trace-id": trace_id()},
    )


def plain_error(status: int) -> Answer:
    """An error of a machine in between: no Graph body."""
    return Response(f"<html><body>HTTP {status}</body></html>".encode(), status_code=status, media_type="text/html")


class Cut(Response[bytes]):
    """An answer that never arrives, or breaks off after `part` of `length` bytes."""

    def __init__(self, part: bytes = b"", *, length: int = 0, media_type: str = "application/json") -> None:
        super().__init__(part, media_type=media_type)
        self._part, self._length, self._type = part, length, media_type

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """The ASGI side of it."""
        return _Broken(self._part, self._length, self._type)


class _Broken(ASGIResponse):
    def __init__(self, part: bytes, length: int, media_type: str) -> None:
        super().__init__(body=part, media_type=media_type)
        self._part, self._length, self._type = part, length, media_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = cast("asyncio.Transport | None", dict(scope).get(TRANSPORT))
        if self._part or transport is None:
            length = str(max(self._length, 512)).encode()
            headers = [(b"content-type", self._type.encode()), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self._part, "more_body": True})
        if transport is not None:
            await asyncio.sleep(0.01 if self._part else 0)
            transport.abort()
            await asyncio.sleep(0)


def with_cuts(app: ASGIApp) -> ASGIApp:
    """Wraps an application so that a cut shows as a closed connection without any byte of an answer (uvicorn)."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            cast("dict[str, Any]", scope)[TRANSPORT] = transport
        await app(scope, receive, send)

    return wrapped
