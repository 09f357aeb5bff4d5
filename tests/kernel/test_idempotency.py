"""A request that comes again gets its first answer, whatever happened in between."""

from datetime import timedelta
from uuid import UUID

import pytest

from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.idempotency import claim, forget_old, keep, once
from oase.kernel.ids import new_id

HOLDER = UUID(int=1)


async def test_the_first_answer_is_given_again(database: Database, workspace_id: UUID) -> None:
    asked = once(HOLDER, "bestellung-1", b"POST /x")
    async with database.work(workspace_id) as work:
        assert await claim(work, {asked.id: asked}) == {}
        await keep(work, {asked.id: b"made"})
    async with database.work(workspace_id) as work:
        assert await claim(work, {asked.id: asked}) == {asked.id: b"made"}


async def test_a_failed_act_leaves_its_key_free(database: Database, workspace_id: UUID) -> None:
    asked = once(HOLDER, "k", b"x")
    with pytest.raises(ZeroDivisionError):
        async with database.work(workspace_id) as work:
            await claim(work, {asked.id: asked})
            raise ZeroDivisionError
    async with database.work(workspace_id) as work:
        assert await claim(work, {asked.id: asked}) == {}


async def test_the_same_key_with_another_request_is_refused(database: Database, workspace_id: UUID) -> None:
    first, second = once(HOLDER, "k", b"one"), once(HOLDER, "k", b"two")
    async with database.work(workspace_id) as work:
        await claim(work, {first.id: first})
    async with database.work(workspace_id) as work:
        with pytest.raises(Invalid):
            await claim(work, {second.id: second})


def test_keys_belong_to_whoever_sent_them() -> None:
    assert once(HOLDER, "k", b"x").id != once(new_id(), "k", b"x").id


async def test_after_a_day_a_key_is_new_again(shared_dsn: str, workspace_id: UUID, clock: SetClock) -> None:
    database = Database(shared_dsn, clock=clock)
    await database.open()
    first, second = once(HOLDER, "k", b"one"), once(HOLDER, "k", b"two")
    async with database.work(workspace_id) as work:
        await claim(work, {first.id: first})
        await keep(work, {first.id: b"made"})
    clock.advance(timedelta(hours=25))
    async with database.work(workspace_id) as work:
        assert await claim(work, {second.id: second}) == {}
    clock.advance(timedelta(hours=25))
    async with database.work(workspace_id) as work:
        assert await forget_old(work) == 1
    await database.close()
