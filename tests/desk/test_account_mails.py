"""Mails about accounts: whom they go to, when, once of each trouble, in the reader's language."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.desk.conftest import SAFE, Desk

from oase.channels import AccountTrouble, change_account, keep_check, set_account_state
from oase.channels.contract import Checked
from oase.desk.notifications.accounts import worth_telling
from oase.kernel.ids import new_id
from oase.kernel.mailer import Letter
from oase.staff import add_agent

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def trouble(**more: Any) -> AccountTrouble:
    known: dict[str, Any] = {
        "id": new_id(), "channel": "whatsapp", "name": "WhatsApp Berlin", "state": "up", "state_why": "", "state_since": NOW,
        "expires_at": None, "warned": {},
    }  # fmt: skip
    return AccountTrouble(**{**known, **more})


@pytest.mark.parametrize(
    ("more", "later", "told"),
    [
        ({"state": "needs_sign_in"}, timedelta(minutes=4), []),
        ({"state": "needs_sign_in"}, timedelta(minutes=5), ["needs_sign_in"]),
        ({"state": "down"}, timedelta(minutes=29), []),
        ({"state": "down"}, timedelta(minutes=30), ["down"]),
        ({"expires_at": NOW + timedelta(days=15)}, timedelta(0), []),
        ({"expires_at": NOW + timedelta(days=14)}, timedelta(0), ["ends"]),
        ({"expires_at": NOW + timedelta(days=2)}, timedelta(0), ["ends_very_soon"]),
        ({"expires_at": NOW + timedelta(days=9), "state": "down"}, timedelta(hours=1), ["down", "ends"]),
    ],
)
def test_what_is_worth_a_mail(more: dict[str, Any], later: timedelta, told: list[str]) -> None:
    assert [kind for kind, _ in worth_telling(trouble(**more), NOW + later)] == told


async def mails(desk: Desk, *, later: timedelta = timedelta(0)) -> list[Letter]:
    desk.clock.advance(later)
    return [one for one in await desk.timer.mails() if "brauch" in one.subject or "need" in one.subject]


async def add_administrators(desk: Desk) -> None:
    async with desk.work() as work:
        for name, language in (("Änne Köhler", "de"), ("Tess Brown", "en")):
            email = f"{name.split()[1].lower()}@lindgruen.example"
            await add_agent(
                work,
                new_id(),
                name=name,
                email=email,
                password_hash="x",
                roles=("administrator",),
                language=language,  # type: ignore[arg-type]
            )


async def test_administrators_are_told_two_weeks_before_the_credentials_end_once_and_once_more_at_the_end(desk: Desk) -> None:
    await add_administrators(desk)
    async with desk.work() as work:
        ends = desk.clock.now() + timedelta(days=20)
        await keep_check(work, desk.account_id, Checked(ok=True, summary="", facts={}, expires_at=ends))
    assert await mails(desk) == []
    german, english = sorted(await mails(desk, later=timedelta(days=7)), key=lambda one: "brauch" not in one.subject)
    assert (german.to_name, german.subject) == ("Änne Köhler", "„WhatsApp“ braucht Sie")
    assert "seine Zugangsdaten enden am" in german.text
    assert f"https://hilfe.example/admin/channels/{desk.account_id}" in german.text
    assert "its credentials end on" in english.text
    assert await mails(desk, later=timedelta(days=1)) == []
    assert len(await mails(desk, later=timedelta(days=11))) == 2
    assert await mails(desk, later=timedelta(hours=1)) == []


async def test_administrators_are_told_of_refused_credentials_and_again_only_of_a_new_refusal(desk: Desk) -> None:
    await add_administrators(desk)
    async with desk.work() as work:
        await set_account_state(work, desk.account_id, "needs_sign_in", "Das Token wurde widerrufen.")
    assert await mails(desk) == []
    told = await mails(desk, later=timedelta(minutes=6))
    assert len(told) == 2
    assert any("Das Token wurde widerrufen." in one.text for one in told)
    assert await mails(desk, later=timedelta(hours=5)) == []
    async with desk.work() as work:
        await set_account_state(work, desk.account_id, "up")
    desk.clock.advance(timedelta(hours=1))
    async with desk.work() as work:
        await set_account_state(work, desk.account_id, "needs_sign_in", "Das Token wurde widerrufen.")
    assert len(await mails(desk, later=timedelta(minutes=6))) == 2


async def test_nobody_is_told_of_an_account_that_is_switched_off(desk: Desk) -> None:
    await add_administrators(desk)
    async with desk.work() as work:
        await change_account(
            work, SAFE, desk.account_id, name="WhatsApp", given={"phone_number_id": "1", "waba_id": "1"}, enabled=False
        )
        await set_account_state(work, desk.account_id, "needs_sign_in", "no")
    assert await mails(desk, later=timedelta(hours=1)) == []
