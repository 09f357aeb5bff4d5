"""One connection to an operator, bound: requests and their answers, what the operator sends by itself, a heartbeat.

open -> bind -> [ our requests, at most `window` unanswered · messages to `on_message` · enquire_link both ways ] -> unbind
a wrong length, silence after a heartbeat, an unbind of the other side -> ended; whoever waits for an answer is told
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, Literal, Self

from oase.channels.adapters.sms.configuration import Gate
from oase.channels.adapters.sms.errors import Down, NotBound
from oase.channels.adapters.sms.failures import connection_failed
from oase.channels.families.smpp import ANSWER, OK, Command, Damaged, Framer, Pdu, sentence, write_bind
from oase.kernel.i18n import message

Kind = Literal["transmitter", "receiver", "transceiver"]

CONNECT_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 30.0
_GOODBYE_SECONDS: Final = 2.0
_CHUNK: Final = 65_536
_UNKNOWN_COMMAND: Final = 0x3
_BINDS: Final = {
    "transmitter": Command.BIND_TRANSMITTER,
    "receiver": Command.BIND_RECEIVER,
    "transceiver": Command.BIND_TRANSCEIVER,
}
_MESSAGES: Final = (Command.DELIVER_SM, Command.DATA_SM)
_SILENT: Final = (Command.ALERT_NOTIFICATION, Command.OUTBIND)


class Session:
    """A bound connection. Made by `open`; `ended` is done when it is over, with the reason."""

    def __init__(
        self, gate: Gate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_message: Callable[[Pdu], None]
    ) -> None:
        self._gate, self._reader, self._writer, self._on_message = gate, reader, writer, on_message
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(gate.window)
        self._sequence = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._answered = 0
        self.confirmed = 0  # so many of our answers have certainly arrived
        self.ended: asyncio.Future[Down] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, gate: Gate, kind: Kind, on_message: Callable[[Pdu], None] | None = None) -> Self:
        """Connects and binds. Raises Down, NotBound."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(gate.host, gate.port, ssl=gate.trust())
        except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
            raise Down(connection_failed(gate.host, gate.port, error)) from None
        session = cls(gate, reader, writer, on_message or (lambda _: None))
        session._tasks.append(asyncio.create_task(session._read(), name="smpp reader"))
        try:
            answer = await session.request(_BINDS[kind], write_bind(gate.bind()))
            if answer.status != OK:
                raise NotBound(sentence(answer.status), answer.status)
        except BaseException:
            await session.close(politely=False)
            raise
        session._tasks.append(asyncio.create_task(session._beat(), name="smpp heartbeat"))
        return session

    async def request(self, command: int, body: bytes = b"", *, seconds: float = ANSWER_SECONDS) -> Pdu:
        """Asks and waits for the answer, whatever its status. Raises Down."""
        async with self._window:
            if self.ended.done():
                raise Down(self.ended.result().words)
            self._sequence = self._sequence % 0x7FFFFFFF + 1
            sequence = self._sequence
            future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
            self._waiting[sequence] = future
            try:
                async with asyncio.timeout(seconds):
                    self._write(Pdu(command=command, sequence=sequence, body=body))
                    await self._writer.drain()
                    return await future
            except TimeoutError:
                raise Down(message("The operator does not answer."), sent=True) from None
            except OSError as error:
                raise Down(connection_failed(self._gate.host, self._gate.port, error), sent=True) from None
            finally:
                self._waiting.pop(sequence, None)

    def answer(self, pdu: Pdu, status: int = OK) -> None:
        """Tells the operator that its message is taken, or why not."""
        body = b"\0" if pdu.command in _MESSAGES else b""
        self._write(Pdu(command=pdu.command | ANSWER, status=status, sequence=pdu.sequence, body=body))
        self._answered += 1

    async def close(self, *, politely: bool = True) -> None:
        """Unbinds and ends the connection."""
        if politely and not self.ended.done():
            with contextlib.suppress(Down, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):  # the window may be full
                    await self.request(Command.UNBIND)
        self._end(Down(message("The connection was closed.")))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._writer.wait_closed()

    def _write(self, pdu: Pdu) -> None:
        if not self._writer.is_closing():
            self._writer.write(pdu.encoded())

    def _end(self, reason: Down) -> None:
        if self.ended.done():
            return
        self.ended.set_result(reason)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Down(reason.words, sent=True))
                future.exception()  # read by whoever still waits; nobody else complains
        self._writer.close()

    async def _read(self) -> None:
        framer = Framer()
        reason = Down(message("The operator closed the connection."))
        try:
            while data := await self._reader.read(_CHUNK):
                for pdu in framer.feed(data):
                    self._take(pdu)
        except Damaged as error:
            self._write(Pdu(command=Command.GENERIC_NACK, status=error.status))
            reason = Down(message("The operator sent something that is no SMPP: %(why)s", why=str(error)))
        except OSError as error:
            reason = Down(connection_failed(self._gate.host, self._gate.port, error))
        finally:
            self._end(reason)

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & ANSWER:
            future = self._waiting.get(pdu.sequence)
            if future is not None and not future.done():
                future.set_result(pdu)
        elif pdu.command in _MESSAGES:
            self._on_message(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._write(Pdu(command=pdu.command | ANSWER, sequence=pdu.sequence))
        elif pdu.command == Command.UNBIND:
            self._write(Pdu(command=pdu.command | ANSWER, sequence=pdu.sequence))
            self._end(Down(message("The operator ended the connection.")))
        elif pdu.command not in _SILENT:
            self._write(Pdu(command=Command.GENERIC_NACK, status=_UNKNOWN_COMMAND, sequence=pdu.sequence))

    async def _beat(self) -> None:
        """Asks now and then whether the other side is still there; its answer also proves that ours before it arrived."""
        patience = min(ANSWER_SECONDS, max(1.0, self._gate.heartbeat_seconds / 2))
        while True:
            await asyncio.sleep(self._gate.heartbeat_seconds)
            answered = self._answered
            try:
                await self.request(Command.ENQUIRE_LINK, seconds=patience)
            except Down as error:
                self._end(Down(error.words))
                return
            self.confirmed = answered
