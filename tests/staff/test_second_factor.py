"""Codes from the phone, recovery codes, and the ticket between the two steps."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import pytest_asyncio

from oase import staff
from oase.kernel.errors import Conflict, Forbidden
from oase.kernel.secrets import Secret
from oase.staff import CodeRefused, NewSession, SecondStep, SignInRefused, TooManyAttempts

from .conftest import EVERYTHING, PASSWORD, URL, Company, rights


@dataclass
class Phone:
    """Zoë's phone with its authenticator app: an independent reading of the QR code."""

    company: Company
    app: pyotp.TOTP
    recovery: tuple[str, ...]

    def code(self, later: timedelta = timedelta(0)) -> str:
        return self.app.at(self.company.clock.now() + later)

    async def ticket(self) -> Secret:
        company = self.company
        step = await staff.sign_in(
            company.database, company.safe, email=company.email("zoe"), password=PASSWORD, visit=company.visit
        )
        assert isinstance(step, SecondStep)
        return step.ticket

    async def enter(self, ticket: Secret, code: str) -> NewSession:
        company = self.company
        return await staff.second_step(company.database, company.safe, ticket=ticket, code=code, visit=company.visit)


@pytest_asyncio.fixture
async def phone(company: Company) -> Phone:
    async with company.work() as work:
        begun = await staff.start_second_factor(work, company.safe, company.zoe)
    app = pyotp.parse_uri(begun.uri.reveal())
    assert isinstance(app, pyotp.TOTP)
    async with company.work() as work:
        recovery = await staff.confirm_second_factor(work, company.safe, company.zoe, app.at(company.clock.now()))
    company.clock.advance(timedelta(minutes=1))
    return Phone(company, app, recovery)


async def test_password_and_code_let_in(phone: Phone) -> None:
    viewer = await phone.company.who(await phone.enter(await phone.ticket(), phone.code()))
    assert viewer is not None
    assert viewer.agent_id == phone.company.zoe


async def test_the_qr_code_names_the_company_and_the_person(company: Company) -> None:
    async with company.work() as work:
        begun = await staff.start_second_factor(work, company.safe, company.zoe)
    address = urlsplit(begun.uri.reveal())
    assert (address.scheme, address.netloc, parse_qs(address.query)["issuer"]) == ("otpauth", "totp", ["Oase Müller & Söhne"])
    assert begun.secret.reveal() not in repr(begun)


async def test_codes_may_be_written_with_a_space(phone: Phone) -> None:
    code = phone.code()
    assert await phone.enter(await phone.ticket(), f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("later", [timedelta(seconds=-30), timedelta(seconds=30)])
async def test_a_clock_that_differs_by_half_a_minute_is_taken(phone: Phone, later: timedelta) -> None:
    assert await phone.enter(await phone.ticket(), phone.code(later))


@pytest.mark.parametrize("later", [timedelta(minutes=-2), timedelta(minutes=2)])
async def test_codes_of_other_times_are_refused(phone: Phone, later: timedelta) -> None:
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), phone.code(later))


@pytest.mark.parametrize("code", ["", "000000x", "12345", "1234567", "١٢٣٤٥٦", "k7mfx-2qv9r-hd4wt", "a" * 10_000])
async def test_what_is_no_code_is_refused(phone: Phone, code: str) -> None:
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), code)


async def test_a_code_is_taken_once(phone: Phone) -> None:
    code = phone.code()
    await phone.enter(await phone.ticket(), code)
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), code)


async def test_an_older_code_is_not_taken_after_a_newer_one(phone: Phone) -> None:
    older, newer = phone.code(timedelta(seconds=-30)), phone.code()
    await phone.enter(await phone.ticket(), newer)
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), older)


async def test_the_code_of_the_set_up_does_not_sign_in(company: Company) -> None:
    async with company.work() as work:
        begun = await staff.start_second_factor(work, company.safe, company.zoe)
    app = pyotp.TOTP(begun.secret.reveal())
    code = app.at(company.clock.now())
    async with company.work() as work:
        recovery = await staff.confirm_second_factor(work, company.safe, company.zoe, code)
    phone = Phone(company, app, recovery)
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), code)


async def test_the_same_code_at_the_same_moment_opens_once(phone: Phone) -> None:
    ticket, code = await phone.ticket(), phone.code()
    outcomes = await asyncio.gather(*(phone.enter(ticket, code) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, NewSession) for outcome in outcomes) == 1


async def test_a_recovery_code_opens_once_however_it_is_written(phone: Phone) -> None:
    assert len(set(phone.recovery)) == 10
    await phone.enter(await phone.ticket(), phone.recovery[3].upper().replace("-", " "))
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), phone.recovery[3])
    await phone.enter(await phone.ticket(), phone.recovery[4])
    assert (await phone.company.acts()).count("agent.recovery_code_used") == 2


async def test_fresh_recovery_codes_replace_the_old_ones(phone: Phone) -> None:
    async with phone.company.work() as work:
        fresh = await staff.renew_recovery_codes(work, phone.company.zoe)
    with pytest.raises(CodeRefused):
        await phone.enter(await phone.ticket(), phone.recovery[0])
    await phone.enter(await phone.ticket(), fresh[0])


async def test_guessing_codes_has_to_wait_even_with_the_right_password(phone: Phone) -> None:
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await phone.enter(await phone.ticket(), "000000")
        phone.company.clock.advance(timedelta(seconds=61))
    ticket = await phone.ticket()
    with pytest.raises(CodeRefused):
        await phone.enter(ticket, "000000")
    with pytest.raises(TooManyAttempts):
        await phone.enter(ticket, phone.code())


async def test_a_ticket_lasts_five_minutes(phone: Phone) -> None:
    ticket = await phone.ticket()
    phone.company.clock.advance(timedelta(minutes=5))
    with pytest.raises(SignInRefused):
        await phone.enter(ticket, phone.code())


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 200])
async def test_what_is_no_ticket_is_refused(phone: Phone, text: str) -> None:
    with pytest.raises(SignInRefused):
        await phone.enter(Secret(text), phone.code())


async def test_a_forged_ticket_is_refused(phone: Phone) -> None:
    text = (await phone.ticket()).reveal()
    with pytest.raises(SignInRefused):
        await phone.enter(Secret("A" + text[1:] if text[0] != "A" else "B" + text[1:]), phone.code())


async def test_a_changed_password_makes_the_ticket_worthless(phone: Phone) -> None:
    company, ticket = phone.company, await phone.ticket()
    company.clock.advance(timedelta(minutes=1))
    await staff.change_password(
        company.database,
        company.workspace_id,
        company.zoe,
        old=PASSWORD,
        new=Secret("Rhabarberkuchen auf dem Balkon"),
        keep_session=None,
        url=URL,
        visit=company.visit,
    )
    with pytest.raises(SignInRefused):
        await phone.enter(ticket, phone.code())


async def test_a_wrong_code_sets_nothing_up(company: Company) -> None:
    async with company.work() as work:
        await staff.start_second_factor(work, company.safe, company.zoe)
        with pytest.raises(CodeRefused):
            await staff.confirm_second_factor(work, company.safe, company.zoe, "000000")
    assert isinstance(await company.sign_in(), NewSession)


async def test_a_second_factor_is_not_overwritten(phone: Phone) -> None:
    async with phone.company.work() as work:
        with pytest.raises(Conflict):
            await staff.start_second_factor(work, phone.company.safe, phone.company.zoe)


async def test_the_secret_lies_sealed_and_opens_for_its_agent_only(phone: Phone) -> None:
    company = phone.company
    async with company.work() as work:
        sealed = await work.value(
            "SELECT totp FROM agent WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": company.zoe}
        )
        assert phone.app.secret.encode() not in sealed
        await work.run(
            "UPDATE agent SET totp = %(totp)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"totp": sealed, "id": company.ayse},
        )
    step = await staff.sign_in(
        company.database, company.safe, email=company.email("ayse"), password=PASSWORD, visit=company.visit
    )
    assert isinstance(step, SecondStep)
    from oase.kernel.secrets import CannotOpen

    with pytest.raises(CannotOpen):
        await phone.enter(step.ticket, phone.code())


async def test_it_is_taken_away_with_the_password(phone: Phone) -> None:
    company = phone.company
    with pytest.raises(SignInRefused):
        await staff.remove_second_factor(
            company.database, company.workspace_id, company.zoe, password=Secret("falsch falsch"), visit=company.visit
        )
    await staff.remove_second_factor(company.database, company.workspace_id, company.zoe, password=PASSWORD, visit=company.visit)
    assert isinstance(await company.sign_in(), NewSession)
    assert "agent.second_factor_removed" in await company.acts()


async def test_only_somebody_with_as_many_rights_takes_it_from_another(phone: Phone) -> None:
    company = phone.company
    async with company.work(company.joerg) as work:
        with pytest.raises(Forbidden):
            await staff.reset_second_factor(work, company.zoe, held=rights("team_lead"))
    async with company.work() as work:
        await staff.reset_second_factor(work, company.zoe, held=EVERYTHING)
    assert isinstance(await company.sign_in(), NewSession)
