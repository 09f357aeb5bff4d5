"""What IMAP servers do on a bad day: fall silent, send too much, refuse one mail, speak between the lines."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from tests.channels.email.conftest import MemorySink, letter, listening

from oase.channels.adapters.email import Email
from oase.channels.adapters.email.errors import Down, ImapNo, NotSignedIn
from oase.channels.adapters.email.imap import Imap
from oase.channels.adapters.email.imapsyntax import folder_name, parse, quote, readable_folder_name, segments
from oase.channels.contract import Account, Malformed, Received
from oase.kernel.secrets import Secret

Answer = Callable[[str, bytes], Sequence[bytes] | None]
"""Given (tag, line): what the server sends; None = what it usually sends; an empty list = nothing at all."""


class Scripted:
    """An IMAP server with the mails given, which `odd` can make behave otherwise."""

    def __init__(self, mails: list[bytes], odd: Answer = lambda tag, line: None) -> None:
        self.mails, self.odd = mails, odd
        self.heard: list[bytes] = []
        self.idling: asyncio.StreamWriter | None = None
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
        try:
            while line := await reader.readline():
                self.heard.append(line.strip())
                for piece in self._answer(line.strip(), writer):
                    if piece == b"HANG UP":
                        return
                    writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> Sequence[bytes]:
        words = line.decode("utf-8", "replace").split()
        tag, verb = (words[0], " ".join(words[1:])) if len(words) > 1 else ("", line.decode())
        odd = self.odd(tag, line)
        if odd is not None:
            return odd
        if line == b"DONE":
            return [b"%s OK done\r\n" % self._idle_tag]
        if verb == "IDLE":
            self._idle_tag, self.idling = tag.encode(), writer
            return [b"+ idling\r\n"]
        return [*self._data(verb), b"%s OK done\r\n" % tag.encode()]

    _idle_tag = b""

    def _data(self, verb: str) -> list[bytes]:
        if verb == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1 IDLE\r\n"]
        if verb.startswith(("SELECT", "EXAMINE")):
            count = len(self.mails)
            return [b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT %d] .\r\n" % (count, count + 1)]
        if verb.startswith("UID SEARCH"):
            return [b"* SEARCH " + b" ".join(b"%d" % (number + 1) for number in range(len(self.mails))) + b"\r\n"]
        if verb.startswith("UID FETCH"):
            return [self._fetched(number, "BODY" in verb) for number in _numbers(verb.split()[2], len(self.mails))]
        return []

    def _fetched(self, number: int, whole: bool) -> bytes:
        mail = self.mails[number - 1]
        if not whole:
            size, date = len(mail), b"22-Nov-2026 04:00:00 +0100"
            return b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%s")\r\n' % (number, number, size, date)
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, number, len(mail), mail)


def _numbers(text: str, highest: int) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return [number for number in found if number <= highest]


@asynccontextmanager
async def scripted(server: Scripted) -> AsyncIterator[Account]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as running:
        server.port = running.sockets[0].getsockname()[1]
        settings = {
            "address": "support@firma.example", "imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none",
            "history_days": 5, "smtp_host": "127.0.0.1", "poll_seconds": 1, "size_limit_mb": 1,
        }  # fmt: skip
        yield Account(id="1", channel="email", settings=settings, secrets={"password": (Secret('ge"hei\\m ä'),)})


async def open_imap(server: Scripted, **more: float) -> Imap:
    return await Imap.open("127.0.0.1", server.port, tls=None, **more)  # type: ignore[arg-type]


async def test_one_mail_that_cannot_be_given_out_does_not_hold_up_the_others(email: Email) -> None:
    def odd(tag: str, line: bytes) -> Sequence[bytes] | None:
        if b"BODY" in line and 2 in _numbers(line.decode().split()[3], 3):
            return [b"%s NO [SERVERBUG] Some of the requested messages are damaged\r\n" % tag.encode()]
        return None

    sink = MemorySink()
    async with scripted(Scripted([letter(1), letter(2), letter(3)], odd)) as account, listening(email, account, sink):
        await sink.until(lambda sink: len(sink.raws) == 3)
    with pytest.raises(Malformed, match="damaged"):
        email.parse(sink.raws[1], account)
    assert [email.dedup_key(raw) for raw in sink.raws] == [None, b"INBOX/7/2", None]  # two empty bodies are two mails
    assert all(isinstance(email.parse(sink.raws[number], account)[0], Received) for number in (0, 2))


async def test_a_mail_at_which_the_connection_always_breaks_is_passed_over_visibly(email: Email) -> None:
    def odd(_tag: str, line: bytes) -> Sequence[bytes] | None:
        return [b"HANG UP"] if b"BODY" in line and 2 in _numbers(line.decode().split()[3], 3) else None

    sink = MemorySink()
    async with scripted(Scripted([letter(1), letter(2), letter(3)], odd)) as account, listening(email, account, sink):
        await sink.until(lambda sink: len(sink.raws) == 3)
        await sink.state_is("up")
    with pytest.raises(Malformed, match="connection breaks"):
        email.parse(sink.raws[1], account)


async def test_a_mail_announced_beside_another_answer_is_not_forgotten(email: Email) -> None:
    server = Scripted([letter(1)])

    def odd(tag: str, line: bytes) -> Sequence[bytes] | None:
        if b"BODY" in line and len(server.mails) == 1:
            server.mails.append(letter(2))
            return [server._fetched(1, True), b"* 2 EXISTS\r\n", b"%s OK done\r\n" % tag.encode()]
        return None

    server.odd = odd
    sink = MemorySink()
    async with scripted(server) as account:
        patient = Account(**{**{f: getattr(account, f) for f in account.__struct_fields__},
                             "settings": {**account.settings, "poll_seconds": 1000}})  # fmt: skip
        async with listening(email, patient, sink):
            await sink.until(lambda sink: len(sink.raws) == 2, seconds=10)


async def test_a_goodbye_while_idling_is_answered_by_coming_back(email: Email) -> None:
    server = Scripted([letter(1)])
    sink = MemorySink()
    async with scripted(server) as account, listening(email, account, sink):
        await sink.state_is("up")
        async with asyncio.timeout(10):
            while server.idling is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        server.mails.append(letter(2))
        server.idling.write(b"* BYE Autologout; idle for too long\r\n")
        await sink.until(lambda sink: len(sink.raws) == 2)
    assert sink.states == [("up", "")]


async def test_a_server_that_falls_silent_is_noticed() -> None:
    server = Scripted([], lambda _tag, line: [] if line == b"DONE" else None)
    async with scripted(server):
        imap = await open_imap(server, patience=0.3)
        await imap.run("SELECT", b"INBOX")
        with pytest.raises(Down, match="said nothing"):
            await imap.idle(0.05)
        await imap.close(politely=False)


async def test_more_than_was_asked_for_is_refused() -> None:
    huge = b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"
    server = Scripted([letter(1)], lambda _tag, line: [huge] if b"BODY" in line else None)
    async with scripted(server):
        imap = await open_imap(server)
        await imap.run("SELECT", b"INBOX")
        with pytest.raises(Down, match="more than was asked for"):
            await imap.run("UID", "FETCH", "1", "(UID BODY.PEEK[])")
        await imap.close(politely=False)


async def test_an_endless_line_is_refused() -> None:
    server = Scripted([], lambda _tag, line: [b"* " + b"x" * 5_000_000] if b"NOOP" in line else None)
    async with scripted(server):
        imap = await open_imap(server)
        with pytest.raises(Down, match="endless line"):
            await imap.run("NOOP")
        await imap.close(politely=False)


async def test_a_password_with_umlauts_and_quotes_goes_as_a_literal() -> None:
    server = Scripted([], lambda tag, line: [b"+ go on\r\n"] if line.endswith(b"}") else None)
    async with scripted(server):
        imap = await open_imap(server)
        task = asyncio.create_task(imap.sign_in("jörg", 'ge"hei\\m ä'))
        async with asyncio.timeout(5):
            while len(server.heard) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await imap.close(politely=False)
    assert re.fullmatch(rb"o\d+ LOGIN \{5\}", server.heard[0])
    assert server.heard[1:] == ["jörg {11}".encode(), 'ge"hei\\m ä'.encode()]


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"NO [UNAVAILABLE] Temporary failure", Down), (b"NO [AUTHENTICATIONFAILED] Nein", NotSignedIn), (b"NO Nein", NotSignedIn)],
)
async def test_a_server_in_trouble_is_told_from_a_wrong_password(answer: bytes, error: type[Exception]) -> None:
    server = Scripted([], lambda tag, line: [b"%s %s\r\n" % (tag.encode(), answer)] if b"LOGIN" in line else None)
    async with scripted(server):
        imap = await open_imap(server)
        with pytest.raises(error):
            await imap.sign_in("support", "geheim")
        await imap.close(politely=False)


async def test_a_command_that_is_refused_carries_its_code() -> None:
    server = Scripted([], lambda tag, line: [b"%s NO [NONEXISTENT] Gibt es nicht\r\n" % tag.encode()])
    async with scripted(server):
        imap = await open_imap(server)
        with pytest.raises(ImapNo, match="Gibt es nicht") as refusal:
            await imap.run("SELECT", b"Kunden")
        assert refusal.value.code == "NONEXISTENT"
        await imap.close(politely=False)


def test_answers_are_read_with_their_lists_strings_and_literals() -> None:
    text = rb'* 3 FETCH (UID 7 FLAGS (\Seen $x) ENVELOPE ("a\"b" NIL) BODY[HEADER.FIELDS (FROM)] {3} X "")'
    expected = [
        b"*", 3, b"FETCH", [
            b"UID", 7, b"FLAGS", [b"\\Seen", b"$x"], b"ENVELOPE", [b'a"b', None], b"BODY[HEADER.FIELDS (FROM)]", b"abc", b"X", b"",
        ],
    ]  # fmt: skip
    assert parse(text, [b"abc"]) == expected


@pytest.mark.parametrize("text", [b"((((", b"))))", b'"', b'"\\', b"{", b"[(", b"(" * 10_000, b"\xff\x00 {3}"])
def test_broken_answers_are_read_as_far_as_they_go(text: bytes) -> None:
    assert isinstance(parse(text), list)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Entwürfe", b"Entw&APw-rfe"),
        ("A&B", b"A&-B"),
        ("INBOX/Aufträge", b"INBOX/Auftr&AOQ-ge"),
        ("台北", b"&U,BTFw-"),
        ("🚀", b"&2D3egA-"),
    ],
)
def test_folder_names_are_written_in_imaps_own_coding(name: str, wire: bytes) -> None:
    assert folder_name(name) == wire
    assert readable_folder_name(wire) == name


def test_nothing_can_be_smuggled_into_a_command() -> None:
    assert quote(b"a\r\nb") is None
    assert segments(b"o1", "SELECT", [b"a\r\no2 DELETE x"]) == [b"o1 SELECT {14}\r\n", b"a\r\no2 DELETE x\r\n"]
    with pytest.raises(ValueError, match="line break"):
        segments(b"o1", "UID", ["FETCH\r\no2 DELETE x"])
