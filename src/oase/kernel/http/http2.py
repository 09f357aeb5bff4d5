"""HTTP/2 to the outside, for providers that speak nothing else (Apple's push service): kept connections, many requests at once.

By httpcore, which Litestar brings anyway; the guard decides over each address, as in `outside`.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore
from httpcore import AsyncConnectionPool, AsyncNetworkBackend, AsyncNetworkStream

from oase.kernel.http.errors import AnswerTooLarge, ConnectionNotMade, NoAnswer, RequestRefused
from oase.kernel.http.guard import AddressRefusedError, Guard
from oase.kernel.http.hop import Hop
from oase.kernel.http.types import OutgoingRequest, OutgoingResponse
from oase.kernel.i18n import Message, message

_CONNECT_SECONDS: Final = 10.0
_KEPT_SECONDS: Final = 300.0  # Apple asks for connections that stay; networks in between forget quiet ones after some minutes
_CONNECTIONS: Final = 4  # each carries up to a hundred requests at once


class Http2:
    """The connections of a process, by name and server."""

    def __init__(self, guard: Guard, trust: ssl.SSLContext | None = None) -> None:
        self._guard, self._trust = guard, trust
        self._pools: dict[str, AsyncConnectionPool] = {}

    async def close(self) -> None:
        """Closes all connections."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def send(self, hop: Hop, request: OutgoingRequest) -> OutgoingResponse:
        """The whole answer. Raises ConnectionNotMade, RequestRefused, NoAnswer, AnswerTooLarge."""
        host, sent = hop.url.host or "", asyncio.Event()

        async def trace(event: str, _info: dict[str, Any]) -> None:
            if event == "http2.send_request_headers.started":
                sent.set()

        try:
            async with asyncio.timeout(2 * request.timeout.total_seconds()):  # where httpcore waits without a limit of its own
                return await self._send(hop, request, trace)
        except AddressRefusedError:
            raise RequestRefused(host, message("its address is in a private network")) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            why = _why(error, sent.is_set())
        raise NoAnswer(host, why) if sent.is_set() else ConnectionNotMade(host, why)

    async def _send(self, hop: Hop, request: OutgoingRequest, trace: Any) -> OutgoingResponse:
        seconds = request.timeout.total_seconds()
        timeout = {"connect": min(_CONNECT_SECONDS, seconds), "read": seconds, "write": seconds, "pool": seconds}
        headers = {"User-Agent": "Oase", **hop.revealed, "Host": hop.url.host_port_subcomponent or ""}
        body, total = hop.body, 0
        if body:
            headers["Content-Length"] = str(len(body))
        async with self._pool(request.http2).stream(
            hop.method,
            str(hop.url),
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            content=body or None,
            extensions={"timeout": timeout, "trace": trace},
        ) as answer:
            pieces: list[bytes] = []
            async for piece in answer.aiter_stream():
                total += len(piece)
                if total > request.limit_bytes:
                    why = message("it is larger than allowed")
                    raise AnswerTooLarge(hop.url.host or "", why, status=answer.status)
                pieces.append(piece)
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        return OutgoingResponse(status=answer.status, headers=found, body=b"".join(pieces), url=str(hop.url))

    def _pool(self, name: str) -> AsyncConnectionPool:
        if name not in self._pools:
            self._pools[name] = AsyncConnectionPool(
                ssl_context=self._trust or ssl.create_default_context(),
                max_connections=_CONNECTIONS,
                keepalive_expiry=_KEPT_SECONDS,
                http1=False,
                http2=True,
                network_backend=_Guarded(self._guard),
            )
        return self._pools[name]


class _Guarded(AsyncNetworkBackend):
    """Connects to the addresses of a name that the guard allows, one after the other."""

    def __init__(self, guard: Guard) -> None:
        self._guard, self._backend = guard, httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """A connection; raises AddressRefusedError if the guard allows none of the name's addresses."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        allowed = [str(one[4][0]) for one in found if self._guard.allows(str(one[4][0]), port)]
        failure: Exception = AddressRefusedError()
        for address in allowed:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _why(error: Exception, sent: bool) -> Message:
    """In the same words as `outside`."""
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return message("it took too long") if sent else message("it did not take the connection in time")
    if isinstance(error, socket.gaierror):
        return message("its name is not known")
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return message("its certificate is not valid")
    if isinstance(cause, ssl.SSLError):
        return message("no secure connection could be agreed on")
    if isinstance(error, httpcore.ConnectError):
        return message("it refuses connections")
    if isinstance(error, httpcore.ProtocolError) and not sent:
        return message("it speaks no HTTP/2")
    return message("the connection was closed") if sent else message("the network gave an error")
