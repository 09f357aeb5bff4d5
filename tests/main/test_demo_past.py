"""The demonstration's past: enough cases that its public page says something, in one statement."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.insights.conftest import SAFE
from tests.statements import statements

from oase.channels import AccountBook, create_account
from oase.desk.hours import Timetables
from oase.insights import LEAST_CASES, Choice, choose, figures, remember
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.main.demo.past import past_waits
from oase.staff import find_workspace, found_workspace

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


async def test_a_newcomer_sees_figures_on_two_channels(fresh_dsn: str, workspace_id, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    database = Database(fresh_dsn, clock=SetClock(NOW))
    await database.open()
    book = AccountBook(database, SAFE, "https://support.example.com")
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de")
        for channel in ("webchat", "form"):
            await create_account(work, SAFE, channel, channel, {"company": "Lindgrün"})
        given = {"phone_number_id": "1", "waba_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"}
        await create_account(work, SAFE, "whatsapp", "WhatsApp", given)
        await choose(work, Choice(on=True, channels=("webchat", "whatsapp", "form")), ("webchat", "whatsapp", "form"))
        accounts = await book.of_workspace(work)
        waits = past_waits(accounts, NOW)
        assert waits == past_waits(accounts, NOW)
        assert all(NOW - timedelta(days=28) < one.asked_at < one.ended_at <= NOW for one in waits)
        with statements(monkeypatch) as counted:
            await remember(work, waits)
        assert len(counted) <= 2
        workspace = await find_workspace(work)
        assert workspace is not None
        shown = await figures(work, workspace, Timetables(), NOW)
    chat, whatsapp, form = shown.channels
    for one in (chat, whatsapp):
        assert one.expected.seconds is not None
        assert one.expected.count >= LEAST_CASES
        assert all(line.promise.enough for line in one.lines)
    assert (form.expected.seconds, form.lines) == (None, ())  # nothing is said of what has no cases
    await database.close()
