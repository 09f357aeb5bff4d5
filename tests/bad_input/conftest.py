"""A whole installation in this process, with the real application behind a real server, for input that nobody should send."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from tests.servers.http import listening

from oase.channels import create_account
from oase.channels.contract import Raw
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Secret
from oase.kernel.settings import Settings
from oase.main.house import House, open_house
from oase.main.web import Front

APP_SECRET = "app-secret-of-the-test"
NUMBER_ID = "106540352242922"


@dataclass
class Answer:
    """What came back: 0 if the server just closed."""

    status: int
    body: bytes


@dataclass
class Installation:
    """A company with a WhatsApp number, a mailbox, a web chat and a form."""

    house: House
    port: int
    workspace_id: UUID
    accounts: dict[str, UUID]

    async def raw(self, request: bytes, *, then_close: bool = False) -> Answer:
        """Sends bytes as they are."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            if then_close:
                writer.write_eof()
            async with asyncio.timeout(30):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
                return Answer(int(head.split(b" ")[1]), await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return Answer(0, b"")
        finally:
            writer.close()

    async def post(self, path: str, body: bytes, **headers: str) -> Answer:
        """A request with these headers (with _ for -)."""
        lines = [f"POST {path} HTTP/1.1", "Host: desk.example", f"Content-Length: {len(body)}"]
        headers.setdefault("sec_fetch_site", "same-origin")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return await self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    async def hook(self, body: bytes, *, signature: str | None = None) -> Answer:
        """A delivery of WhatsApp; signed with the right secret unless told otherwise."""
        signed = signature or "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return await self.post(f"/hooks/whatsapp/{self.accounts['whatsapp']}", body, x_hub_signature_256=signed)

    async def mail(self, content: bytes) -> None:
        """A mail that has arrived."""
        raw = Raw(body=content, received_at=self.house.clock.now())
        await self.house.journal.accept(self.workspace_id, self.accounts["email"], "email", raw)

    async def fates(self, count: int, *, seconds: float = 60) -> list[tuple[str, str]]:
        """State and reason of every delivery in the journal, once that many are there and none waits."""
        async with asyncio.timeout(seconds):
            while True:
                async with self.house.database.work(self.workspace_id) as work:
                    rows = await work.tuples("SELECT state, why FROM journal ORDER BY id")
                if len(rows) >= count and all(state != "new" for state, _ in rows):
                    return rows  # type: ignore[return-value]
                await asyncio.sleep(0.02)

    async def rows(self, statement: str) -> list[Any]:
        """Rows of this company."""
        async with self.house.database.work(self.workspace_id) as work:
            return await work.tuples(statement)


def whatsapp(*messages: dict[str, Any], name: str = "Jürgen Groß") -> bytes:
    """A delivery with these messages."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "493023125100", "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": name}, "wa_id": one["from"]} for one in messages],
        "messages": list(messages),
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text(number: int, words: str, sender: str = "4915228817386") -> dict[str, Any]:
    """A text message."""
    return {"from": sender, "id": f"wamid.{number}", "timestamp": "1795512600", "type": "text", "text": {"body": words}}


@pytest_asyncio.fixture(scope="session")
async def running(
    postgres: EmbeddedPostgres, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[House, int]]:
    """Everything but the sandbox, on a free port, for all these tests: what one leaves behind, the next one meets."""
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE bad_input OWNER oase TEMPLATE {template_database}".encode())
    dsn = postgres.dsn("oase").replace("dbname=oase", "dbname=bad_input")
    folder = tmp_path_factory.mktemp("installation")
    settings = Settings(database_url=Secret(dsn), data_dir=folder, demo=False, sandbox=False, mail_receiver_port=0)
    async with open_house(settings, "running") as house:
        house.begin_work()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            front = Front(house)
            async with listening(front, listener, at_end=front.close_streams, lifespan="on", log_config=None, access_log=False):
                yield house, listener.getsockname()[1]


@pytest_asyncio.fixture
async def installation(running: tuple[House, int]) -> Installation:
    """A company of the test's own in the installation that all share."""
    house, port = running
    workspace_id = new_id()
    given = {
        "whatsapp": {
            "phone_number_id": NUMBER_ID, "waba_id": "102290129340398", "access_token": "EAAtest",
            "app_secret": APP_SECRET, "verify_token": "verify-me",
        },
        "email": {"address": "hilfe@radhaus.example", "incoming": "receiver", "smtp_host": "localhost"},
        "webchat": {"company": "Radhaus Beispiel"},
        "form": {"company": "Radhaus Beispiel"},
    }  # fmt: skip
    async with house.database.work(workspace_id) as work:
        accounts = {channel: await create_account(work, house.safe, channel, channel, one) for channel, one in given.items()}
    return Installation(house, port, workspace_id, accounts)
