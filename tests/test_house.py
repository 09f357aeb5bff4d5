"""The house keeps its parts running."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from oase.kernel.settings import Settings
from oase.main import house as houses
from oase.main.house import House


async def test_a_part_that_fails_is_told_and_begins_again(
    tmp_path: Path, shared_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "_AGAIN_SECONDS", 0.01)
    began, goes_on = 0, asyncio.Event()

    async def part() -> None:
        nonlocal began
        began += 1
        if began < 3:
            raise RuntimeError("not foreseen")
        goes_on.set()
        await asyncio.Event().wait()

    house = House(Settings(data_dir=tmp_path), shared_dsn)
    with capture_logs() as said:
        house.begin("part", part)
        await asyncio.wait_for(goes_on.wait(), 5)
    await house.close()
    assert began == 3
    assert [(one["event"], one["part"]) for one in said] == [("house.part_failed", "part")] * 2
