"""Mails handed to a real Postfix, and to servers that behave badly."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.channels.email.conftest import MemorySink, listening, make_account, say
from tests.servers.mail import Dovecot, Postfix, World, free_port

from oase.channels.adapters.email import Email
from oase.channels.contract import Accepted, Account, Again, Call, NoReply, Outcome, Receipt, Refused, Reply, Say, Unclear
from oase.channels.families.mime import read

pytestmark = pytest.mark.servers


async def send(email: Email, account: Account, what: Say) -> tuple[Outcome, Reply | NoReply]:
    (call,) = email.render(what, account)
    reply = await email.perform(call, account)
    return email.interpret(call, reply), reply


def straight(account_settings: dict[str, object], port: int) -> dict[str, object]:
    """Settings for a server without sign-in and encryption on this machine."""
    here = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_sign_in": False}
    return {**account_settings, **here}


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_answer_arrives_in_its_thread(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str, security: str
) -> None:
    port = postfix.submission if security == "starttls" else postfix.submissions
    account = make_account(dovecot, postfix, address, smtp_port=port, smtp_security=security)
    what = say(reply_to="q1@example.com", references=("q0@example.com",))
    outcome, _ = await send(email, account, what)
    mail = read((await world.mail(address)).content)
    assert outcome == Accepted(external_id=mail.message_id)
    assert mail.in_reply_to == ("q1@example.com",)
    assert mail.references == ("q0@example.com", "q1@example.com")
    assert mail.reply_text.strip() == "Morgen, versprochen!"


async def test_a_bounce_marks_the_mail_that_it_belongs_to(email: Email, account: Account, dovecot: Dovecot, world: World) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        outcome, _ = await send(email, account, say(to="unbekannt@example.com"))
        await sink.until(lambda sink: len(sink.raws) == 1)
    (event,) = email.parse(sink.raws[0], account)
    assert isinstance(outcome, Accepted)
    assert isinstance(event, Receipt)
    assert (event.external_id, event.state, event.final) == (outcome.external_id, "failed", True)
    assert event.code == "5.1.1"
    assert "Diese Adresse gibt es hier nicht" in event.why


async def test_our_own_copy_in_the_mailbox_is_no_customers_mail(
    email: Email, account: Account, dovecot: Dovecot, address: str
) -> None:
    (call,) = email.render(say(), account)
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, call.body)  # as Google and Microsoft put it into a folder
        await sink.until(lambda sink: len(sink.raws) == 1)
    (event,) = email.parse(sink.raws[0], account)
    assert isinstance(event, Receipt)
    assert (event.state, event.external_id) == ("sent", call.options["message_id"])


async def test_a_wrong_password_asks_for_sign_in(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    outcome, _ = await send(email, make_account(dovecot, postfix, address, password="fälsch"), say())
    assert isinstance(outcome, Refused)
    assert outcome.sign_in


async def test_a_recipient_refused_at_once_is_told_in_plain_words(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address, **straight({}, world.port))
    outcome, _ = await send(email, account, say(to="unbekannt@example.com"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "5.1.1"
    assert outcome.why.startswith("This address does not exist.")
    assert not outcome.sign_in


async def test_a_greylisting_server_is_tried_again_later(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address, **straight({}, world.port))
    outcome, _ = await send(email, account, say(to="spaeter@example.com"))
    assert isinstance(outcome, Again)
    assert outcome.after.total_seconds() == 300
    assert not outcome.account


async def test_a_refused_copy_does_not_hold_up_the_mail(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address, **straight({}, world.port))
    outcome, _ = await send(email, account, say(copy_to=("unbekannt@example.com", "chefin@example.com")))
    assert isinstance(outcome, Accepted)
    assert "unbekannt@example.com" in outcome.note
    assert (await world.mail(address)).rcpt_tos == ["kunde@example.com", "chefin@example.com"]


async def test_automatic_mails_have_no_return_address(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address)
    await send(email, account, say(automatic=True, reply_to="q1@example.com"))
    envelope = await world.mail(address)
    assert envelope.mail_from in ("", "<>")
    assert read(envelope.content).auto_submitted == "auto-replied"


async def test_addresses_with_umlauts_go_where_the_server_knows_them(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address, **straight({}, world.port))
    outcome, _ = await send(email, account, say(to="jörg@example.com"))
    assert isinstance(outcome, Accepted)
    assert (await world.mail(address)).rcpt_tos == ["jörg@example.com"]


async def test_several_mails_share_a_connection(
    email: Email, dovecot: Dovecot, postfix: Postfix, world: World, address: str
) -> None:
    account = make_account(dovecot, postfix, address)
    opened = []
    for _ in range(5):
        outcome, _reply = await send(email, account, say())
        assert isinstance(outcome, Accepted)
        opened.append(len(re.findall(r"submission/smtpd\[\d+\]: connect from", postfix.log())))
    assert opened[0] >= 1
    assert opened == opened[:1] * 5  # after the first mail nobody connects anew


class BadServer:
    """Speaks just enough SMTP, and then does what `after` says: "dot", "data" or "greeting" = hangs up there."""

    def __init__(self, after: str) -> None:
        self.after = after
        self.senders: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.after == "greeting":
            return
        writer.write(b"220 bad.example ESMTP\r\n")
        while line := (await reader.readline()).decode():
            verb = line[:4].upper()
            if verb == "EHLO":
                writer.write(b"250-bad.example\r\n250 8BITMIME\r\n")
            elif verb == "MAIL" and self.after == "null" and "<>" in line:
                self.senders.append(line.strip())
                writer.write(b"550 5.7.1 Null sender not allowed here\r\n")
            elif verb == "DATA":
                if self.after == "data":
                    return
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                if self.after == "dot":
                    return
                if self.after == "nonsense":
                    writer.write(b"Danke!\r\n")
                    continue
                writer.write(b"250 2.0.0 taken\r\n")
            else:
                self.senders += [line.strip()] if verb == "MAIL" else []
                writer.write(b"250 2.1.0 fine\r\n")


@asynccontextmanager
async def bad_server(after: str) -> AsyncIterator[tuple[BadServer, int]]:
    bad = BadServer(after)
    server = await asyncio.start_server(bad.serve, "127.0.0.1", 0)
    async with server:
        yield bad, server.sockets[0].getsockname()[1]


def account_at(port: int) -> Account:
    settings = straight({"address": "support@firma.example", "imap_host": "127.0.0.1"}, port)
    return Account(id="1", channel="email", settings=settings)


@pytest.mark.parametrize("after", ["dot", "nonsense"])
async def test_a_connection_lost_after_the_final_dot_is_unclear(email: Email, after: str) -> None:
    async with bad_server(after) as (_, port):
        outcome, reply = await send(email, account_at(port), say())
    assert isinstance(reply, NoReply)
    assert reply.sent
    assert isinstance(outcome, Unclear)


@pytest.mark.parametrize("after", ["greeting", "data"])
async def test_a_connection_lost_before_is_tried_again(email: Email, after: str) -> None:
    async with bad_server(after) as (_, port):
        outcome, reply = await send(email, account_at(port), say())
    assert isinstance(reply, NoReply)
    assert not reply.sent
    assert isinstance(outcome, Again)


async def test_a_server_that_wants_a_return_address_gets_ours(email: Email) -> None:
    async with bad_server("null") as (bad, port):
        outcome, _ = await send(email, account_at(port), say(automatic=True))
    assert isinstance(outcome, Accepted)
    assert [line.split()[1] for line in bad.senders] == ["FROM:<>", "FROM:<support@firma.example>"]


async def test_a_kept_connection_that_died_is_replaced(email: Email) -> None:
    async with bad_server("") as (_, port):
        first, _reply = await send(email, account_at(port), say())
    async with await asyncio.start_server(BadServer("").serve, "127.0.0.1", port):
        second, _reply = await send(email, account_at(port), say())
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)


async def test_nobody_at_the_port_concerns_the_whole_account(email: Email) -> None:
    outcome, _ = await send(email, account_at(free_port()), say())
    assert isinstance(outcome, Again)
    assert outcome.account
    assert "Is the port correct?" in outcome.why


async def test_a_line_break_in_an_address_reaches_no_server(email: Email) -> None:
    async with bad_server("") as (bad, port):
        call = Call(
            method="SEND", url="smtp:", body=b"x\r\n", options={
                "envelope_from": "a@firma.example", "recipients": ("b@example.com>\r\nDATA",), "message_id": "1@x",
            },
        )  # fmt: skip
        reply = await email.perform(call, account_at(port))
    assert isinstance(email.interpret(call, reply), Refused)
    assert bad.senders == []
