"""API tokens: made, used, ended."""

from datetime import timedelta

import pytest

from oase import staff
from oase.kernel.errors import Forbidden, Invalid
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff import ApiToken, UnknownToken

from .conftest import EVERYTHING, Company, rights

SOME = frozenset({Permission.CONVERSATION_READ, Permission.PERSON_READ})


async def make(company: Company, **more: object) -> tuple[Secret, ApiToken]:
    async with company.work() as work:
        given = {"name": "Shop-Anbindung", "permissions": SOME, "created_by": company.zoe, "held": EVERYTHING, **more}
        return await staff.create_api_token(work, **given)  # type: ignore[arg-type]


async def test_a_token_lets_a_program_in_with_its_rights(company: Company) -> None:
    text, token = await make(company)
    holder = await staff.which_program(company.database, text)
    assert holder is not None
    assert (holder.workspace_id, holder.name, holder.permissions) == (company.workspace_id, "Shop-Anbindung", SOME)
    assert (holder.actor.kind, holder.actor.id) == ("token", token.id)


async def test_a_token_is_recognised_by_its_hint_and_not_stored(company: Company) -> None:
    text, token = await make(company)
    assert text.reveal().startswith("oase_")
    assert token.hint == f"oase_…{text.reveal()[-6:]}"
    async with company.work() as work:
        whole = await work.value("SELECT t::text FROM api_token t WHERE workspace_id = %(workspace_id)s")
    assert text.reveal()[-30:] not in whole
    assert text.reveal() not in repr((text, token))


async def test_its_use_is_noted_once_a_minute(company: Company) -> None:
    text, token = await make(company)
    first = company.clock.now()
    await staff.which_program(company.database, text)
    company.clock.advance(timedelta(seconds=30))
    await staff.which_program(company.database, text)
    async with company.work() as work:
        (listed,) = await staff.list_api_tokens(work)
    assert (listed.id, listed.last_used_at) == (token.id, first)


async def test_an_ended_token_is_nobody(company: Company) -> None:
    text, token = await make(company)
    async with company.work() as work:
        await staff.revoke_api_token(work, token.id)
        with pytest.raises(UnknownToken):
            await staff.revoke_api_token(work, token.id)
    assert await staff.which_program(company.database, text) is None


async def test_a_token_ends_on_its_day(company: Company) -> None:
    text, _ = await make(company, expires_at=company.clock.now() + timedelta(days=30))
    company.clock.advance(timedelta(days=30))
    assert await staff.which_program(company.database, text) is None


async def test_nobody_makes_a_token_with_more_rights(company: Company) -> None:
    with pytest.raises(Forbidden):
        await make(company, permissions=EVERYTHING, held=rights("team_lead"))


async def test_tokens_that_may_nothing_or_have_ended_are_not_made(company: Company) -> None:
    with pytest.raises(Invalid):
        await make(company, permissions=[])
    with pytest.raises(Invalid):
        await make(company, expires_at=company.clock.now())


@pytest.mark.parametrize("text", ["", "oase_", "oase_x", "A" * 91, "oase_" + "A" * 86])
async def test_what_is_no_token_is_nobody(company: Company, text: str) -> None:
    assert await staff.which_program(company.database, Secret(text)) is None


async def test_a_token_with_one_character_changed_is_nobody(company: Company) -> None:
    text = (await make(company))[0].reveal()
    changed = text[:70] + ("A" if text[70] != "A" else "B") + text[71:]
    assert await staff.which_program(company.database, Secret(changed)) is None


async def test_a_session_is_no_token(company: Company) -> None:
    session = await company.sign_in()
    assert await staff.which_program(company.database, Secret("oase_" + session.token.reveal())) is None


async def test_a_token_is_of_its_workspace(company: Company) -> None:
    await make(company)
    async with company.database.work(new_id()) as work:
        assert await staff.list_api_tokens(work) == []
