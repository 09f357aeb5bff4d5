"""A small HTTP/2 server with TLS on hyper-h2, which answers as a test wants, and can go away as real ones do."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from tests.servers import certificates


@dataclass(frozen=True)
class Request:
    """A whole request; names of headers in lower case, those of HTTP/2 itself with their colon. `connection` counts from one."""

    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Response:
    """What is answered. `last`: the server goes away behind it (GOAWAY), as servers do that are restarted."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    last: bool = False


Handler = Callable[[Request], Awaitable[Response | None]]


class Server:
    """Connections, and what came over them. A handler that gives None breaks the connection off without an answer."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        self.connections += 1
        with suppress(ConnectionError, ssl.SSLError):
            await _Connection(self._handler, self.connections, reader, writer).run()
        writer.close()


class _Connection:
    def __init__(self, handler: Handler, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._handler, self._number, self._reader, self._writer = handler, number, reader, writer
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._open: dict[int, tuple[dict[str, str], bytearray]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        self._h2.initiate_connection()
        self._flush()
        try:
            while data := await self._reader.read(65_536):
                for event in self._h2.receive_data(data):
                    self._take(event)
                self._flush()
        finally:
            for task in self._tasks:
                task.cancel()

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            headers = dict(event.headers)  # type: ignore[arg-type]
            assert len(headers) == len(event.headers), "A header came twice."
            self._open[event.stream_id] = headers, bytearray()
        elif isinstance(event, DataReceived):
            self._open[event.stream_id][1].extend(event.data)
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            headers, body = self._open.pop(event.stream_id)
            task = asyncio.create_task(self._answer(event.stream_id, Request(headers, bytes(body), self._number)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, stream: int, request: Request) -> None:
        response = await self._handler(request)
        if response is None:
            self._writer.transport.abort()
            return
        self._h2.send_headers(
            stream, [(":status", str(response.status)), *response.headers.items()], end_stream=not response.body
        )
        if response.body:
            self._h2.send_data(stream, response.body, end_stream=True)
        if response.last:
            self._h2.close_connection()
        self._flush()
        if response.last:
            self._writer.close()

    def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())


@asynccontextmanager
async def serving(handler: Handler, folder: Path) -> AsyncIterator[tuple[Server, ssl.SSLContext]]:
    """The server, and what its clients have to trust. `folder` takes its certificate."""
    certificates.make(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.set_alpn_protocols(["h2"])
    server = Server(handler)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server, ssl.create_default_context(cafile=str(folder / "ca.pem"))
    finally:
        listening.close()
