"""Signing in, being kept out, and staying signed in."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from tests.statements import statements

from oase import staff
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.staff import NewSession, SignInRefused, TooManyAttempts, Visit, passwords

from .conftest import EVERYTHING, IDLE, PASSWORD, Company

WRONG = Secret("Brautkleid bleibt 7 Blaukraut")


async def test_the_right_password_lets_in(company: Company) -> None:
    viewer = await company.who(await company.sign_in())
    assert viewer is not None
    assert (viewer.agent_id, viewer.name, viewer.role, viewer.language) == (company.zoe, "Zoë Schäfer", "administrator", "de")
    assert "agent.signed_in" in await company.acts()


async def test_who_signs_in_is_there_at_once(company: Company) -> None:
    company.clock.advance(timedelta(hours=3))
    await company.sign_in()
    async with company.database.work(company.workspace_id) as work:
        seen = {agent.id: agent.last_seen_at for agent in await staff.list_agents(work)}
    assert seen[company.zoe] == company.clock.now()


async def test_the_address_may_be_written_in_capitals(company: Company) -> None:
    email = f"  {company.email('zoe').upper()} "
    assert isinstance(
        await staff.sign_in(company.database, company.safe, email=email, password=PASSWORD, visit=company.visit), NewSession
    )


@pytest.mark.parametrize("name", ["zoe", "nobody"])
async def test_wrong_passwords_and_unknown_addresses_have_the_same_answer(company: Company, name: str) -> None:
    with pytest.raises(SignInRefused, match=r"^The mail address or the password is not right\.$"):
        await company.sign_in(name, WRONG)


async def test_what_is_no_address_has_the_same_answer(company: Company) -> None:
    with pytest.raises(SignInRefused):
        await staff.sign_in(company.database, company.safe, email=f"'; --{new_id()}", password=PASSWORD, visit=company.visit)


@pytest.mark.parametrize("name", ["zoe", "nobody"])
async def test_many_failures_have_to_wait_known_or_not(company: Company, name: str) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await company.sign_in(name, WRONG, Visit())
    with pytest.raises(TooManyAttempts) as caught:
        await company.sign_in(name, PASSWORD, Visit())
    assert caught.value.retry_after_seconds == 16


async def test_after_the_wait_the_right_password_lets_in_and_the_failures_are_forgotten(company: Company) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await company.sign_in(password=WRONG, visit=Visit())
    company.clock.advance(timedelta(seconds=16))
    await company.sign_in(visit=Visit())
    with pytest.raises(SignInRefused):
        await company.sign_in(password=WRONG, visit=Visit())
    await company.sign_in(visit=Visit())


async def test_attempts_at_the_same_moment_are_counted_one_by_one(company: Company) -> None:
    attempts = (company.sign_in(password=WRONG, visit=Visit()) for _ in range(20))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SignInRefused"] * 5 + ["TooManyAttempts"] * 15


async def test_one_network_that_tries_many_addresses_has_to_wait(company: Company) -> None:
    visit = company.visit
    for number in range(30):
        with pytest.raises(SignInRefused):
            await company.sign_in(f"guess{number}", WRONG, visit)
    neighbour = Visit(address=visit.address.replace("::1", "::2"))
    with pytest.raises(TooManyAttempts):
        await company.sign_in("zoe", PASSWORD, neighbour)
    await company.sign_in("zoe", PASSWORD, Visit())


async def test_deactivated_agents_are_kept_out_like_unknown_ones(company: Company) -> None:
    session = await company.sign_in("ayse")
    async with company.work() as work:
        await staff.deactivate(work, company.ayse, held=EVERYTHING)
    assert await company.who(session) is None
    with pytest.raises(SignInRefused):
        await company.sign_in("ayse")


async def test_the_same_address_in_two_workspaces_is_told_apart_by_the_short_name(company: Company, password_hash: str) -> None:
    other = new_id()
    async with company.database.work(other) as work:
        await staff.found_workspace(work, name="Zweite GmbH", slug=other.hex)
        await staff.add_agent(
            work, new_id(), name="Zoë", email=company.email("zoe"), password_hash=password_hash, roles=("agent",)
        )
    session = await staff.sign_in(
        company.database, company.safe, email=company.email("zoe"), password=PASSWORD, visit=company.visit, slug=other.hex
    )
    assert isinstance(session, NewSession)
    assert session.workspace_id == other
    assert (await company.sign_in()).workspace_id == company.workspace_id


async def test_a_hash_made_with_old_parameters_is_made_anew(
    company: Company, slow_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_HASHER", slow_hasher)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD.reveal())
    async with company.work() as work:
        await work.run("UPDATE agent SET password_hash = %(old)s WHERE workspace_id = %(workspace_id)s", {"old": old})
    await company.sign_in()
    async with company.work() as work:
        stored = await work.value(
            "SELECT password_hash FROM agent WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": company.zoe}
        )
    assert "m=19456,t=2,p=1" in stored
    await company.sign_in()


async def test_the_same_letters_typed_in_another_way_are_the_same_password(company: Company) -> None:
    composed, decomposed = Secret("Käsekuchen mit Möhren"), Secret("Ka\u0308sekuchen mit Mo\u0308hren")
    stored = await staff.hash_password(composed)
    async with company.work() as work:
        await work.run("UPDATE agent SET password_hash = %(new)s WHERE workspace_id = %(workspace_id)s", {"new": stored})
    await company.sign_in(password=decomposed)


# sessions


async def test_a_session_is_one_query(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await company.sign_in()
    with statements(monkeypatch) as sent:
        await company.who(session)
    assert ["FROM agent_session" in query for query in sent if not query.startswith("BEGIN")] == [True]


async def test_a_session_is_found_by_its_index(company: Company) -> None:
    session = await company.sign_in()
    async with company.work() as work:
        await work.run(  # enough rows of one agent that only the key is exact, and the planner knows it
            "INSERT INTO agent_session (workspace_id, id, agent_id, token_hash, created_at, last_seen_at, address, user_agent)"
            " SELECT workspace_id, gen_random_uuid(), agent_id, decode(md5(n::text), 'hex'), created_at, last_seen_at, '', ''"
            " FROM agent_session, generate_series(1, 2000) AS n WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": session.session_id},
        )
        await work.run("ANALYZE agent_session")
        plan = await work.rows(
            "EXPLAIN SELECT FROM agent_session WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": session.session_id}
        )
    assert "agent_session_pkey" in str(plan)


@pytest.mark.parametrize("token", ["", "x", "a" * 86, "ä" * 86, "=" * 86, "oase_" + "a" * 86, "a" * 100_000])
async def test_what_is_no_token_is_nobody(company: Company, token: str) -> None:
    assert await staff.who(company.database, Secret(token), idle=IDLE) is None


async def test_a_token_with_one_character_changed_is_nobody(company: Company) -> None:
    session = await company.sign_in()
    text = session.token.reveal()
    changed = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
    assert await staff.who(company.database, Secret(changed), idle=IDLE) is None


async def test_tokens_are_not_in_the_database(company: Company) -> None:
    session = await company.sign_in()
    async with company.work() as work:
        row = await work.row(
            "SELECT token_hash, s::text AS whole FROM agent_session s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": session.session_id},
        )
    assert row is not None
    assert session.token.reveal()[-30:] not in row["whole"]
    assert len(row["token_hash"]) == 32
    assert session.token.reveal() not in repr(session)


async def test_a_session_that_is_used_goes_on(company: Company) -> None:
    session = await company.sign_in()
    for _ in range(5):
        company.clock.advance(timedelta(days=13))
        assert await company.who(session) is not None
    company.clock.advance(timedelta(days=13, hours=23))
    assert await company.who(session) is not None


async def test_a_session_that_is_not_used_ends(company: Company) -> None:
    session = await company.sign_in()
    company.clock.advance(timedelta(days=14, seconds=1))
    assert await company.who(session) is None


async def test_every_session_ends_after_ninety_days(company: Company) -> None:
    session = await company.sign_in()
    for _ in range(9):
        company.clock.advance(timedelta(days=10))
        assert await company.who(session) is not None
    company.clock.advance(timedelta(seconds=1))
    assert await company.who(session) is None


async def test_sessions_are_listed_and_ended_one_by_one(company: Company) -> None:
    first = await company.sign_in(visit=Visit(address="203.0.113.8", user_agent="Chrome"))
    company.clock.advance(timedelta(minutes=5))
    second = await company.sign_in()
    async with company.work() as work:
        listed = await staff.list_sessions(work, company.zoe)
        assert [(entry.id, entry.address) for entry in listed] == [
            (second.session_id, company.visit.address),
            (first.session_id, "203.0.113.8"),
        ]
        assert await staff.sign_out(work, company.zoe, first.session_id)
        assert not await staff.sign_out(work, company.zoe, first.session_id)
    assert await company.who(first) is None
    assert await company.who(second) is not None


async def test_nobody_ends_the_session_of_another(company: Company) -> None:
    session = await company.sign_in("zoe")
    async with company.work() as work:
        assert not await staff.sign_out(work, company.joerg, session.session_id)
    assert await company.who(session) is not None


async def test_all_other_sessions_end_at_once(company: Company) -> None:
    sessions = [await company.sign_in() for _ in range(3)]
    async with company.work() as work:
        assert await staff.end_other_sessions(work, company.zoe, but=sessions[1].session_id) == 2
    assert [await company.who(session) is not None for session in sessions] == [False, True, False]


async def test_a_session_of_another_workspace_is_not_seen(company: Company) -> None:
    session = await company.sign_in()
    async with company.database.work(new_id()) as work:
        assert await work.value("SELECT count(*) FROM agent_session WHERE id = %(id)s", {"id": session.session_id}) == 0


async def test_what_is_over_is_cleaned_away(company: Company) -> None:
    old = await company.sign_in()
    company.clock.advance(timedelta(days=20))
    new = await company.sign_in()
    await staff.clean_up(company.database, idle=IDLE)
    async with company.work() as work:
        assert [entry.id for entry in await staff.list_sessions(work, company.zoe)] == [new.session_id]
    assert await company.who(old) is None
