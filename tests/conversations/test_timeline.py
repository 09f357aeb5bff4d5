"""The timeline by pages."""

from uuid import UUID

import pytest

from oase.conversations import timeline_page
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id


@pytest.mark.parametrize("key", ["2026-11-22", "gestern/abend", "2026-11-22T10:00:00+01:00/", "/"])
async def test_a_page_that_nobody_was_given_is_refused_in_words(database: Database, workspace_id: UUID, key: str) -> None:
    async with database.work(workspace_id) as work:
        with pytest.raises(Invalid, match="no such page"):
            await timeline_page(work, new_id(), before=key)
