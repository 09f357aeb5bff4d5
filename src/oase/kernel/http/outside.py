"""The way out: one aiohttp session for the process, kept connections, limits, and exact words on what became of a request.

What was sent is known from the session's own trace: the flag is raised when the head of the request is handed to the
connection. Before that, whatever happens, nothing left this machine; after that, the other side may have acted.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from time import perf_counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, Self

import aiohttp
import structlog
from aiohttp import ClientResponse, ClientSession, ClientTimeout, TraceConfig
from yarl import URL

from oase.kernel.http.errors import AnswerTooLarge, ConnectionNotMade, NoAnswer, RequestRefused
from oase.kernel.http.guard import AddressRefusedError, Guard
from oase.kernel.http.hop import Hop, first, url_of
from oase.kernel.http.types import Answer, FormPart, OutgoingRequest, OutgoingResponse
from oase.kernel.i18n import Message, message
from oase.kernel.metrics import counter, histogram
from oase.kernel.secrets import Secret

if TYPE_CHECKING:
    from oase.kernel.http.http2 import Http2

_CONNECT_SECONDS: Final = 10
# Shorter than the shortest time after which usual servers close an idle connection (Node.js: 5 s), so that a request is
# hardly ever written into a connection that is just being closed: that would be a NoAnswer for nothing.
_KEEP_ALIVE_SECONDS: Final = 4
_DNS_SECONDS: Final = 60
_CHUNK_BYTES: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TIED_TO_ORIGIN: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_TIED_TO_BODY: Final = frozenset({"content-type", "content-length", "content-encoding"})

_log = structlog.get_logger("oase.http")
_RESULTS = counter("outgoing_requests", "Requests to the outside, by what became of them.", ("result",))
_SECONDS = histogram("outgoing_seconds", "Time from a request to the outside to the head of its answer.")


class _Answer:
    """An answer whose body is still coming."""

    def __init__(self, response: ClientResponse, host: str, limit_bytes: int) -> None:
        self._response, self._host, self._limit_bytes = response, host, limit_bytes
        self.status = response.status
        self.url = str(response.url)
        self.headers: Mapping[str, str] = _joined(response)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, unpacked; see `Answer.chunks`."""
        total = 0
        try:
            async for chunk in self._response.content.iter_chunked(_CHUNK_BYTES):
                total += len(chunk)
                if total > self._limit_bytes:
                    break
                yield chunk
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            failure: NoAnswer = NoAnswer(self._host, _why_broken(error), status=self.status)
        else:
            if total <= self._limit_bytes:
                return
            failure = AnswerTooLarge(self._host, message("it is larger than allowed"), status=self.status)
        self._response.close()
        raise failure


class _Way:
    """What a chain of requests has come to so far: whether any of it was sent."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False


class Outside:
    """Sends requests to the outside. One per process; to be closed at its end."""

    def __init__(
        self,
        guard: Guard | None = None,
        *,
        connections: int = 200,
        connections_per_host: int = 20,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard or Guard()
        self._limits = connections, connections_per_host
        self._trust = trust
        self._session: ClientSession | None = None
        self._http2: Http2 | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes all connections."""
        if self._session:
            await self._session.close()
            self._session = None
        if self._http2:
            await self._http2.close()
            self._http2 = None

    async def send(self, request: OutgoingRequest) -> OutgoingResponse:
        """The whole answer, whatever its status. Raises ConnectionNotMade, RequestRefused, NoAnswer, AnswerTooLarge."""
        if request.http2:
            return await self._over_http2(request)
        async with self.stream(request) as answer:
            body = b"".join([chunk async for chunk in answer.chunks()])
            return OutgoingResponse(status=answer.status, headers=answer.headers, body=body, url=answer.url)

    @asynccontextmanager
    async def stream(self, request: OutgoingRequest) -> AsyncIterator[Answer]:
        """The answer as soon as its head is there; its body through `chunks()`. Raises as `send` does."""
        response = await self._follow(request)
        try:
            yield _Answer(response, response.url.host or "", request.limit_bytes)
        finally:
            # Read to the end: the connection is kept. Left early: it is closed, not drained.
            response.close()

    async def _follow(self, request: OutgoingRequest) -> ClientResponse:
        hop, way = first(request), _Way()
        for left in range(request.redirects, -1, -1):
            response = await self._once(hop, request.timeout.total_seconds(), way)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or not location or not left:
                break
            response.release()
            hop = _next(hop, response.status, location)
        return response

    async def _once(self, hop: Hop, seconds: float, way: _Way) -> ClientResponse:
        host, start = hop.url.host or "", perf_counter()
        await _notice_closed_connections()
        try:
            response = await self._ready().request(
                hop.method,
                hop.url,
                headers=hop.revealed,
                data=_form(hop.parts) if hop.parts else _body(hop.body) if hop.body else None,
                allow_redirects=False,
                timeout=ClientTimeout(total=seconds, sock_connect=min(_CONNECT_SECONDS, seconds)),
                trace_request_ctx=way,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            failure = _failure(error, host, way)
        else:
            _answered(hop, response.status, start)
            return response
        raise _failed(hop, failure)  # outside of the except clause: aiohttp's own errors hold the whole address

    async def _over_http2(self, request: OutgoingRequest) -> OutgoingResponse:
        from oase.kernel.http.http2 import Http2  # a library that only few processes need

        hop, start = first(request), perf_counter()
        if self._http2 is None:
            self._http2 = Http2(self._guard, self._trust)
        try:
            response = await self._http2.send(hop, request)
        except (ConnectionNotMade, NoAnswer) as failure:
            raise _failed(hop, failure) from None
        _answered(hop, response.status, start)
        return response

    def _ready(self) -> ClientSession:
        if self._session is None:
            total, per_host = self._limits
            connector = aiohttp.TCPConnector(
                limit=total,
                limit_per_host=per_host,
                keepalive_timeout=_KEEP_ALIVE_SECONDS,
                ttl_dns_cache=_DNS_SECONDS,
                socket_factory=self._guard.socket,
                ssl=self._trust or True,
            )
            self._session = ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_trace()],
                headers={"User-Agent": "Oase"},
            )
        return self._session


def _answered(hop: Hop, status: int, start: float) -> None:
    _RESULTS.labels("answered").inc()
    _SECONDS.observe(perf_counter() - start)
    _log.debug("outgoing request", host=hop.url.host, method=hop.method, status=status)


def _failed(hop: Hop, failure: ConnectionNotMade | NoAnswer) -> ConnectionNotMade | NoAnswer:
    _RESULTS.labels("no_answer" if isinstance(failure, NoAnswer) else "not_sent").inc()
    _log.info("outgoing request failed", host=hop.url.host, method=hop.method, error=str(failure))
    return failure


def _trace() -> TraceConfig:
    trace = TraceConfig()

    async def about_to_send(
        _session: ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        context.trace_request_ctx.sent = True

    trace.on_request_headers_sent.append(about_to_send)
    return trace


def _next(hop: Hop, status: int, location: str) -> Hop:
    """The request after a redirect, as browsers do it (RFC 9110 section 15.4); what is tied to an origin stays there."""
    host = hop.url.host or ""
    try:
        url = url_of(str(hop.url.join(URL(location, encoded=True))))
    except ValueError:
        raise RequestRefused(host, message("it redirects to something that is no address")) from None
    if hop.url.scheme == "https" and url.scheme == "http":
        raise RequestRefused(host, message("it redirects from a secure to an insecure connection"))
    dropped = _TIED_TO_ORIGIN if url.origin() != hop.url.origin() else frozenset()
    method, body, parts = hop.method, hop.body, hop.parts
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method, body, parts, dropped = "GET", b"", (), dropped | _TIED_TO_BODY
    headers = {
        name: value
        for name, value in hop.headers.items()
        if name.lower() not in dropped and not (isinstance(value, Secret) and dropped >= _TIED_TO_ORIGIN)
    }
    return Hop(method=method, url=url, headers=headers, body=body, parts=parts)


async def _notice_closed_connections() -> None:
    """Lets the loop look at its sockets once, so that a kept connection that was closed meanwhile is not written into."""
    await asyncio.sleep(0)  # the sockets are looked at after this,
    await asyncio.sleep(0)  # and what was seen is done before this returns


def _body(content: bytes) -> bytes | BytesIO:
    """A large body is written piece by piece, as the other side takes it."""
    return BytesIO(content) if len(content) > _CHUNK_BYTES else content


def _form(parts: Iterable[FormPart]) -> aiohttp.FormData:
    """A form can be written only once, so each attempt gets its own."""
    form = aiohttp.FormData(default_to_multipart=True)
    for part in parts:
        if part.filename:
            form.add_field(part.name, _body(part.content), filename=part.filename, content_type=part.type)
        else:  # bare bytes would become a file, which is not what a provider reads as a value
            form.add_field(part.name, aiohttp.BytesPayload(part.content, content_type=part.type))
    return form


def _joined(response: ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _failure(error: Exception, host: str, way: _Way) -> ConnectionNotMade | NoAnswer:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressRefusedError):
        return RequestRefused(host, message("its address is in a private network"))
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # a header or an address that HTTP does not allow
        return RequestRefused(host, message("the request is not valid HTTP"))
    return NoAnswer(host, _why_broken(error)) if way.sent else ConnectionNotMade(host, _why_not_made(error))


def _why_not_made(error: Exception) -> Message:
    if isinstance(error, TimeoutError):
        return message("it did not take the connection in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return message("its name is not known")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return message("its certificate is not valid")
    if isinstance(error, aiohttp.ClientSSLError):
        return message("no secure connection could be agreed on")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return message("it refuses connections")
    return message("the network gave an error")


def _why_broken(error: Exception) -> Message:
    if isinstance(error, TimeoutError):
        return message("it took too long")
    if isinstance(error, aiohttp.ClientPayloadError):
        return message("the answer broke off")
    if isinstance(error, aiohttp.ClientResponseError):
        return message("the answer is not valid HTTP")
    return message("the connection was closed")
