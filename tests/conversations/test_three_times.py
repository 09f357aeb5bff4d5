"""Every channel on a bad day: what its provider delivers comes three times and in reverse, and the inbox holds the same as ever.

All recordings of an adapter go through the real intake: once in order into one account, three times and in reverse into another.
"""

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.channels.test_contract import INSTALLED, suite_of

from oase.channels import create_account, keep_check
from oase.channels.contract import Checked, Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.db import Database
from oase.kernel.secrets import Safe

from .conftest import TakeIn

_MESSAGES = (
    "SELECT external_id, direction, kind, text, reactions, edited_at IS NOT NULL, deleted_at IS NOT NULL FROM message"
    " WHERE account_id = %(account_id)s ORDER BY external_id, direction, kind, text"
)


def said_once(suite: ChannelSuite) -> list[Raw]:
    """The recorded deliveries; of several that speak of the same message in other words, the first."""
    known: set[str] = set()
    found = []
    for recording in suite.readable:
        ids = {str(event["external_id"]) for event in recording.expected if event.get("external_id")}
        if not ids & known:
            found.append(suite.signed(recording))
        known |= ids
    return found


def packed_anew(raw: Raw) -> Raw:
    """The same in other bytes, as a provider's second attempt may be: the journal takes it for another delivery."""
    return replace(raw, body=raw.body + b"\n") if raw.body[:1] in (b"{", b"[") else raw


async def account_of(database: Database, safe: Safe, workspace_id: UUID, suite: ChannelSuite) -> UUID:
    """An account as the recordings are made for."""
    manifest, account = suite.adapter.manifest, suite.account
    names = {setting.name for setting in manifest.settings}
    secrets = {name: values[0].reveal() for name, values in account.secrets.items() if name in names and values}
    settings = {name: value for name, value in account.settings.items() if name in names}
    async with database.work(workspace_id) as work:
        made = await create_account(work, safe, manifest.id, "Test", {**settings, **secrets})
        await keep_check(work, made, Checked(ok=True, summary="", facts=account.facts))
    return made


async def held(database: Database, workspace_id: UUID, account_id: UUID) -> Sequence[tuple[Any, ...]]:
    """The messages of an account, without what the moment of their coming decides."""
    async with database.work(workspace_id) as work:
        return list(await work.tuples(_MESSAGES, {"account_id": account_id}))


@pytest.mark.parametrize("point", INSTALLED, ids=lambda point: point.name)
async def test_what_is_delivered_three_times_and_in_reverse_stands_there_once_and_the_same(
    point: EntryPoint, database: Database, safe: Safe, workspace_id: UUID, take_in: TakeIn
) -> None:
    suite = suite_of(point.name, point.load())()
    raws = said_once(suite)
    calm, stormy = [await account_of(database, safe, workspace_id, suite) for _ in range(2)]
    await take_in(calm, *raws)
    await take_in(stormy, *reversed(raws), *raws, *map(packed_anew, reversed(raws)))
    once, often = await held(database, workspace_id, calm), await held(database, workspace_id, stormy)
    assert once
    assert [row for row in often if row not in once] == []
    assert [row for row in once if row not in often] == []
    assert len(often) == len(once)
