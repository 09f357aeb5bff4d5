"""Mailboxes on a real Dovecot: pushed, polled, recreated, restarted; nothing lost, nothing twice."""

import asyncio
import imaplib

import pytest
from tests.channels.email.conftest import MemorySink, letter, listening, make_account
from tests.servers.mail import Dovecot, Postfix

from oase.channels.adapters.email import Email
from oase.channels.contract import Account, Received, SaidElsewhere

pytestmark = pytest.mark.servers


def subjects(email: Email, account: Account, sink: MemorySink) -> list[str]:
    events = [event for raw in sink.raws for event in email.parse(raw, account)]
    return [event.content.subject for event in events if isinstance(event, Received)]


async def test_a_mail_is_pushed_and_understood(email: Email, account: Account, dovecot: Dovecot, address: str) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter(text="Wo bleibt mein Päckchen? 😟"))
        await sink.until(lambda sink: len(sink.raws) == 1, seconds=5)
    (event,) = email.parse(sink.raws[0], account)
    assert isinstance(event, Received)
    assert (event.sender.value, event.sender.name) == ("kunde@example.com", "Jörg Özdemir")
    assert event.content.text.strip() == "Wo bleibt mein Päckchen? 😟"


async def test_at_first_only_new_mails_are_taken(email: Email, account: Account, dovecot: Dovecot, address: str) -> None:
    dovecot.deliver(address, letter(1))
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter(2))
        await sink.until(lambda sink: len(sink.raws) == 1)
    assert subjects(email, account, sink) == ["Bestellung 2 📦"]


async def test_with_days_of_history_old_mails_are_taken_too(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    account = make_account(dovecot, postfix, address, history_days=3)
    for number in range(120):
        dovecot.deliver(address, letter(number))
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.until(lambda sink: len(sink.raws) == 120)
    assert subjects(email, account, sink) == [f"Bestellung {number} 📦" for number in range(120)]


async def test_what_came_while_nobody_listened_is_taken_once(
    email: Email, account: Account, dovecot: Dovecot, address: str
) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
    dovecot.deliver(address, letter(1))
    dovecot.deliver(address, letter(2))
    for _ in range(2):
        async with listening(email, account, sink):
            await sink.until(lambda sink: len(sink.raws) >= 2 and sink.states[-1][0] == "up")
    assert subjects(email, account, sink) == ["Bestellung 1 📦", "Bestellung 2 📦"]


async def test_the_cursor_stays_when_the_mail_could_not_be_stored(
    email: Email, account: Account, dovecot: Dovecot, address: str
) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
    sink.broken = True
    dovecot.deliver(address, letter(1))
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(email.listen(account, sink), 10)
    sink.broken = False
    async with listening(email, account, sink):
        await sink.until(lambda sink: len(sink.raws) == 1)
    assert subjects(email, account, sink) == ["Bestellung 1 📦"]


async def test_a_folder_made_anew_is_read_again_and_ids_stay(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    account = make_account(dovecot, postfix, address, folders=["Kunden"], poll_seconds=1)
    sink, known, new = MemorySink(), letter(1), letter(2)
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as imap:
        imap.login(address, "geheim")
        imap.create("Kunden")
        async with listening(email, account, sink):
            await sink.state_is("up")
            imap.append("Kunden", "", "", known)
            await sink.until(lambda sink: len(sink.raws) == 1)
        before = sink.kept["Kunden"]["uidvalidity"]
        imap.delete("Kunden")  # as a server does that lost its index: the same mails under new numbers
        imap.create("Kunden")
        imap.append("Kunden", "", "", known)
        imap.append("Kunden", "", "", new)
        async with listening(email, account, sink):
            await sink.until(lambda sink: len(sink.raws) == 3)
    ids = [event.external_id for raw in sink.raws for event in email.parse(raw, account) if isinstance(event, Received)]
    assert sink.kept["Kunden"]["uidvalidity"] != before
    # the known one twice, under one id; the server may show the new one first, as long as it finds the folder's old numbers
    assert len(ids) == 3 and ids.count(ids[0]) == 2 and len(set(ids)) == 2


async def test_what_colleagues_sent_is_read_from_its_folder_and_left_as_it_is(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    sink = MemorySink()
    settings = {"sent_folder": "Gesendet", "after_import": "move", "move_to": "Erledigt"}
    account = make_account(dovecot, postfix, address, **settings)
    answer = letter(1, From=f"Änne Köhler <{address}>", To="kunde@example.com", text="Ist unterwegs!")
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as imap:
        imap.login(address, "geheim")
        imap.create("Gesendet")
        async with listening(email, account, sink):
            await sink.state_is("up")
            imap.append("Gesendet", r"(\Seen)", "", answer)
            dovecot.deliver(address, letter(2))
            await sink.until(lambda sink: len(sink.raws) == 2)
        assert imap.select("Gesendet", readonly=True)[1] == [b"1"]
    events = [event for raw in sink.raws for event in email.parse(raw, account)]
    assert {type(event) for event in events} == {SaidElsewhere, Received}


async def test_a_restart_of_the_server_in_the_middle_loses_nothing(
    email: Email, account: Account, dovecot: Dovecot, address: str
) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter(1))
        await sink.until(lambda sink: len(sink.raws) == 1)
        await asyncio.to_thread(dovecot.stop)
        assert "localhost" in await sink.state_is("down")
        await asyncio.to_thread(dovecot.start)
        dovecot.deliver(address, letter(2))
        await sink.until(lambda sink: len(sink.raws) == 2)
        await sink.state_is("up")
    assert subjects(email, account, sink) == ["Bestellung 1 📦", "Bestellung 2 📦"]


async def test_a_wrong_password_asks_for_sign_in(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    sink = MemorySink()
    account = make_account(dovecot, postfix, address, password="fälsch")
    async with listening(email, account, sink):
        why = await sink.state_is("needs_sign_in")
    assert "Authentication failed" in why


async def test_several_folders_are_read_also_with_umlauts(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as imap:
        imap.login(address, "geheim")
        imap.create("Auftr&AOQ-ge")
        account = make_account(dovecot, postfix, address, folders=["INBOX", "Aufträge"], poll_seconds=1)
        sink = MemorySink()
        async with listening(email, account, sink):
            await sink.state_is("up")
            imap.append("Auftr&AOQ-ge", "", "", letter(7))
            dovecot.deliver(address, letter(8))
            await sink.until(lambda sink: len(sink.raws) == 2)
    assert sorted(subjects(email, account, sink)) == ["Bestellung 7 📦", "Bestellung 8 📦"]
    assert {raw.headers["x-oase-folder"] for raw in sink.raws} == {"INBOX", "Aufträge"}


async def test_a_missing_folder_is_said_and_the_others_are_read(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    account = make_account(dovecot, postfix, address, folders=["INBOX", "Gibtsnicht"])
    sink = MemorySink()
    async with listening(email, account, sink):
        assert "Gibtsnicht" in await sink.state_is("up")


@pytest.mark.parametrize(
    ("after", "left"), [("nothing", [("INBOX", False)]), ("seen", [("INBOX", True)]), ("move", [("MOVED", False)])]
)
async def test_mails_taken_over_are_left_marked_or_moved_as_set(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str, after: str, left: list[tuple[str, bool]]
) -> None:
    account = make_account(dovecot, postfix, address, after_import=after, move_to="Übernommen")
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter(1))
        await sink.until(lambda sink: len(sink.raws) == 1)
        dovecot.deliver(address, letter(2))  # when this one is here, the first has been dealt with
        await sink.until(lambda sink: len(sink.raws) == 2)
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as imap:
        imap.login(address, "geheim")
        assert where_it_lies(imap, "Bestellung 1") == left


def where_it_lies(imap: imaplib.IMAP4, subject: str) -> list[tuple[str, bool]]:
    """The folders with a mail of this subject, and whether it is marked as seen there."""
    found = []
    for name, folder in {"INBOX": "INBOX", "MOVED": "&ANw-bernommen"}.items():
        if imap.select(folder, readonly=True)[0] == "OK":
            marks = [imap.fetch(one, "(FLAGS)")[1][0] for one in imap.search(None, "SUBJECT", f'"{subject}"')[1][0].split()]
            found += [(name, b"\\Seen" in mark) for mark in marks]
    return found


async def test_of_a_huge_mail_the_beginning_is_taken_and_said_so(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    account = make_account(dovecot, postfix, address, size_limit_mb=1)
    boundary = "grenze"
    kind = f'multipart/mixed; boundary="{boundary}"'
    text = (
        f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nIm Anhang das Gerät.\r\n--{boundary}\r\n"
        "Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=gerät.jpg\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n" + ("QUJD" * 19 + "\r\n") * 20_000 + f"--{boundary}--\r\n"
    )
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter(1, text=text, Content_Type=kind))
        await sink.until(lambda sink: len(sink.raws) == 1)
    (event,) = email.parse(sink.raws[0], account)
    assert isinstance(event, Received)
    assert event.content.text.strip() == "Im Anhang das Gerät."
    assert event.content.media == ()
    assert event.content.data["truncated"]["size_bytes"] > 1_500_000
    assert len(sink.raws[0].body) < 600_000


async def test_without_idle_the_mailbox_is_polled(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    await asyncio.to_thread(dovecot.stop)
    dovecot.configure(without="IDLE")
    await asyncio.to_thread(dovecot.start)
    try:
        account = make_account(dovecot, postfix, address, poll_seconds=1)
        sink = MemorySink()
        async with listening(email, account, sink):
            await sink.state_is("up")
            dovecot.deliver(address, letter(1))
            await sink.until(lambda sink: len(sink.raws) == 1)
    finally:
        await asyncio.to_thread(dovecot.stop)
        dovecot.configure()
        await asyncio.to_thread(dovecot.start)


async def test_starttls_and_plain_connections_work_too(email: Email, dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    for security, host in (("starttls", "localhost"), ("none", "127.0.0.1")):
        account = make_account(dovecot, postfix, address, imap_host=host, imap_port=dovecot.imap, imap_security=security)
        sink = MemorySink()
        async with listening(email, account, sink):
            await sink.state_is("up")


async def test_an_account_of_our_own_receiver_is_simply_up(
    email: Email, dovecot: Dovecot, postfix: Postfix, address: str
) -> None:
    sink = MemorySink()
    async with listening(email, make_account(dovecot, postfix, address, incoming="receiver"), sink):
        await sink.state_is("up")
