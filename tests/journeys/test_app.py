"""A customer with the company's app: on the home screen, in both languages, without a network, with a push message for the answer."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, expect
from tests.axe import axe

from .ground import Installation, People, answer, open_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


async def app(people: People, oase: Installation, **options: Any) -> Page:
    """A customer opens the app."""
    return await people.somebody(f"/app/{await oase.account('app')}/start", **{**PHONE, **options})


def png_size(content: bytes) -> str:
    """The size in the header of a PNG."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return f"{width}x{height}"


async def write(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.locator("#send").click()


async def test_a_customer_writes_in_the_app_an_agent_answers_and_each_sees_what_the_other_does(
    people: People, oase: Installation
) -> None:
    customer = await app(people, oase)
    await expect(customer.locator(".hello")).to_have_text("Moin! Womit können wir helfen?")
    await write(customer, "Mein Lenker wackelt 🚲 – kann ich vorbeikommen?")
    await expect(customer.locator(".mine .tick")).to_have_text("Gesendet")
    agent = await people.agent()
    await open_row(agent, "Mein Lenker wackelt")
    await expect(customer.locator(".mine .tick")).to_have_text("Gelesen")
    await answer(agent, "Natürlich, heute bis 18 Uhr: https://example.com/werkstatt")
    await expect(customer.locator(".theirs .said")).to_contain_text("heute bis 18 Uhr")
    await expect(customer.locator(".theirs a")).to_have_attribute("href", "https://example.com/werkstatt")
    await expect(agent.locator("#entries")).to_contain_text("heute bis 18 Uhr")
    await customer.locator("#file").set_input_files({"name": "Lenker.png", "mimeType": "image/png", "buffer": PNG})
    await expect(customer.locator(".chosen")).to_contain_text("Lenker.png")
    await customer.locator("#send").click()
    await expect(customer.locator(".mine img")).to_be_visible()
    await expect(agent.locator("#entries").get_by_role("img", name="Lenker.png", exact=True)).to_be_visible()
    await customer.reload()
    await expect(customer.locator(".message")).to_have_count(3)


@pytest.mark.parametrize("language", ["de-DE", "en-GB"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_app_can_be_used_by_everybody_in_both_looks(
    people: People, oase: Installation, language: str, scheme: Any
) -> None:
    customer = await app(people, oase, locale=language, color_scheme=scheme)
    await expect(customer.locator(".hello")).to_be_visible()
    assert await axe(customer) == []
    await write(customer, "Ein Test der Ansicht")
    await expect(customer.locator(".mine .tick")).to_be_visible()
    assert await axe(customer) == []


async def test_without_a_network_the_app_opens_and_what_is_written_goes_later(people: People, oase: Installation) -> None:
    customer = await app(people, oase)
    await write(customer, "Erste Nachricht")
    await expect(customer.locator(".mine .tick")).to_have_text("Gesendet")
    await customer.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await customer.reload()
    await expect(customer.locator(".mine")).to_have_count(1)
    await customer.context.set_offline(True)
    people.troubles.clear()
    await customer.reload()
    await expect(customer.locator("#network")).to_contain_text("Kein Netz")
    await write(customer, "Im Funkloch geschrieben")
    await expect(customer.locator(".mine .tick")).to_have_text("Wird gesendet")
    await customer.context.set_offline(False)
    await expect(customer.locator(".mine .tick").last).to_have_text("Gesendet", timeout=25_000)
    people.troubles.clear()  # the console tells of each request that found no network


async def test_an_answer_that_comes_while_the_network_is_gone_is_there_when_it_is_back(
    people: People, oase: Installation
) -> None:
    path = f"/app/{await oase.account('app')}/start"
    async with wire(oase.port) as network:
        customer = await people.somebody(**PHONE)
        resumed: list[str] = []
        customer.on(
            "request",
            lambda request: resumed.append(request.headers.get("last-event-id", "")) if "/stream" in request.url else None,
        )
        await customer.goto(f"http://127.0.0.1:{network.port}{path}")
        await write(customer, "Haben Sie Schläuche für 28 Zoll?")
        await expect(customer.locator(".mine .tick")).to_have_text("Gesendet")
        agent = await people.agent()
        await open_row(agent, "Haben Sie Schläuche")
        await expect(customer.locator(".mine .tick")).to_have_text("Gelesen")  # by the stream: it has begun
        await network.cut()
        await expect(customer.locator("#network")).to_contain_text("Kein Netz")
        await answer(agent, "Ja, drei Sorten.")
        await expect(agent.locator("#entries")).to_contain_text("Ja, drei Sorten.")
        await network.mend()
        await expect(customer.locator(".theirs .said")).to_have_text("Ja, drei Sorten.", timeout=30_000)
        await expect(customer.locator("#network")).to_be_hidden()
        await expect(customer.locator(".message")).to_have_count(2)
        assert resumed[0] == ""
        assert resumed[-1] != "", "It went on behind the last event."
        await customer.close()
    people.troubles.clear()  # the console tells of each request that found no network


class Wire:
    """A network between a browser and the program, which can be cut: connections break, and new ones are refused."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """New connections are made again."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Nothing goes through any more."""
        if self._server is not None:
            self._server.close()
        for writer in [*self._open]:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, thither = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, thither}
        await asyncio.gather(_pour(reader, thither), _pour(there, writer))
        self._open -= {writer, thither}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
    writer.close()


@asynccontextmanager
async def wire(to: int) -> AsyncIterator[Wire]:
    """A network to a port of this machine."""
    network = Wire(to)
    await network.mend()
    try:
        yield network
    finally:
        await network.cut()


async def test_an_app_that_was_switched_off_says_so_in_words_and_what_was_written_goes_later(
    people: People, oase: Installation
) -> None:
    account = await oase.account("app")
    customer, administrator = await app(people, oase), await people.agent()
    await write(customer, "Vor der Pause")
    await expect(customer.locator(".mine .tick")).to_have_text("Gesendet")
    await administrator.goto(f"{oase.url}/admin/channels/{account}")
    try:
        await administrator.get_by_role("button", name="Ausschalten").click()
        await expect(administrator.get_by_role("button", name="Einschalten")).to_be_visible()
        await write(customer, "Ist jemand da?")
        await expect(customer.locator("#network")).to_contain_text("Diese App ist zurzeit nicht erreichbar.")
        await expect(customer.locator(".mine .tick").last).to_have_text("Wird gesendet")
        stranger = await people.somebody(f"/app/{account}/start", **PHONE)
        await expect(stranger.locator("body")).to_contain_text("Diese App ist zurzeit nicht erreichbar.")
    finally:
        await administrator.get_by_role("button", name="Einschalten").click()
        await expect(administrator.get_by_role("button", name="Ausschalten")).to_be_visible()
    await expect(customer.locator(".mine .tick").last).to_have_text("Gesendet", timeout=40_000)
    await expect(customer.locator("#network")).to_be_hidden()
    people.troubles.clear()  # the console tells of each answer 404


async def test_the_phone_of_the_sandbox_leads_to_the_app(people: People, oase: Installation) -> None:
    page = await people.somebody("/sandbox/phone")
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Unsere App").click()
    customer = await opened.value
    await expect(customer.locator(".hello")).to_have_text("Moin! Womit können wir helfen?")


async def test_a_stream_that_is_cut_in_the_midst_of_messages_loses_none_and_doubles_none(oase: Installation) -> None:
    root, count = f"/app/{await oase.account('app')}/v1", 30
    async with httpx.AsyncClient(base_url=oase.url, timeout=30) as http:
        token = (await http.post(f"{root}/session", json={})).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        stream = CutStream(oase.port, f"{root}/stream", headers["Authorization"])
        await stream.read(until=lambda: stream.last != "")

        async def write() -> None:
            for number in range(count):
                said = {"id": f"{number:032x}", "text": f"Nr. {number} – Ölwechsel 🛢️"}
                assert (await http.post(f"{root}/messages", json=said, headers=headers)).status_code == 202

        writing = asyncio.create_task(write())
        async with asyncio.timeout(60):
            while len(stream.seen) < count:
                goal = min(count, len(stream.seen) + 4)
                await stream.read(until=lambda goal=goal: len(stream.seen) >= goal)
        await writing
        shown = (await http.get(f"{root}/messages?limit=100", headers=headers)).json()["messages"]
    assert len(shown) == count
    assert sorted(one["id"] for one in stream.seen) == sorted(one["id"] for one in shown)
    assert stream.begun == 1, "Only the first connection began with the newest messages."
    assert stream.connections > 4


@dataclass
class CutStream:
    """An app whose network breaks: it reads the stream with a bare socket and tears it down in the middle, often within an event."""

    port: int
    path: str
    authorization: str
    last: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    begun: int = 0
    connections: int = 0
    _id: str = ""

    async def read(self, until: Callable[[], bool]) -> None:
        """One connection, until enough has come; what came after the last whole event is lost with it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        resumed = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {self.authorization}\r\n{resumed}\r\n"
        writer.write(head.encode())
        self.connections += 1
        try:
            async with asyncio.timeout(30):
                while not until():
                    self._take((await reader.readline()).decode().strip())
        finally:
            writer.transport.abort()

    def _take(self, line: str) -> None:
        if line.startswith("id: "):
            self._id = line[4:]
        elif line.startswith("data: "):
            event = json.loads(line[6:])
            self.last = self._id if "presence" not in event or "sync" in event else self.last
            self.begun += "sync" in event
            self.seen += [event["message"]] if "message" in event else []


async def test_the_app_can_be_put_on_the_home_screen(people: People, oase: Installation) -> None:
    account = await oase.account("app")
    async with httpx.AsyncClient(base_url=oase.url, follow_redirects=True) as http:
        page = await http.get(f"/app/{account}")
        assert page.url.path == f"/app/{account}/start"
        manifest = (await http.get(f"/app/{account}/manifest.webmanifest")).json()
        assert (manifest["display"], manifest["start_url"]) == ("standalone", f"/app/{account}/start")
        assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
            ("192x192", "any"), ("512x512", "any"), ("192x192", "maskable"), ("512x512", "maskable"),
        }  # fmt: skip
        for icon in manifest["icons"]:
            assert png_size((await http.get(icon["src"])).content) == icon["sizes"]
        assert 'rel="apple-touch-icon" href="/app/' in page.text
        assert png_size((await http.get(f"/app/{account}/icons/180-whole.png")).content) == "180x180"
        assert (await http.get(f"/app/{account}/icons/77.png")).status_code == 404
        description = (await http.get("/app/v1/openapi.json")).json()
        assert "/app/{account}/v1/messages" in description["paths"]
        assert (await http.get(f"/app/{uuid4()}/start")).status_code == 404
