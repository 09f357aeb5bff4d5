"""Oase as the receiving server: handed mails by a real Postfix over LMTP, and by strangers over SMTP."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from tests.channels.email.conftest import letter
from tests.servers.mail import RECEIVER_DOMAIN, Dovecot, Postfix, free_port, listening, wait_until

from oase.channels.adapters.email import Email, MailReceiver
from oase.channels.contract import Account, Raw, Received

T = TypeVar("T")


class House:
    """Knows two addresses; keeps what is delivered, unless the database is down."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, Raw]] = []
        self.down: set[str] = set()
        self.arrived = asyncio.Event()

    async def resolve(self, address: str) -> str | None:
        return {f"support@{RECEIVER_DOMAIN}": "support", f"verkauf@{RECEIVER_DOMAIN}": "sales"}.get(address)

    async def deliver(self, account: str, raw: Raw) -> None:
        if account in self.down:
            raise ConnectionError("The database is away.")
        self.mails.append((account, raw))
        self.arrived.set()


@asynccontextmanager
async def receiving(house: House, *, lmtp: bool = False, port: int = 0, **more: Any) -> AsyncIterator[MailReceiver]:
    given = {"max_bytes": 1_000_000, **more}
    receiver = MailReceiver("127.0.0.1", port, lmtp=lmtp, resolve=house.resolve, deliver=house.deliver, **given)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


class HouseDoor:
    """The house's door, as the connectors give it."""

    host = "127.0.0.1"
    limit_bytes = 1_000_000
    tls = None

    def __init__(self, house: House, port: int) -> None:
        self.house, self.port = house, port

    async def resolve(self, setting: str, value: str) -> str | None:
        return "support" if (setting, value) == ("aliases", f"hilfe@{RECEIVER_DOMAIN}") else None

    async def deliver(self, account_id: str, raw: Raw) -> None:
        await self.house.deliver(account_id, raw)


async def talk(receiver: MailReceiver, script: Callable[[smtplib.SMTP], T], greeting: type[smtplib.SMTP] | None = None) -> T:
    """A conversation with the receiver by another program's library, in a thread of its own."""

    def run() -> T:
        kind = greeting or (smtplib.LMTP if receiver.lmtp else smtplib.SMTP)
        with kind("127.0.0.1", receiver.port) as client:
            client.ehlo_or_helo_if_needed()
            return script(client)

    return await asyncio.to_thread(run)


ACCOUNT = Account(id="1", channel="email", settings={"address": f"support@{RECEIVER_DOMAIN}", "incoming": "receiver"})


@pytest.mark.servers
async def test_postfix_hands_a_mail_over_by_lmtp(email: Email, postfix: Postfix, dovecot: Dovecot) -> None:
    house = House()
    async with receiving(house, lmtp=True, port=postfix.receiver):

        def submit() -> None:
            with smtplib.SMTP("127.0.0.1", postfix.mx) as client:
                client.sendmail("kunde@example.com", [f"support+k7q2abcd@{RECEIVER_DOMAIN}"], letter())

        await asyncio.to_thread(submit)
        await asyncio.wait_for(house.arrived.wait(), 20)
    ((account, raw),) = house.mails
    (event,) = email.parse(raw, ACCOUNT)
    assert account == "support"
    assert isinstance(event, Received)
    assert event.token == "k7q2abcd"
    assert event.content.subject == "Bestellung 1 📦"


@pytest.mark.servers
async def test_a_mail_that_could_not_be_stored_comes_again_from_postfix(postfix: Postfix, dovecot: Dovecot) -> None:
    house = House()
    house.down = {"support"}
    async with receiving(house, lmtp=True, port=postfix.receiver):

        def submit() -> None:
            with smtplib.SMTP("127.0.0.1", postfix.mx) as client:
                client.sendmail("kunde@example.com", [f"support@{RECEIVER_DOMAIN}"], letter(2))

        await asyncio.to_thread(submit)

        def deferred() -> bool:
            return "4.3.0 Not stored" in postfix.waiting() and '"deferred"' in postfix.waiting()

        await asyncio.to_thread(wait_until, deferred, what="a deferred mail")
        house.down = set()
        async with asyncio.timeout(30):
            while not house.arrived.is_set():  # Postfix does not hear of it while it puts the mail back
                await asyncio.to_thread(postfix.flush)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(house.arrived.wait(), 3)
    assert len(house.mails) == 1


async def test_unknown_addresses_are_refused_and_nothing_is_relayed() -> None:
    async with receiving(House()) as receiver:

        def script(client: smtplib.SMTP) -> list[int]:
            client.mail("kunde@example.com")
            return [client.rcpt(each)[0] for each in (f"nobody@{RECEIVER_DOMAIN}", "someone@example.com", "<unfug>")]

        assert await talk(receiver, script) == [550, 550, 550]


async def test_250_means_stored_and_a_database_that_is_down_451() -> None:
    house = House()
    async with receiving(house) as receiver:

        def script(client: smtplib.SMTP) -> int:
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            return client.data(letter())[0]

        stored = await talk(receiver, script)
        house.down = {"support"}
        refused = await talk(receiver, script)
    assert (stored, refused, len(house.mails)) == (250, 451, 1)


async def test_over_lmtp_each_recipient_has_an_answer_of_its_own() -> None:
    house = House()
    house.down = {"sales"}
    async with receiving(house, lmtp=True) as receiver:

        def script(client: smtplib.SMTP) -> list[bytes]:
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            client.rcpt(f"verkauf@{RECEIVER_DOMAIN}")
            client.docmd("DATA")
            client.send(letter() + b".\r\n")
            return [client.getreply()[0].to_bytes(2, "big"), client.getreply()[0].to_bytes(2, "big")]

        codes = [int.from_bytes(each, "big") for each in await talk(receiver, script)]
    assert codes == [250, 451]


async def test_one_port_speaks_both_languages() -> None:
    house = House()
    async with receiving(house, lmtp=None) as receiver:

        def script(client: smtplib.SMTP) -> int:
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            return client.data(letter())[0]

        by_smtp = await talk(receiver, script)
        by_lmtp = await talk(receiver, script, greeting=smtplib.LMTP)
    assert (by_smtp, by_lmtp) == (250, 250)
    assert [raw.method for _, raw in house.mails] == ["SMTP", "LMTP"]


async def test_the_adapter_serves_all_its_accounts_at_one_door(email: Email) -> None:
    house = House()
    door = HouseDoor(house, free_port())
    serving = asyncio.create_task(email.serve(door))
    await asyncio.to_thread(wait_until, lambda: listening(door.port), what="the receiver")

    def submit() -> None:
        with smtplib.SMTP("127.0.0.1", door.port) as client:
            client.sendmail("kunde@example.com", [f"hilfe+abcd@{RECEIVER_DOMAIN}"], letter())

    await asyncio.to_thread(submit)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert [account for account, _ in house.mails] == ["support"]
    assert not listening(door.port)


async def test_a_mail_that_is_too_large_is_refused_before_and_after() -> None:
    async with receiving(House()) as receiver:

        def script(client: smtplib.SMTP) -> tuple[int, int]:
            announced = client.mail("kunde@example.com", ["size=2000000"])[0]
            client.rset()
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            return announced, client.data(letter(text="x" * 70 + "\r\n" * 1_200_000))[0]

        assert await talk(receiver, script) == (552, 552)


async def test_lines_longer_than_the_standard_allows_are_taken() -> None:
    house = House()
    async with receiving(house) as receiver:

        def script(client: smtplib.SMTP) -> int:
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            return client.data(letter(text="ü" * 40_000))[0]

        assert await talk(receiver, script) == 250


async def test_the_mail_is_kept_as_it_came_below_two_lines_of_trace() -> None:
    house = House()
    mail = letter()
    async with receiving(house) as receiver:

        def script(client: smtplib.SMTP) -> None:
            client.mail("<>")
            client.rcpt(f"Support+K7Q2@{RECEIVER_DOMAIN}")
            client.data(mail)

        await talk(receiver, script)
    ((_, raw),) = house.mails
    assert raw.body == b"Return-Path: <>\r\nDelivered-To: Support+K7Q2@receiver.example\r\n" + mail
    assert raw.headers["x-oase-envelope-from"] == ""


async def test_whoever_guesses_addresses_is_sent_away() -> None:
    async with receiving(House()) as receiver:

        def script(client: smtplib.SMTP) -> list[int]:
            client.mail("kunde@example.com")
            return [client.rcpt(f"rate{number}@{RECEIVER_DOMAIN}")[0] for number in range(11)]

        assert await talk(receiver, script) == [550] * 10 + [421]


async def test_a_mail_that_goes_round_in_circles_is_refused() -> None:
    async with receiving(House()) as receiver:

        def script(client: smtplib.SMTP) -> int:
            client.mail("kunde@example.com")
            client.rcpt(f"support@{RECEIVER_DOMAIN}")
            return client.data(b"Received: from a by b\r\n" * 80 + letter())[0]

        assert await talk(receiver, script) == 554
