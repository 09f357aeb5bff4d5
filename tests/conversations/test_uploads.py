"""Files that visitors uploaded and no message named go; those that a message names, or may still name, stay."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.channels.families import visitor as visitors
from oase.conversations import Journal, expect_upload, sweep_uploads
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.removal import remove_doomed
from oase.kernel.secrets import Safe

from .conftest import TakeIn

OVER = timedelta(days=2, minutes=1)


class Ground(msgspec.Struct, kw_only=True):
    """A contact form, and files that were uploaded to it."""

    database: Database
    blobs: Blobs
    book: AccountBook
    workspace_id: UUID
    form: UUID

    async def uploads(self, *, over: timedelta = OVER) -> str:
        """Somebody chooses a file in the form; a message could name it until so long ago."""
        key = f"{self.workspace_id}/uploads/{new_id()}"
        async with self.database.work(self.workspace_id) as work:
            await expect_upload(work, self.form, key, work.clock.now() - over)
        await self.blobs.put(key, b"%PDF-1.7 Rechnung")
        return key

    async def submission(self, key: str) -> Raw:
        """The form, sent off with that file."""
        account = await self.book.get(self.form)
        assert account is not None
        file = {"blob": key, "name": "Rechnung für Müller.pdf", "type": "application/pdf", "size_bytes": 17}
        body = msgspec.json.encode(
            {"id": new_id().hex, "email": "zoe@example.com", "name": "Zoë Müller", "text": "Anbei die Rechnung.", "files": [file]}
        )
        signature = visitors.sign_page(account.account.secret("page_secret"), body)
        return Raw(body=body, headers={"x-oase-signature": signature}, received_at=self.database.clock.now())

    async def sweep(self) -> int:
        """What the clockwork does every few minutes; how many files went."""
        async with self.database.work(self.workspace_id) as work:
            count = await sweep_uploads(work, 100)
        await remove_doomed(self.database, self.blobs)
        return count


@pytest_asyncio.fixture
async def ground(database: Database, safe: Safe, blobs: Blobs, book: AccountBook, workspace_id: UUID) -> Ground:
    async with database.work(workspace_id) as work:
        form = await create_account(work, safe, "form", "Kontakt", {"company": "Lindgrün"})
    return Ground(database=database, blobs=blobs, book=book, workspace_id=workspace_id, form=form)


async def test_a_file_that_no_message_named_in_time_goes_with_its_bytes(ground: Ground) -> None:
    key = await ground.uploads()
    assert (await ground.sweep(), await ground.blobs.exists(key), await ground.sweep()) == (1, False, 0)


@pytest.mark.parametrize("over", [timedelta(hours=-1), timedelta(days=1)])
async def test_a_file_that_a_message_may_name_or_could_a_moment_ago_stays(ground: Ground, over: timedelta) -> None:
    key = await ground.uploads(over=over)
    assert (await ground.sweep(), await ground.blobs.exists(key)) == (0, True)


async def test_a_file_of_a_message_is_no_upload_any_more(ground: Ground, take_in: TakeIn) -> None:
    key = await ground.uploads()
    await take_in(ground.form, await ground.submission(key))
    assert (await ground.sweep(), await ground.blobs.exists(key)) == (0, True)
    async with ground.database.work(ground.workspace_id) as work:
        assert await work.tuples("SELECT blob_key, state FROM attachment") == [(key, "stored")]
        assert await work.tuples("SELECT id FROM upload") == []


async def test_while_a_delivery_waits_that_may_name_it_a_file_stays(ground: Ground, take_in: TakeIn) -> None:
    key = await ground.uploads()
    journal, raw = Journal(ground.database, ground.blobs), await ground.submission(key)
    await journal.accept(ground.workspace_id, ground.form, "form", raw)
    assert (await ground.sweep(), await ground.blobs.exists(key)) == (0, True)
    await take_in(ground.form)
    assert (await ground.sweep(), await ground.blobs.exists(key)) == (0, True)


async def test_while_a_delivery_could_not_be_read_its_file_stays_for_the_replay(ground: Ground, take_in: TakeIn) -> None:
    key = await ground.uploads()
    await take_in(ground.form, Raw(body=b"{", received_at=ground.database.clock.now()))
    async with ground.database.work(ground.workspace_id) as work:
        assert await work.value("SELECT state FROM journal") == "quarantined"
    assert await ground.sweep() == 0
    async with ground.database.work(ground.workspace_id) as work:
        await work.run("DELETE FROM journal WHERE workspace_id = %(workspace_id)s")
    assert (await ground.sweep(), await ground.blobs.exists(key)) == (1, False)
