"""One IMAP connection: the few commands that reading a mailbox needs (RFC 3501, 2177, 6851, 4315, 7628's forerunner XOAUTH2).

    Imap.open -> sign_in -> select -> search / sizes / bodies / store / move -> idle -> …

Written here because the one asyncio library for it is under the GPL. Answers are read piece by piece with a limit, so that a
server can neither hang us nor fill our memory.
"""

import asyncio
import base64
import ssl
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from oase.channels.adapters.email.errors import Down, ImapNo, NotSignedIn
from oase.channels.adapters.email.imapsyntax import Value, code_of, parse, segments
from oase.kernel.i18n import message

_LINE_LIMIT: Final = 4 * 1024 * 1024  # a SEARCH answer of half a million numbers is one line
_CHUNK: Final = 65_536
_GREETING_SECONDS: Final = 10.0
_OPENS: Final = ("SELECT", "EXAMINE")
# Codes of RFC 5530 that say "not now" or "not your password": they must never make us give up an account.
_NOT_THE_PASSWORD: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})


class Line(Struct, frozen=True):
    """One answer: its text with `{n}` where literals stood, and the literals."""

    text: bytes
    literals: tuple[bytes, ...] = ()

    def values(self) -> list[Value]:
        """The answer as nested lists."""
        return parse(self.text, self.literals)


class Done(Struct, frozen=True):
    """A finished command: `lines` are the untagged answers, `code` is what stood in brackets, `words` the rest."""

    lines: Sequence[Line]
    code: str = ""
    words: str = ""


class Imap:
    """A connection to one server. Not for use by several tasks at once."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, patience: float, literal_limit: int
    ) -> None:
        self._reader, self._writer = reader, writer
        self._below: asyncio.StreamWriter | None = None
        self._patience = patience  # seconds without a byte until we believe that nobody is there
        self._literal_limit = literal_limit
        self._number = 0
        self._unheard = False  # a new mail was announced beside another command's answer
        self.capabilities: frozenset[str] = frozenset()

    @classmethod
    async def open(
        cls, host: str, port: int, *, tls: ssl.SSLContext | None, starttls: bool = False, patience: float = 60.0,
        literal_limit: int = 64 * 1024 * 1024,
    ) -> "Imap":  # fmt: skip
        """Connects and greets. Raises Down, ssl.SSLError and OSError (the caller puts them into words)."""
        async with asyncio.timeout(min(patience, 30.0)):
            reader, writer = await asyncio.open_connection(host, port, ssl=None if starttls else tls, limit=_LINE_LIMIT)
            imap = cls(reader, writer, patience=patience, literal_limit=literal_limit)
            try:
                await imap._greet()
                if starttls and tls is not None:
                    await imap._secure(host, tls)
                if not imap.capabilities:
                    await imap._ask_capabilities()
            except BaseException:
                await imap.close(politely=False)
                raise
        return imap

    async def _greet(self) -> None:
        try:
            async with asyncio.timeout(_GREETING_SECONDS):
                line = await self._read()
        except TimeoutError:
            raise Down(message("The server sends no greeting. On this port it may want TLS from the start.")) from None
        if line.text.upper().startswith(b"* BYE"):
            raise Down(_words(line.text[5:]))
        if not line.text.upper().startswith(b"* OK"):
            raise Down(message("This is no mail server; it says: %(words)s", words=_words(line.text)[:100]))
        self._note_capabilities(line)

    async def _secure(self, host: str, tls: ssl.SSLContext) -> None:
        """STARTTLS with a fresh reader: what was sent before the handshake is thrown away, as it may not be the server's."""
        if not self.capabilities:
            await self._ask_capabilities()
        if "STARTTLS" not in self.capabilities:
            raise Down(message("The server offers no encryption (STARTTLS) on this port."))
        await self.run("STARTTLS")
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LINE_LIMIT, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport = await loop.start_tls(self._writer.transport, protocol, tls, server_hostname=host)
        if transport is None:
            raise Down(message("The connection closed while it was being encrypted."))
        protocol.connection_made(transport)
        self._below = self._writer  # kept: a stream writer that is forgotten closes its connection, which is still below
        self._reader, self._writer = reader, asyncio.StreamWriter(transport, protocol, reader, loop)
        self.capabilities = frozenset()

    async def sign_in(self, user: str, password: str) -> None:
        """By SASL PLAIN in UTF-8 where offered (passwords with umlauts), else LOGIN. Raises NotSignedIn."""
        if "AUTH=PLAIN" in self.capabilities:
            await self._authenticate("PLAIN", f"\0{user}\0{password}")
        elif "LOGINDISABLED" in self.capabilities:
            raise Down(message("The server accepts no password on an unencrypted connection."))
        else:
            await self._signing_in("LOGIN", user.encode(), password.encode())

    async def sign_in_by_token(self, user: str, token: str) -> None:
        """XOAUTH2 (Google's and Microsoft's SASL mechanism). Raises NotSignedIn."""
        await self._authenticate("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")

    async def _authenticate(self, mechanism: str, initial: str) -> None:
        answer = base64.b64encode(initial.encode())
        asked: list[bytes] = [] if "SASL-IR" in self.capabilities else [answer]

        def more(_challenge: bytes) -> bytes:
            # A second challenge is the server's error report; an empty line fetches the refusal itself.
            return asked.pop() if asked else b""

        first = [] if asked else [answer.decode()]
        await self._signing_in("AUTHENTICATE", mechanism, *first, more=more)

    async def _signing_in(self, command: str, *arguments: str | bytes, more: Callable[[bytes], bytes] | None = None) -> None:
        try:
            done = await self.run(command, *arguments, more=more)
        except ImapNo as no:
            if no.code in _NOT_THE_PASSWORD:
                raise Down(no.words) from None
            raise NotSignedIn(no.words, code=no.code) from None
        self.capabilities = frozenset()
        for line in [*done.lines, Line(f"* OK [{done.code}]".encode())]:
            self._note_capabilities(line)
        if not self.capabilities:
            await self._ask_capabilities()

    async def _ask_capabilities(self) -> None:
        for line in (await self.run("CAPABILITY")).lines:
            self._note_capabilities(line)

    def _note_capabilities(self, line: Line) -> None:
        text = line.text.decode("ascii", "replace").upper()
        start = text.find("[CAPABILITY ")
        if start >= 0:
            self.capabilities = frozenset(text[start + 12 :].partition("]")[0].split())
        elif text.startswith("* CAPABILITY "):
            self.capabilities = frozenset(text[13:].split())

    async def run(self, name: str, *arguments: str | bytes, more: Callable[[bytes], bytes] | None = None) -> Done:
        """One command and all its answers; `more` answers a challenge. Raises ImapNo, Down."""
        tag, waiting = await self._start(name, arguments)
        if name in _OPENS:
            self._unheard = False  # what this command announces is what it is asked for
        lines: list[Line] = []
        while True:
            line = await self._read()
            if line.text.startswith(b"+"):
                challenge = line.text[1:].strip()
                await self._write(waiting.pop(0) if waiting else (more(challenge) if more else b"") + b"\r\n")
            elif line.text.startswith(tag + b" "):
                return self._finish(line.text[len(tag) + 1 :], lines)
            else:
                news = self._heard(line, logout=name == "LOGOUT")
                self._unheard = self._unheard or (news and name not in _OPENS)
                lines.append(line)

    async def _start(self, name: str, arguments: Sequence[str | bytes] = ()) -> tuple[bytes, list[bytes]]:
        self._number += 1
        tag = b"o%d" % self._number
        first, *waiting = segments(tag, name, arguments)
        await self._write(first)
        return tag, waiting

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        try:
            async with asyncio.timeout(self._patience):
                await self._writer.drain()
        except TimeoutError:
            raise Down(message("The server has taken nothing for %(seconds)s seconds.", seconds=round(self._patience))) from None

    def _finish(self, status: bytes, lines: Sequence[Line]) -> Done:
        word, _, rest = status.partition(b" ")
        code, words = code_of(_words(rest))
        if word.upper() == b"OK":
            return Done(lines, code, words)
        raise ImapNo(words or _words(status), code=code.partition(" ")[0], bad=word.upper() == b"BAD")

    def _heard(self, line: Line, *, logout: bool = False) -> bool:
        """Whether an answer announces new mail; a goodbye raises Down."""
        if not logout and line.text[:5].upper() == b"* BYE":
            raise Down(_words(line.text[5:]) or message("The server has closed the connection."))
        return line.text.upper().endswith((b" EXISTS", b" RECENT"))

    async def _read(self) -> Line:
        """One answer with its literals. Raises Down when the server is silent, gone or sends more than was asked for."""
        text, literals = b"", list[bytes]()
        while True:
            try:
                async with asyncio.timeout(self._patience):
                    text += (await self._reader.readuntil(b"\r\n"))[:-2]
            except TimeoutError:
                raise Down(
                    message("The server has said nothing for %(seconds)s seconds.", seconds=round(self._patience))
                ) from None
            except asyncio.IncompleteReadError:
                raise Down(message("The server has closed the connection.")) from None
            except asyncio.LimitOverrunError:
                raise Down(message("The server sent an endless line.")) from None
            size = _literal_size(text)
            if size is None:
                return Line(text, tuple(literals))
            literals.append(await self._literal(size))

    async def _literal(self, size: int) -> bytes:
        if size > self._literal_limit:
            raise Down(message("The server sent %(size)s bytes at once, more than was asked for.", size=size))
        pieces, left = list[bytes](), size
        while left:
            try:
                async with asyncio.timeout(self._patience):
                    piece = await self._reader.read(min(left, _CHUNK))
            except TimeoutError:
                raise Down(message("The server fell silent in the middle of a mail.")) from None
            if not piece:
                raise Down(message("The server has closed the connection in the middle of a mail."))
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    async def idle(self, seconds: float) -> bool:
        """Waits at most that long for news in the selected folder (RFC 2177); True = something happened."""
        if self._unheard:
            self._unheard = False
            return True
        tag, _ = await self._start("IDLE")
        until = asyncio.get_running_loop().time() + seconds
        news = False
        while not (line := await self._read()).text.startswith(b"+"):
            if line.text.startswith(tag):
                self._finish(line.text[len(tag) + 1 :], ())
                return True
            news = self._heard(line) or news
        while not news and (pushed := await self._read_until(until)) is not None:
            news = self._heard(pushed)
        await self._write(b"DONE\r\n")
        while not (line := await self._read()).text.startswith(tag):
            news = self._heard(line) or news
        self._finish(line.text[len(tag) + 1 :], ())
        return news

    async def _read_until(self, until: float) -> Line | None:
        try:
            async with asyncio.timeout_at(until):
                text = (await self._reader.readuntil(b"\r\n"))[:-2]  # cancelled safely: what has come stays in the reader
        except TimeoutError:
            return None
        except asyncio.IncompleteReadError:
            raise Down(message("The server has closed the connection.")) from None
        except asyncio.LimitOverrunError:
            raise Down(message("The server sent an endless line.")) from None
        literals = list[bytes]()
        while (size := _literal_size(text)) is not None:
            literals.append(await self._literal(size))
            rest = await self._read()
            text += rest.text
            literals.extend(rest.literals)
        return Line(text, tuple(literals))

    async def close(self, *, politely: bool = True) -> None:
        """Ends the connection; never raises."""
        try:
            if politely:
                async with asyncio.timeout(2):
                    await self.run("LOGOUT")
        except (OSError, Down, ImapNo, TimeoutError):
            pass
        finally:
            self._writer.close()
            if self._below is not None:
                self._below.close()


def _literal_size(text: bytes) -> int | None:
    if not text.endswith(b"}"):
        return None
    digits = text[text.rfind(b"{") + 1 : -1] if b"{" in text else b""
    return int(digits) if digits.isdigit() and len(digits) < 12 else None


def _words(text: bytes) -> str:
    return text.decode("utf-8", "replace").strip()
