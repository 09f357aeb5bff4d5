"""Files of what came in: of a mail all together, of a provider straight into their place, bounded."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.conversations import FileWorker, attachments, insert_upload, sweep_uploads
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveHub
from oase.kernel.removal import remove_doomed
from oase.kernel.secrets import Safe

from .conftest import NUMBER_ID, SECRET, TakeIn, delivery

PICTURE = {"id": "4711", "mime_type": "image/jpeg", "sha256": "x", "caption": "So kam die Kiste an 😕"}


class Provider:
    """Gives out one file in two steps, as Meta does. `status` and `content` of the second step are set by the test."""

    def __init__(self) -> None:
        self.port, self.status, self.content = 0, 200, b"\xff\xd8" + b"x" * 300_000

    async def where(self, request: web.Request) -> web.Response:
        url = f"http://127.0.0.1:{self.port}/lookaside/4711"
        return web.json_response({"url": url, "mime_type": "image/jpeg", "file_size": str(len(self.content)), "id": "4711"})

    async def bytes(self, request: web.Request) -> web.Response:
        return web.Response(body=self.content, status=self.status)


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    application = web.Application()
    application.router.add_get("/v23.0/4711", provider.where)
    application.router.add_get("/lookaside/4711", provider.bytes)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.port = runner.addresses[0][1]
    yield provider
    await runner.cleanup()


@pytest_asyncio.fixture
async def worker(database: Database, book: AccountBook, blobs: Blobs, provider: Provider) -> AsyncIterator[FileWorker]:
    async with Outside(Guard(endpoints=[("127.0.0.1", provider.port)])) as outside:
        yield FileWorker(database, book, blobs, outside, LiveHub(database))


@pytest_asyncio.fixture
async def picture(database: Database, safe: Safe, workspace_id: UUID, take_in: TakeIn, provider: Provider) -> None:
    """A picture that a customer sent, not yet fetched."""
    async with database.work(workspace_id) as work:
        given = {
            "phone_number_id": NUMBER_ID, "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": SECRET,
            "verify_token": "verify-me", "base_url": f"http://127.0.0.1:{provider.port}",
        }  # fmt: skip
        account_id = await create_account(work, safe, "whatsapp", "WhatsApp Berlin", given)
    sent = {"from": "4915228817386", "id": "wamid.1", "timestamp": "1795512600", "type": "image", "image": PICTURE}
    await take_in(account_id, delivery(sent))


async def states(database: Database, workspace_id: UUID) -> list[tuple[str, int, str]]:
    async with database.work(workspace_id) as work:
        return await work.tuples("SELECT state, size_bytes, why FROM attachment ORDER BY position")  # type: ignore[return-value]


async def test_all_files_of_a_mail_are_stored_in_one_turn(
    database: Database, safe: Safe, blobs: Blobs, workspace_id: UUID, take_in: TakeIn, worker: FileWorker
) -> None:
    async with database.work(workspace_id) as work:
        given = {"address": "support@firma.example", "imap_host": "imap.firma.example", "smtp_host": "smtp.firma.example"}
        account_id = await create_account(work, safe, "email", "Support", {**given, "password": "geheim"})
    head = "From: kundin@example.com\r\nTo: support@firma.example\r\nSubject: Unterlagen\r\nMessage-ID: <viele@example.com>\r\n"
    parts = "".join(
        f'--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="Beleg {n}.txt"\r\n\r\nBeleg {n}\r\n'
        for n in range(700)
    )
    body = f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{parts}--x--\r\n".encode()
    while await worker.turn():  # files of other tests in this database
        continue
    await take_in(account_id, Raw(body=body, method="IMAP", received_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
    assert await worker.turn() == 700
    async with database.work(workspace_id) as work:
        stored = await work.tuples("SELECT blob_key, position FROM attachment WHERE state = 'stored' ORDER BY position")
    assert len(stored) == 700
    assert [await blobs.get(stored[n][0]) for n in (0, 499, 500, 699)] == [b"Beleg %d" % n for n in (0, 499, 500, 699)]
    assert await worker.turn() == 0


@pytest.mark.usefixtures("picture")
async def test_a_providers_file_lies_in_our_storage(
    database: Database, blobs: Blobs, workspace_id: UUID, worker: FileWorker, provider: Provider
) -> None:
    await worker.turn()
    assert await states(database, workspace_id) == [("stored", len(provider.content), "")]
    async with database.work(workspace_id) as work:
        assert await blobs.get(await work.value("SELECT blob_key FROM attachment")) == provider.content


@pytest.mark.usefixtures("picture")
async def test_a_file_beyond_the_limit_is_refused_in_plain_words_and_nothing_is_kept(
    database: Database, blobs: Blobs, workspace_id: UUID, worker: FileWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "_FILE_BYTES", 200_000)
    await worker.turn()
    ((state, _, why),) = await states(database, workspace_id)
    assert (state, why) == ("failed", "The file is larger than 110 MB.")
    assert [key async for key, _ in blobs.keys(f"files/{workspace_id}")] == []


@pytest.mark.usefixtures("picture")
async def test_a_download_that_the_provider_puts_off_is_tried_again_later(
    database: Database, workspace_id: UUID, worker: FileWorker, provider: Provider
) -> None:
    provider.status = 503
    await worker.turn()
    ((state, _, why),) = await states(database, workspace_id)
    assert state == "pending"
    assert why


async def upload(database: Database, blobs: Blobs, workspace_id: UUID, name: str) -> UUID:
    await blobs.put(f"files/{workspace_id}/{name}", b"Rechnung")
    async with database.work(workspace_id) as work:
        facts = {"name": "Rechnung.pdf", "type": "application/pdf", "size_bytes": 8, "blob_key": f"files/{workspace_id}/{name}"}
        return await insert_upload(work, facts)


async def sweep(database: Database, blobs: Blobs, workspace_id: UUID) -> None:
    """As the clockwork does it."""
    async with database.work(workspace_id) as work:
        await sweep_uploads(work, 500)
    await remove_doomed(database, blobs)


async def test_uploads_that_were_never_sent_go_with_their_bytes_and_young_ones_stay(
    database: Database, blobs: Blobs, workspace_id: UUID
) -> None:
    old = await upload(database, blobs, workspace_id, "alt")
    young = await upload(database, blobs, workspace_id, "jung")
    async with database.work(workspace_id) as work:
        await work.run("UPDATE attachment SET created_at = created_at - interval '3 days' WHERE id = %(id)s", {"id": old})
    await sweep(database, blobs, workspace_id)
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT id, state FROM attachment") == [(young, "stored")]
    assert [key async for key, _ in blobs.keys("files")] == [f"files/{workspace_id}/jung"]


class Interrupted(Blobs):
    """A place for files whose program is killed when it is to delete something."""

    async def delete(self, *keys: str) -> None:
        raise KeyboardInterrupt


async def test_a_sweep_that_was_killed_half_way_is_finished_by_the_next(
    database: Database, blobs: Blobs, workspace_id: UUID
) -> None:
    await upload(database, blobs, workspace_id, "alt")
    async with database.work(workspace_id) as work:
        await work.run("UPDATE attachment SET created_at = created_at - interval '3 days'")
    with pytest.raises(KeyboardInterrupt):
        await sweep(database, Interrupted(blobs._store), workspace_id)
    await sweep(database, blobs, workspace_id)
    assert [key async for key, _ in blobs.keys("files")] == []
