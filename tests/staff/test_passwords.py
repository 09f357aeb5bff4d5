"""Passwords change: by their owner, by a link in a mail."""

import asyncio
import re
from datetime import timedelta

import pytest

from oase import staff
from oase.kernel.secrets import Secret
from oase.staff import LinkRefused, Mail, SignInRefused, TooManyAttempts, WeakPassword

from .conftest import EVERYTHING, PASSWORD, URL, Company

NEW = Secret("Rhabarberkuchen auf dem Balkon")


def token_in(mail: Mail, path: str = staff.RESET_PATH) -> Secret:
    found = re.search(rf"{re.escape(URL + path)}(\S+)", mail.text)
    assert found
    assert mail.link == found[0]
    return Secret(found[1])


async def ask(company: Company, name: str = "zoe") -> list[Mail]:
    return await staff.ask_for_reset(company.database, email=company.email(name), url=URL, visit=company.visit)


async def reset(company: Company, token: Secret, password: Secret = NEW) -> Mail:
    return await staff.reset_password(company.database, token=token, password=password, url=URL, visit=company.visit)


async def change(company: Company, *, old: Secret = PASSWORD, new: Secret = NEW, keep: object = None) -> Mail:
    return await staff.change_password(
        company.database,
        company.workspace_id,
        company.zoe,
        old=old,
        new=new,
        keep_session=keep,  # type: ignore[arg-type]
        url=URL,
        visit=company.visit,
    )


async def test_a_changed_password_ends_the_other_sessions_and_is_told_by_mail(company: Company) -> None:
    here, elsewhere = await company.sign_in(), await company.sign_in()
    mail = await change(company, keep=here.session_id)
    assert (await company.who(here) is not None, await company.who(elsewhere)) == (True, None)
    assert (mail.to, mail.subject) == (company.email("zoe"), "Ihr Passwort für „Müller & Söhne“ wurde geändert")
    with pytest.raises(SignInRefused):
        await company.sign_in()
    await company.sign_in(password=NEW)


async def test_the_old_password_must_be_right(company: Company) -> None:
    with pytest.raises(SignInRefused):
        await change(company, old=NEW)
    await company.sign_in()


async def test_guessing_the_old_password_has_to_wait(company: Company) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await change(company, old=NEW)
    with pytest.raises(TooManyAttempts):
        await change(company)


async def test_a_weak_password_changes_nothing(company: Company) -> None:
    with pytest.raises(WeakPassword):
        await change(company, new=Secret("Zoë Schäfer 1"))
    await company.sign_in()


async def test_a_link_in_a_mail_gives_a_new_password(company: Company) -> None:
    session = await company.sign_in()
    (mail,) = await ask(company)
    assert (mail.to, mail.to_name, mail.subject) == (
        company.email("zoe"),
        "Zoë Schäfer",
        "Ein neues Passwort für „Müller & Söhne“",
    )
    opened = await staff.open_link(company.database, token_in(mail), "reset")
    assert (opened.name, opened.workspace_name) == ("Zoë Schäfer", "Müller & Söhne")
    await reset(company, token_in(mail))
    assert await company.who(session) is None
    await company.sign_in(password=NEW)


async def test_a_link_works_once(company: Company) -> None:
    (mail,) = await ask(company)
    await reset(company, token_in(mail))
    with pytest.raises(LinkRefused):
        await reset(company, token_in(mail))


async def test_a_link_used_twice_at_once_works_once(company: Company) -> None:
    (mail,) = await ask(company)
    outcomes = await asyncio.gather(*(reset(company, token_in(mail)) for _ in range(4)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkRefused", "LinkRefused", "LinkRefused", "Mail"]


async def test_a_link_works_for_an_hour(company: Company) -> None:
    (mail,) = await ask(company)
    company.clock.advance(timedelta(hours=1))
    with pytest.raises(LinkRefused):
        await staff.open_link(company.database, token_in(mail), "reset")
    with pytest.raises(LinkRefused):
        await reset(company, token_in(mail))


async def test_a_newer_link_replaces_the_older(company: Company) -> None:
    (first,), (second,) = await ask(company), await ask(company)
    with pytest.raises(LinkRefused):
        await reset(company, token_in(first))
    await reset(company, token_in(second))


async def test_a_weak_password_does_not_use_the_link_up(company: Company) -> None:
    (mail,) = await ask(company)
    with pytest.raises(WeakPassword):
        await reset(company, token_in(mail), Secret("passwort1234"))
    await reset(company, token_in(mail))


async def test_unknown_addresses_get_no_mail_and_no_error(company: Company) -> None:
    assert await ask(company, "nobody") == []


@pytest.mark.parametrize("name", ["zoe", "nobody"])
async def test_many_reset_mails_have_to_wait_known_or_not(company: Company, name: str) -> None:
    for _ in range(3):
        await ask(company, name)
    with pytest.raises(TooManyAttempts):
        await ask(company, name)


async def test_deactivated_agents_get_no_mail_and_their_links_end(company: Company) -> None:
    (mail,) = await ask(company, "ayse")
    async with company.work() as work:
        await staff.deactivate(work, company.ayse, held=EVERYTHING)
    assert await ask(company, "ayse") == []
    with pytest.raises(LinkRefused):
        await reset(company, token_in(mail))


async def test_a_reset_ends_the_wait_after_failures(company: Company) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await company.sign_in(password=Secret("ganz bestimmt falsch"))
    (mail,) = await ask(company)
    await reset(company, token_in(mail))
    await company.sign_in(password=NEW)


async def test_a_reset_leaves_the_second_factor(company: Company) -> None:
    async with company.work() as work:
        begun = await staff.start_second_factor(work, company.safe, company.zoe)
        import pyotp

        code = pyotp.TOTP(begun.secret.reveal()).at(company.clock.now())
        await staff.confirm_second_factor(work, company.safe, company.zoe, code)
    (mail,) = await ask(company)
    await reset(company, token_in(mail))
    step = await staff.sign_in(company.database, company.safe, email=company.email("zoe"), password=NEW, visit=company.visit)
    assert isinstance(step, staff.SecondStep)


async def test_a_link_with_one_character_changed_is_refused(company: Company) -> None:
    (mail,) = await ask(company)
    text = token_in(mail).reveal()
    with pytest.raises(LinkRefused):
        await reset(company, Secret(text[:70] + ("A" if text[70] != "A" else "B") + text[71:]))


@pytest.mark.parametrize("token", ["", "x", "A" * 86])
async def test_what_is_no_link_is_refused(company: Company, token: str) -> None:
    with pytest.raises(LinkRefused, match="Please ask for a new one"):
        await reset(company, Secret(token))


async def test_a_link_of_one_purpose_is_not_taken_for_another(company: Company) -> None:
    (mail,) = await ask(company)
    with pytest.raises(LinkRefused):
        await staff.accept_invitation(company.database, token=token_in(mail), name="Zoë", password=NEW, visit=company.visit)
    with pytest.raises(LinkRefused):
        await staff.open_link(company.database, token_in(mail), "invitation")
