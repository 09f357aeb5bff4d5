"""What became of a request to the outside, told exactly: against real sockets that behave well and badly."""

import asyncio
import ipaddress
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from oase.kernel.blobs import in_folder
from oase.kernel.http import (
    AnswerTooLarge,
    ConnectionNotMade,
    FormPart,
    Guard,
    NoAnswer,
    OutgoingRequest,
    Outside,
    RequestRefused,
)
from oase.kernel.i18n import translator
from oase.kernel.secrets import Secret

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
pytestmark = pytest.mark.enable_socket


class Server:
    """A server made of raw sockets. `heard` holds the requests that were read to their end."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def hear(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        self.heard.append(head + await reader.readexactly(length))
        return self.heard[-1]


@asynccontextmanager
async def serving(handler: Handler, server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    tasks: set[asyncio.Task[None] | None] = set()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        tasks.add(asyncio.current_task())
        try:
            await handler(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(once, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        still = [task for task in tasks if task]
        for task in still:
            task.cancel()
        await asyncio.gather(*still, return_exceptions=True)


def answering(server: Server, *answers: bytes) -> Handler:
    """Reads requests and gives these answers in turn; keeps the connection."""
    rest = list(answers)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while rest:
            await server.hear(reader)
            writer.write(rest.pop(0))
            await writer.drain()
        await reader.read()

    return handler


def ok(body: bytes = b"{}", head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), head, body)


def redirect(status: int, to: str) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside(Guard([ipaddress.ip_network("127.0.0.0/8")])) as outside:
        yield outside


def post(url: str, timeout: float = 5, **more: object) -> OutgoingRequest:
    return OutgoingRequest(method="POST", url=url, body=b"Hallo", timeout=timedelta(seconds=timeout), **more)  # type: ignore[arg-type]


async def test_a_good_request_has_its_answer(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok(b'{"id":"wamid.1"}', b"X-One: a\r\nX-One: b\r\n")), server):
        answer = await outside.send(post(server.url + "/v23.0/1/messages"))
    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b'{"id":"wamid.1"}', "a, b")
    assert server.heard[0].startswith(b"POST /v23.0/1/messages HTTP/1.1\r\n")
    assert server.heard[0].endswith(b"\r\n\r\nHallo")


async def test_statuses_of_failure_are_answers(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), server):
        answer = await outside.send(post(server.url))
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")


async def test_json_and_forms_are_written(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok(), ok()), server):
        await outside.send(OutgoingRequest(method="POST", url=server.url, json={"text": "Grüße 🌿"}))
        await outside.send(
            OutgoingRequest(
                method="POST",
                url=server.url,
                parts=(FormPart(name="file", content=b"%PDF", filename="Übersicht.pdf", type="application/pdf"),),
            )
        )
    assert "content-type: application/json\r\n" in server.heard[0].lower().decode()
    assert server.heard[0].endswith('{"text":"Grüße 🌿"}'.encode())
    assert b"multipart/form-data" in server.heard[1]
    assert b"Content-Type: application/pdf" in server.heard[1]


async def test_connections_are_kept(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok(), ok(), ok()), server):
        for _ in range(3):
            await outside.send(post(server.url))
    assert (server.connections, len(server.heard)) == (1, 3)


# nothing sent


async def test_a_refused_connection_sent_nothing(outside: Outside) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionNotMade, match=r"^No connection to 127\.0\.0\.1: it refuses connections\.$"):
            await outside.send(post(f"http://127.0.0.1:{closed.getsockname()[1]}"))


async def test_an_unknown_name_sent_nothing(outside: Outside) -> None:
    with pytest.raises(ConnectionNotMade, match="its name is not known"):
        await outside.send(post("http://gibt-es-nicht.invalid"))


async def test_a_connection_that_is_not_taken_in_time_sent_nothing(outside: Outside) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # a queue for one that nobody empties
        for taken in (first, second):
            taken.setblocking(False)
            taken.connect_ex(full.getsockname())
        with pytest.raises(ConnectionNotMade, match="did not take the connection in time"):
            await outside.send(post(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.3))


async def test_a_wait_for_a_free_connection_that_is_too_long_sent_nothing() -> None:
    server = Server()
    waiting, released = asyncio.Event(), asyncio.Event()

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        waiting.set()
        await released.wait()
        writer.write(ok())
        await writer.drain()

    async with Outside(Guard([ipaddress.ip_network("127.0.0.0/8")]), connections_per_host=1) as outside, serving(busy, server):
        first = asyncio.create_task(outside.send(post(server.url)))
        await waiting.wait()
        with pytest.raises(ConnectionNotMade):
            await outside.send(post(server.url, timeout=0.2))
        released.set()
        assert (await first).status == 200
    assert len(server.heard) == 1


async def test_an_untrusted_certificate_sent_nothing(outside: Outside, tmp_path: Path) -> None:
    server = Server()
    async with serving(answering(server, ok()), server, self_signed(tmp_path)):
        with pytest.raises(ConnectionNotMade, match="its certificate is not valid"):
            await outside.send(post(f"https://127.0.0.1:{server.port}"))
    assert server.heard == []


async def test_a_trusted_certificate_is_taken(tmp_path: Path) -> None:
    server = Server()
    tls = self_signed(tmp_path)
    trust = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    async with (
        Outside(Guard([ipaddress.ip_network("127.0.0.0/8")]), trust=trust) as outside,
        serving(answering(server, ok()), server, tls),
    ):
        assert (await outside.send(post(f"https://127.0.0.1:{server.port}"))).status == 200


async def test_a_server_that_speaks_no_tls_sent_nothing(outside: Outside) -> None:
    server = Server()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(plain, server):
        with pytest.raises(ConnectionNotMade, match="no secure connection"):
            await outside.send(post(f"https://127.0.0.1:{server.port}"))


# sent, no answer


async def test_closed_before_the_request_was_read_may_have_been_heard(outside: Outside) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with serving(reset, Server()) as server:
        with pytest.raises(NoAnswer, match="the connection was closed"):
            await outside.send(post(server.url))


async def test_closed_after_the_request_was_read_was_heard(outside: Outside) -> None:
    server = Server()

    async def hear_and_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)

    async with serving(hear_and_leave, server):
        with pytest.raises(NoAnswer, match="the connection was closed"):
            await outside.send(post(server.url))
    assert (len(server.heard), server.connections) == (1, 1)


async def test_a_posted_request_is_never_sent_twice_on_a_kept_connection_that_closes(outside: Outside) -> None:
    server = Server()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(ok())
        await server.hear(reader)

    async with serving(answer_once, server):
        await outside.send(post(server.url))
        with pytest.raises(NoAnswer):
            await outside.send(post(server.url))
    assert len(server.heard) == 2


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(outside: Outside) -> None:
    server = Server()
    closed = asyncio.Event()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(ok())
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with serving(answer_once, server):
        await outside.send(post(server.url))
        await closed.wait()
        assert (await outside.send(post(server.url))).status == 200
    assert server.connections == 2


async def test_a_connection_closed_at_the_last_moment_is_noticed_before_it_is_used(outside: Outside) -> None:
    heard: list[bytes] = []

    def answer_one(listening: socket.socket) -> socket.socket:
        connection, _ = listening.accept()
        heard.append(connection.recv(65_536))
        connection.sendall(ok())
        return connection

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        request = OutgoingRequest(method="POST", url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        first = asyncio.create_task(asyncio.to_thread(answer_one, listening))
        await outside.send(request)
        (await first).close()  # without giving the loop a chance to look at its sockets
        second = asyncio.create_task(asyncio.to_thread(answer_one, listening))
        assert (await outside.send(request)).status == 200
        (await second).close()
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Len", "the connection was closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "the answer broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHal", "the answer broke off"),
        (b"220 mx.example ESMTP\r\n", "the answer is not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "the answer is not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "the answer broke off"),
    ],
)
async def test_half_and_broken_answers_are_no_answers(outside: Outside, answer: bytes, why: str) -> None:
    server = Server()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(answer)
        await writer.drain()

    async with serving(half, server):
        with pytest.raises(NoAnswer, match=why):
            await outside.send(post(server.url))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"], ids=["no head", "half a body"])
async def test_an_answer_that_takes_too_long_is_no_answer(outside: Outside, start: bytes) -> None:
    server = Server()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(start)
        await reader.read()

    async with serving(slow, server):
        with pytest.raises(NoAnswer, match="it took too long"):
            await outside.send(post(server.url, timeout=0.3))


async def test_a_request_that_the_server_does_not_read_is_no_answer(outside: Outside) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async with serving(deaf, Server()) as server:
        with pytest.raises(NoAnswer, match="it took too long"):
            await outside.send(
                OutgoingRequest(method="POST", url=server.url, body=b"x" * 50_000_000, timeout=timedelta(seconds=0.5))
            )


async def test_a_too_large_answer_is_left(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok(b"x" * 200_000)), server):
        with pytest.raises(AnswerTooLarge) as caught:
            await outside.send(post(server.url, limit_bytes=100_000))
    assert caught.value.status == 200


async def test_an_answer_without_end_is_left(outside: Outside) -> None:
    server = Server()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with serving(endless, server):
        with pytest.raises(AnswerTooLarge):
            await outside.send(post(server.url, limit_bytes=1_000_000))


async def test_a_zip_bomb_is_left(outside: Outside) -> None:
    server = Server()
    bomb = zlib.compress(b"\0" * 300_000_000, 9)
    async with serving(answering(server, ok(bomb, b"Content-Encoding: deflate\r\n")), server):
        with pytest.raises(AnswerTooLarge):
            await outside.send(post(server.url))


# the guard


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://user:password@192.168.0.1/",
    ],
)
async def test_requests_to_our_own_network_are_refused(url: str) -> None:
    async with Outside() as outside:
        with pytest.raises(RequestRefused, match="its address is in a private network"):
            await outside.send(post(url))


@pytest.mark.parametrize("url", ["http://2130706433/", "http://127.1/", "http://0x7f.1/", "http://017700000001/"])
async def test_loopback_in_disguise_is_not_reached(url: str) -> None:
    async with Outside() as outside:
        with pytest.raises(ConnectionNotMade):
            await outside.send(post(url))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "//example.com",
        "example.com",
        "",
        "http://",
        "http://[",
        "https://:0/",
    ],
)
async def test_other_schemes_and_no_addresses_are_refused(outside: Outside, url: str) -> None:
    with pytest.raises(RequestRefused, match="only addresses with http"):
        await outside.send(post(url))


async def test_a_header_that_would_split_the_request_is_refused(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok()), server):
        with pytest.raises(RequestRefused, match="not valid HTTP"):
            await outside.send(post(server.url, headers={"Authorization": Secret("Bearer a\r\nX-Evil: 1")}))
    assert server.heard == []


async def test_a_path_with_line_ends_cannot_split_the_request(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok()), server):
        await outside.send(post(server.url + "/a b\r\nX-Evil: 1/ü"))
    assert b"X-Evil" not in server.heard[0].partition(b"\r\n")[2]


async def test_signed_addresses_are_sent_as_they_are(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, ok()), server):
        await outside.send(OutgoingRequest(method="GET", url=server.url + "/m%7Edia/?sig=%2Fa%3D%3d+b&x=~"))
    assert server.heard[0].startswith(b"GET /m%7Edia/?sig=%2Fa%3D%3d+b&x=~ HTTP/1.1\r\n")


async def test_large_files_are_sent_whole(outside: Outside) -> None:
    server = Server()
    content = bytes(range(256)) * 20_000
    async with serving(answering(server, ok(), ok()), server):
        await outside.send(OutgoingRequest(method="PUT", url=server.url, body=content))
        await outside.send(
            OutgoingRequest(method="POST", url=server.url, parts=(FormPart(name="f", content=content, filename="a.bin"),))
        )
    assert server.heard[0].endswith(content)
    assert content in server.heard[1]


# redirects


async def test_redirects_are_answers_unless_asked_for(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, redirect(302, "/b")), server):
        assert (await outside.send(post(server.url))).status == 302


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, b"GET", b""), (302, b"GET", b""), (303, b"GET", b""), (307, b"POST", b"Hallo"), (308, b"POST", b"Hallo")],
)
async def test_redirects_are_followed_as_browsers_do(outside: Outside, status: int, method: bytes, body: bytes) -> None:
    server = Server()
    async with serving(answering(server, redirect(status, "/neu?x=1"), ok()), server):
        answer = await outside.send(post(server.url + "/alt", redirects=3))
    assert answer.url == server.url + "/neu?x=1"
    assert server.heard[1].startswith(method + b" /neu?x=1 ")
    assert server.heard[1].partition(b"\r\n\r\n")[2] == body


async def test_only_so_many_redirects_are_followed(outside: Outside) -> None:
    server = Server()
    async with serving(answering(server, *[redirect(302, "/runde")] * 5), server):
        assert (await outside.send(post(server.url, redirects=2))).status == 302
    assert len(server.heard) == 3


async def test_every_hop_passes_the_guard() -> None:
    server = Server()
    async with serving(answering(server, redirect(302, "http://169.254.169.254/latest/meta-data/")), server):
        outside = Outside(Guard(endpoints=[("127.0.0.1", server.port)]))
        with pytest.raises(RequestRefused):
            await outside.send(post(server.url, redirects=3))
        await outside.close()
    assert len(server.heard) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[", "javascript:alert(1)"])
async def test_redirects_to_nowhere_are_refused(outside: Outside, location: str) -> None:
    server = Server()
    async with serving(answering(server, redirect(302, location)), server):
        with pytest.raises(RequestRefused):
            await outside.send(post(server.url, redirects=3))


async def test_secrets_stay_with_their_origin(outside: Outside) -> None:
    first, second = Server(), Server()
    async with serving(answering(second, ok()), second), serving(answering(first, redirect(307, f"{second.url}/x")), first):
        headers = {"Authorization": "Bearer a", "X-Api-Key": Secret("geheim"), "X-Plain": "1"}
        await outside.send(post(first.url, headers=headers, redirects=1))
    assert b"geheim" in first.heard[0]
    assert b"Bearer a" in first.heard[0]
    assert b"geheim" not in second.heard[0]
    assert b"Bearer a" not in second.heard[0]
    assert b"X-Plain: 1" in second.heard[0]


# secrets and words


async def test_errors_hold_no_part_of_the_address_but_its_host(outside: Outside) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionNotMade) as caught:
            await outside.send(post(f"http://127.0.0.1:{closed.getsockname()[1]}/bot4711:geheim/sendMessage?token=geheim"))
    error: BaseException | None = caught.value
    seen = ""
    while error:
        seen += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    assert "geheim" not in seen


async def test_errors_can_be_said_in_german(outside: Outside) -> None:
    with pytest.raises(RequestRefused) as caught:
        await outside.send(post("ftp://example.com"))
    german = "Keine Verbindung zu example.com: nur Adressen mit http:// oder https:// sind erlaubt."
    assert translator("de").text(caught.value) == german


# streams


async def test_a_download_comes_piece_by_piece(outside: Outside) -> None:
    server = Server()
    good = answering(server, ok(bytes(range(256)) * 4_000))
    async with serving(good, server), outside.stream(OutgoingRequest(method="GET", url=server.url)) as answer:
        pieces = [piece async for piece in answer.chunks()]
    assert (len(pieces) > 5, b"".join(pieces)) == (True, bytes(range(256)) * 4_000)


async def test_a_download_goes_straight_into_the_blobs(outside: Outside, tmp_path: Path) -> None:
    server, blobs = Server(), in_folder(tmp_path)
    good = answering(server, ok(b"\x89PNG" * 100_000))
    async with serving(good, server), outside.stream(OutgoingRequest(method="GET", url=server.url)) as answer:
        assert await blobs.put("w1/media/a", answer.chunks()) == 400_000
    assert await blobs.size("w1/media/a") == 400_000


async def test_a_download_past_its_limit_leaves_nothing_in_the_blobs(outside: Outside, tmp_path: Path) -> None:
    server, blobs = Server(), in_folder(tmp_path)
    large = answering(server, ok(b"x" * 400_000))
    async with (
        serving(large, server),
        outside.stream(OutgoingRequest(method="GET", url=server.url, limit_bytes=300_000)) as answer,
    ):
        with pytest.raises(AnswerTooLarge):
            await blobs.put("w1/media/a", answer.chunks())
    assert [key async for key in blobs.keys("w1")] == []


async def test_a_download_that_breaks_off_says_so(outside: Outside) -> None:
    server = Server()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.hear(reader)
        writer.write(ok(b"x" * 200_000)[:100_000])
        await writer.drain()

    async with serving(half, server), outside.stream(OutgoingRequest(method="GET", url=server.url)) as answer:
        with pytest.raises(NoAnswer, match="the answer broke off"):
            [piece async for piece in answer.chunks()]


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
