"""Providers that are asked: rounds, their pauses and troubles, a death at any moment, accounts that change meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.main.conftest import Ground
from tests.main.noticeboard import Board

from oase.channels import change_account, set_account_state
from oase.channels.contract import Raw
from oase.conversations import AccountSink
from oase.conversations.journal import sink as journal_sink
from oase.kernel.blobs import in_memory
from oase.kernel.live import LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.waiting import end
from oase.main import poller as polling
from oase.main.connectors import Connectors
from oase.main.poller import Poller


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        while not await condition():  # noqa: ASYNC110 - what is waited for lies in the database
            await asyncio.sleep(0.01)


async def rounds(poller: Poller, board: Board, number: int) -> None:
    """So many questions, and no more."""
    asked = len(board.asked)
    await poller.run(lambda: len(board.asked) < asked + number)


@asynccontextmanager
async def asking(poller: Poller) -> AsyncIterator["asyncio.Task[None]"]:
    """Asks in the background; ends as a process does that is told to."""
    task = asyncio.create_task(poller.run(lambda: True))
    yield task
    await end([task])


@asynccontextmanager
async def connectors(ground: Ground) -> AsyncIterator[None]:
    """The part of the house that holds and asks, with the live log that tells it of changes."""
    hub, locks = LiveHub(ground.database), Locks(ground.database.dsn)
    part = Connectors(ground.database, ground.book, in_memory(), ground.safe, ground.outside, hub, locks)
    tasks = [asyncio.create_task(one) for one in (hub.run(), Relay(ground.database).run(), part.run())]
    yield
    await end(tasks, again_after=2)
    ground.database.on_commit.clear()
    await locks.close()


async def test_everything_new_comes_in_order_over_all_pages_and_once(ground: Ground) -> None:
    ground.board.pin("Grüße aus Köln", "Wann öffnen Sie? 🕘", "Danke", "Bis morgen", "Tschüß")
    await rounds(await ground.poller(), ground.board, 4)
    assert await ground.slips() == [1, 2, 3, 4, 5]
    assert ground.board.asked == [0, 2, 4, 5]


async def test_the_next_process_goes_on_where_the_last_one_was(ground: Ground) -> None:
    ground.board.pin("eins")
    await rounds(await ground.poller(), ground.board, 1)
    ground.board.pin("zwei")
    await rounds(await ground.poller(), ground.board, 1)
    assert ground.board.asked == [0, 1]
    assert await ground.slips() == [1, 2]


async def test_a_provider_that_repeats_itself_doubles_nothing(ground: Ground) -> None:
    ground.board.forgetful = True
    ground.board.pin("eins", "zwei")
    await rounds(await ground.poller(), ground.board, 3)
    assert await ground.slips() == [1, 2]


class Dying(AccountSink):
    """A process that dies after the provider has answered, before anything is written."""

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        """Nothing is."""
        raise asyncio.CancelledError


async def test_a_death_between_the_answer_and_the_commit_loses_nothing_and_doubles_nothing(ground: Ground) -> None:
    ground.board.pin("eins", "zwei")
    with suppress(asyncio.CancelledError):
        await rounds(await ground.poller(Dying), ground.board, 2)
    assert await ground.slips() == []
    await rounds(await ground.poller(), ground.board, 2)
    assert await ground.slips() == [1, 2]
    assert ground.board.asked == [0, 0, 2]


async def test_deliveries_and_cursor_share_a_commit(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.board.pin("eins")

    async def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(journal_sink, "set_cursor", fails)
        await rounds(await ground.poller(), ground.board, 1)
    assert await ground.slips() == []
    await rounds(await ground.poller(), ground.board, 1)
    assert await ground.slips() == [1]


async def test_a_busy_provider_is_left_alone_as_long_as_it_says_and_the_account_stays_up(ground: Ground) -> None:
    ground.board.script.append(web.json_response({}, status=429, headers={"retry-after": "1"}))
    ground.board.pin("eins")
    started = asyncio.get_running_loop().time()
    async with asking(await ground.poller()):
        await until(lambda: _are(ground, [1]))
    assert asyncio.get_running_loop().time() - started >= 1
    assert (await ground.account()).state == "up"


async def _are(ground: Ground, slips: list[int]) -> bool:
    return await ground.slips() == slips


async def test_an_account_is_down_only_when_the_trouble_lasts_and_up_again_by_itself(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PATIENCE", timedelta(0))
    monkeypatch.setattr(polling, "PAUSES_SECONDS", (0.01,))
    ground.board.script.append(web.json_response({}, status=429))
    poller = await ground.poller()
    await rounds(poller, ground.board, 1)
    assert ((await ground.account()).state, (await ground.account()).state_why) == ("down", "The board is busy.")
    await rounds(poller, ground.board, 1)
    assert ((await ground.account()).state, (await ground.account()).state_why) == ("up", "")


async def test_a_refusal_that_is_not_about_the_key_is_said_and_tried_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAUSES_SECONDS", (0.01,))
    ground.board.script.append(web.json_response({}, status=410))
    poller = await ground.poller()
    await rounds(poller, ground.board, 1)
    assert (await ground.account()).state_why == "The board said 410."
    ground.board.pin("eins")
    await rounds(poller, ground.board, 1)
    assert await ground.slips() == [1]


async def test_an_answer_that_breaks_the_adapter_is_said_and_tried_again(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "PAUSES_SECONDS", (0.01,))
    ground.board.script.append(web.Response(text="<html>Wartung</html>"))
    poller = await ground.poller()
    await rounds(poller, ground.board, 1)
    assert (await ground.account()).state == "down"
    ground.board.pin("eins")
    await rounds(poller, ground.board, 1)
    assert await ground.slips() == [1]


async def test_a_revoked_key_ends_the_questions_until_somebody_enters_a_new_one(ground: Ground) -> None:
    ground.board.key = "another"
    ground.board.pin("eins")
    async with connectors(ground):
        await until(lambda: _is(ground, "needs_sign_in"))
        asked = len(ground.board.asked)
        await asyncio.sleep(0.2)
        assert len(ground.board.asked) == asked
        async with ground.database.work(ground.workspace_id) as work:
            given = {"base_url": ground.board.url, "key": "another"}
            await change_account(work, ground.safe, ground.account_id, name="Brett", given=given)
        await until(lambda: _are(ground, [1]))
    assert (await ground.account()).state == "up"


async def _is(ground: Ground, state: str) -> bool:
    return (await ground.account()).state == state


async def test_a_changed_account_is_asked_anew_at_once_and_one_switched_off_no_more(ground: Ground) -> None:
    async with connectors(ground):
        await until(lambda: _asked(ground.board, 1))
        async with ground.database.work(ground.workspace_id) as work:
            given = {"base_url": ground.board.url, "way": "told"}
            await change_account(work, ground.safe, ground.account_id, name="Brett", given=given | {"key": ground.board.key})
        await until(lambda: _quiet(ground.board))
        async with ground.database.work(ground.workspace_id) as work:
            await change_account(
                work, ground.safe, ground.account_id, name="Brett", given=given | {"way": "asked", "key": ground.board.key}
            )
        ground.board.pin("eins")
        await until(lambda: _are(ground, [1]))
        async with ground.database.work(ground.workspace_id) as work:
            await change_account(
                work, ground.safe, ground.account_id, name="Brett", given=given | {"way": "asked"}, enabled=False
            )
        await until(lambda: _quiet(ground.board))


async def _asked(board: Board, times: int) -> bool:
    return len(board.asked) >= times


async def _quiet(board: Board) -> bool:
    asked = len(board.asked)
    await asyncio.sleep(0.1)
    return len(board.asked) == asked


async def test_two_processes_ask_for_one_account_one_at_a_time(ground: Ground) -> None:
    ground.board.takes_seconds = 0.02
    async with connectors(ground), connectors(ground):
        await until(lambda: _asked(ground.board, 20))
    assert ground.board.most_at_once == 1


async def test_an_account_that_needs_sign_in_is_not_asked(ground: Ground) -> None:
    async with ground.database.work(ground.workspace_id) as work:
        await set_account_state(work, ground.account_id, "needs_sign_in", "revoked")
    assert not polling.asks(await ground.account())
