"""HTTP/2 to the outside: one connection for many requests, and exact words on what became of each, as for HTTP/1.1."""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio
from tests.servers import certificates
from tests.servers.http2 import Handler, Request, Response, Server, serving

from oase.kernel.http import AnswerTooLarge, ConnectionNotMade, Guard, NoAnswer, OutgoingRequest, Outside, RequestRefused
from oase.kernel.secrets import Secret

pytestmark = pytest.mark.enable_socket
HERE = Guard(networks=[ip_network("127.0.0.0/8"), ip_network("::1/128")])


class Ground:
    """A server with its client; `answer` may be changed by the test."""

    def __init__(self) -> None:
        self.heard: list[Request] = []
        self.answers: list[Response | None] = []
        self.server: Server
        self.outside: Outside

    async def handle(self, request: Request) -> Response | None:
        self.heard.append(request)
        return self.answers.pop(0) if self.answers else Response(200, {"x-heard": str(len(self.heard))}, b"ok")

    def request(self, path: str = "/3/device/ab", **more: object) -> OutgoingRequest:
        return OutgoingRequest(
            method="POST", url=self.server.url + path, json={"text": "Grüße"}, http2="team", timeout=timedelta(seconds=5), **more
        )  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """One of them."""
    ground = Ground()
    handler: Handler = ground.handle
    async with serving(handler, tmp_path) as (ground.server, trust), Outside(HERE, trust=trust) as ground.outside:
        yield ground


async def test_many_requests_share_one_connection_and_another_name_has_its_own(ground: Ground) -> None:
    await ground.outside.send(ground.request())
    answers = await asyncio.gather(*(ground.outside.send(ground.request(f"/{number}")) for number in range(150)))
    assert {answer.status for answer in answers} == {200}
    assert ground.server.connections == 1
    other = OutgoingRequest(method="POST", url=ground.server.url, json={}, http2="another team")
    await ground.outside.send(other)
    assert ground.server.connections == 2


async def test_a_request_is_written_as_it_was_meant(ground: Ground) -> None:
    answer = await ground.outside.send(
        ground.request(headers={"Authorization": Secret("bearer abc"), "apns-topic": "example.app"})
    )
    assert (answer.status, answer.body, answer.headers["x-heard"]) == (200, b"ok", "1")
    (heard,) = ground.heard
    assert (heard.headers[":method"], heard.headers[":path"], heard.headers[":scheme"]) == ("POST", "/3/device/ab", "https")
    assert (heard.headers["authorization"], heard.headers["apns-topic"]) == ("bearer abc", "example.app")
    assert heard.headers["content-length"] == str(len(heard.body))
    assert json.loads(heard.body) == {"text": "Grüße"}


async def test_after_the_server_went_away_a_new_connection_is_made(ground: Ground) -> None:
    ground.answers = [Response(503, {}, b'{"reason":"Shutdown"}', last=True)]
    assert (await ground.outside.send(ground.request())).status == 503
    assert (await ground.outside.send(ground.request())).status == 200
    assert ground.server.connections == 2


async def test_a_connection_that_breaks_after_the_request_is_no_answer_and_the_next_request_goes_well(ground: Ground) -> None:
    ground.answers = [None]
    with pytest.raises(NoAnswer):
        await ground.outside.send(ground.request())
    assert (await ground.outside.send(ground.request())).status == 200


async def test_what_was_not_sent_is_said_to_be_so(ground: Ground, tmp_path: Path) -> None:
    async with Outside(HERE) as stranger:
        with pytest.raises(ConnectionNotMade, match="its certificate is not valid"):
            await stranger.send(ground.request())
    async with Outside() as guarded:
        with pytest.raises(RequestRefused, match="private network"):
            await guarded.send(ground.request())
    nobody = OutgoingRequest(method="POST", url="https://127.0.0.1:1/", json={}, http2="x")
    with pytest.raises(ConnectionNotMade, match="it refuses connections"):
        await ground.outside.send(nobody)
    assert ground.heard == []


async def test_an_answer_that_does_not_come_or_does_not_end_is_left(ground: Ground) -> None:
    ground.answers = [Response(200, {}, b"x" * 2_000)]
    with pytest.raises(AnswerTooLarge):
        await ground.outside.send(ground.request(limit_bytes=1_000))
    assert (await ground.outside.send(ground.request())).status == 200


async def test_a_server_that_speaks_no_http2_is_named(tmp_path: Path) -> None:
    certificates.make(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    listening = await asyncio.start_server(old, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{listening.sockets[0].getsockname()[1]}/"
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    async with listening, Outside(HERE, trust=trust) as outside:
        with pytest.raises((NoAnswer, ConnectionNotMade), match="localhost"):
            await outside.send(OutgoingRequest(method="POST", url=url, json={}, http2="x", timeout=timedelta(seconds=5)))


async def test_a_server_that_others_wrote_understands_us(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: its HTTP/2 server is the other end of this test.")
    certificates.make(tmp_path)
    program = Path(__file__).parents[1] / "servers" / "http2.js"
    async with AsyncExitStack() as stack:
        command = [node, str(program), str(tmp_path / "server.pem"), str(tmp_path / "server.key")]
        server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        stack.push_async_callback(server.wait)
        stack.callback(server.kill)
        assert server.stdout is not None
        port = int(await asyncio.wait_for(server.stdout.readline(), 30))
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        outside = await stack.enter_async_context(Outside(HERE, trust=trust))
        request = OutgoingRequest(
            method="POST", url=f"https://localhost:{port}/3/device/cd", headers={"apns-topic": "a.b"}, json={"n": "ä"}, http2="x"
        )
        answers = await asyncio.gather(*(outside.send(request) for _ in range(20)))
    assert {answer.headers["x-session"] for answer in answers} == {"1"}
    said = json.loads(answers[0].body)
    assert said == {"path": "/3/device/cd", "method": "POST", "topic": "a.b", "body": '{"n":"ä"}'}
