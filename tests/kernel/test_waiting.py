"""Whoever waits ends when it is cancelled, at whatever moment."""

import asyncio

import pytest

from oase.kernel.waiting import awakened, end, raise_if_cancelled


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancellation_is_never_lost(steps: int) -> None:
    event = asyncio.Event()

    async def work() -> None:
        while True:
            event.clear()
            await awakened(event, 30)

    worker = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)  # the worker is a little further each time
    worker.cancel()
    done, _ = await asyncio.wait([worker], timeout=1)
    assert done == {worker}


async def test_it_says_whether_the_event_came() -> None:
    event = asyncio.Event()
    assert not await awakened(event, 0.01)
    event.set()
    assert await awakened(event, 0.01)


async def test_who_loses_the_first_cancellation_is_told_again() -> None:
    async def deaf() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await asyncio.sleep(30)

    tasks = [asyncio.create_task(deaf()), asyncio.create_task(asyncio.sleep(30))]
    await asyncio.sleep(0)
    await end(tasks, again_after=0.01)
    assert [task.cancelled() for task in tasks] == [True, True]


async def test_nothing_to_end_is_no_trouble() -> None:
    await end([])


async def test_an_error_in_the_place_of_a_cancellation_does_not_hide_it() -> None:
    began = asyncio.Event()

    async def says_good_bye_badly() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("The database is gone.") from None

    async def goes_on_after_errors() -> None:
        while True:
            try:
                await says_good_bye_badly()
            except ConnectionError:
                raise_if_cancelled()

    working = asyncio.create_task(goes_on_after_errors())
    await began.wait()
    working.cancel()
    await asyncio.wait([working], timeout=5)
    assert working.cancelled()


async def test_whoever_was_not_told_to_end_is_not_ended() -> None:
    raise_if_cancelled()
