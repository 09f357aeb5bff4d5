"""The test of an account before it is saved: one sentence for each thing that usually goes wrong, seen on real servers."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.channels.email.conftest import make_account
from tests.servers.mail import Dovecot, Postfix, free_port

from oase.channels.adapters.email import Email
from oase.channels.adapters.email.providers import PROVIDERS
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.kernel.i18n import Message, translator
from oase.kernel.secrets import Secret

pytestmark = pytest.mark.servers


async def checked(email: Email, account: Account) -> Checked:
    replies: list[Reply | NoReply] = []
    step = email.check(account)
    while isinstance(step, Call):
        replies.append(await email.perform(step, account))
        step = email.check(account, replies)
    return step


async def test_a_good_account_says_its_address_and_folders(email: Email, account: Account, address: str) -> None:
    assert await checked(email, account) == Checked(ok=True, summary=address, facts={"folders": "INBOX"})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"imap_host": "imap.gibt-es-nicht.invalid"}, "There is no server called imap.gibt-es-nicht.invalid."),
        ({"imap_host": "127.0.0.2", "imap_port": 1}, "nothing answers on port 1"),
        ({"certificate": ""}, "The certificate of localhost cannot be trusted"),
        ({"imap_security": "starttls"}, "it may want TLS from the start"),
        ({"folders": ["Kunden"]}, "Kunden"),
        ({"user": "niemand@firma.example"}, "User name or password is wrong."),
        ({"provider": "strato", "imap_host": ""}, None),
        ({"imap_host": "imap.example.com", "imap_security": "none"}, "Without encryption"),
        ({"imap_host": ""}, "The name of the IMAP server is missing."),
        ({"address": ""}, "The account has no e-mail address."),
        ({"imap_port": "99999"}, "99999 is not a port number."),
        ({"certificate": "kein Zertifikat"}, "The certificate cannot be read"),
        ({"smtp_port": 1}, "nothing answers on port 1"),
    ],
)
async def test_what_goes_wrong_is_said_in_a_sentence(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str, change: dict[str, Any], sentence: str | None
) -> None:
    account = make_account(dovecot, postfix, address)
    account = replace(account, settings={**account.settings, **change})
    if sentence is None:
        assert isinstance(email.check(account), Call)  # known by the provider's name: nothing to ask for
        return
    result = await checked(email, account)
    assert not result.ok
    assert sentence in result.summary


async def test_a_certificate_for_another_name_is_told_apart(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    result = await checked(email, make_account(dovecot, postfix, address, imap_host="127.0.0.2"))
    assert not result.ok
    assert "was made out for another name" in result.summary or "nothing answers" in result.summary


async def test_the_wrong_port_for_tls_is_told_apart(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    result = await checked(email, make_account(dovecot, postfix, address, imap_port=dovecot.imap))
    assert "does not speak TLS on port" in result.summary


async def test_a_web_server_is_no_mail_server(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port := free_port()):
        account = make_account(dovecot, postfix, address, imap_host="127.0.0.1", imap_port=port, imap_security="none")
        result = await checked(email, account)
    assert "This is no mail server" in result.summary


async def test_sentences_are_german_for_german_readers(email: Email, account: Account) -> None:
    result = await checked(email, replace(account, secrets={"password": (Secret("falsch"),)}))
    assert isinstance(result.summary, Message)
    said = translator("de").text(result.summary)
    assert said.startswith("Eingehende Post (IMAP): Benutzername oder Passwort ist falsch.")


def test_providers_known_by_name_are_encrypted() -> None:
    used = [endpoint for provider in PROVIDERS.values() for endpoint in (provider.imap, provider.smtp)]
    assert {endpoint.security for endpoint in used} <= {"tls", "starttls"}
