"""What a lead does: gives, whispers, opens a wallboard."""

from datetime import timedelta

import pytest
from tests.desk.floor.ground import Prepared

from oase.desk.floor import UnknownWall, close_wall, give, open_wall, read_whisper, wall_of, whisper, whispers_to
from oase.kernel.errors import Conflict, Invalid


async def test_giving_twice_gives_once_and_says_whose_it_was(prepared: Prepared) -> None:
    for name in ("Lea", "Anna", "Ben"):
        await prepared.joins(name)
    anna, ben, lead = prepared.agents["Anna"], prepared.agents["Ben"], prepared.author("Lea")
    (conversation,) = await prepared.waits(to="Anna")
    for changed in (True, False):
        async with prepared.work() as work:
            given = await give(work, lead, conversation, ben, seen_with=anna)
        assert given.changed is changed
    async with prepared.work() as work:
        events = await work.rows("SELECT kind FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'event'")
    assert [one["kind"] for one in events] == ["assigned"]


async def test_who_was_faster_is_named(prepared: Prepared) -> None:
    for name in ("Lea", "Anna", "Ben"):
        await prepared.joins(name)
    (conversation,) = await prepared.waits(to="Anna")
    with pytest.raises(Conflict, match="Anna has it by now"):
        async with prepared.work() as work:
            await give(work, prepared.author("Lea"), conversation, prepared.agents["Ben"], seen_with=None)
    async with prepared.work() as work:
        given = await give(work, prepared.author("Lea"), conversation, None, seen_with=prepared.agents["Anna"])
    assert given.before == prepared.agents["Anna"]


async def test_a_whisper_is_read_by_one_agent_and_goes(prepared: Prepared) -> None:
    await prepared.joins("Lea")
    await prepared.joins("Anna")
    anna, lead = prepared.agents["Anna"], prepared.author("Lea")
    async with prepared.work() as work:
        told = await whisper(work, lead, anna, "  Nimm bitte\nzuerst Herrn Groß. ")
        assert [one.text for one in await whispers_to(work, anna)] == ["Nimm bitte zuerst Herrn Groß."]
        assert await whispers_to(work, prepared.agents["Lea"]) == []
        await read_whisper(work, prepared.agents["Lea"], told.id)  # it is not hers
        assert len(await whispers_to(work, anna)) == 1
        await read_whisper(work, anna, told.id)
        assert await whispers_to(work, anna) == []


async def test_a_whisper_that_nobody_read_within_a_day_is_gone(prepared: Prepared) -> None:
    await prepared.joins("Anna")
    async with prepared.work() as work:
        await whisper(work, prepared.author("Anna"), prepared.agents["Anna"], "Hallo")
    prepared.clock.advance(timedelta(days=1, seconds=1))
    async with prepared.work() as work:
        assert await whispers_to(work, prepared.agents["Anna"]) == []
        await whisper(work, prepared.author("Anna"), prepared.agents["Anna"], "Guten Morgen")
        assert await work.value("SELECT count(*) FROM whisper WHERE workspace_id = %(workspace_id)s") == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * 281])
async def test_a_whisper_is_short_and_says_something(prepared: Prepared, text: str) -> None:
    await prepared.joins("Anna")
    with pytest.raises(Invalid):
        async with prepared.work() as work:
            await whisper(work, prepared.author("Anna"), prepared.agents["Anna"], text)


async def test_the_address_of_a_wallboard_opens_it_until_it_is_ended(prepared: Prepared) -> None:
    await prepared.joins("Lea")
    await prepared.team("Werkstatt", "Lea")
    async with prepared.work() as work:
        secret, wall = await open_wall(work, "Halle 2", prepared.teams["Werkstatt"], by=prepared.agents["Lea"])
    address = secret.reveal()
    found = await wall_of(prepared.database, address)
    assert found is not None
    assert (found.workspace_id, found.team_id) == (prepared.workspace_id, prepared.teams["Werkstatt"])
    wrong = address[:-4] + ("AAAA" if not address.endswith("AAAA") else "BBBB")
    for other in (wrong, "wall_", "nonsense", address.removeprefix("wall_")):
        assert await wall_of(prepared.database, other) is None
    async with prepared.work() as work:
        await close_wall(work, wall.id)
    assert await wall_of(prepared.database, address) is None
    with pytest.raises(UnknownWall):
        async with prepared.work() as work:
            await close_wall(work, wall.id)
