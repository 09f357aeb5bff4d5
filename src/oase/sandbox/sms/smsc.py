"""The operator's side of SMPP 3.4: takes binds and messages, brings customers' messages and receipts until they are answered.

bind ── system id, password ──▶ session        submit_sm ──▶ parts gather ──▶ phone
customer's message, receipt ──▶ queue ──▶ deliver_sm on a receiving session ── answered? the next · not: again, on the next session
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from oase.kernel.errors import NotFound
from oase.sandbox.sms import units
from oase.sandbox.sms.letters import cut, decode, encode
from oase.sandbox.sms.units import Submit

if TYPE_CHECKING:
    from oase.sandbox.sms.network import SmsNetwork

_LONGEST: Final = 70_000
_AGAIN_SECONDS: Final = 10.0
_BINDS: Final = {
    units.BIND_RECEIVER: (True, False),
    units.BIND_TRANSMITTER: (False, True),
    units.BIND_TRANSCEIVER: (True, True),
}


class Waiting:
    """A deliver_sm that no company has answered yet."""

    def __init__(self, body: bytes, done: Callable[[], None]) -> None:
        self.body, self.done = body, done


class Session:
    """One connection of the company."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.receives = self.sends = False
        self.sequence = 0
        self.answers: dict[int, asyncio.Future[int]] = {}

    @property
    def bound(self) -> bool:
        """Whether it has signed in."""
        return self.receives or self.sends

    def write(self, command: int, sequence: int, body: bytes = b"", status: int = units.ROK) -> None:
        """Sends a unit."""
        if not self.writer.is_closing():
            self.writer.write(units.unit(command, sequence, body, status))

    def cut(self) -> None:
        """Breaks off."""
        self.writer.transport.abort()


class Smsc:
    """The server; `port` is where it listens, once it has started."""

    def __init__(self, network: "SmsNetwork") -> None:
        self._network = network
        self.port = 0
        self.sessions: list[Session] = []
        self.visited = asyncio.Event()  # a company has signed in
        self._server: asyncio.Server | None = None
        self._queue: deque[Waiting] = deque()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._parts: dict[str, dict[int, tuple[str, Submit]]] = {}
        self._receipts: dict[str, list[tuple[str, Submit]]] = {}  # of the parts that want one, by the message's id
        self._reference = 0

    @property
    def connected(self) -> bool:
        """Whether the company can receive here."""
        return any(one.receives for one in self.sessions)

    async def start(self, port: int) -> None:
        """Opens the port on loopback; another one if it is taken."""
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        except OSError:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks.append(asyncio.create_task(self._bring(), name="sandbox smsc"))

    async def stop(self) -> None:
        """Closes everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in list(self.sessions):
            session.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    # --- from customers to the company ---

    def say(self, source: str, text: str, done: Callable[[], None]) -> None:
        """A customer's message; a long one goes in parts."""
        data, coding = encode(text)
        pieces = cut(data, coding)
        self._reference = (self._reference + 1) % 256
        bodies = []
        for number, piece in enumerate(pieces, 1):
            header = bytes((5, 0, 3, self._reference, len(pieces), number)) if len(pieces) > 1 else b""
            bodies.append(units.deliver(source, self._network.smpp_number, header + piece, coding, 0x40 if header else 0))
        if self._network.struck("reversed"):
            bodies.reverse()
        for place, body in enumerate(bodies):
            self._put(body, done if place == len(bodies) - 1 else lambda: None)

    def report(self, message_id: str, stat: str, error: int) -> None:
        """The receipts that were asked for, one for each part."""
        moment = self._network.now().strftime("%y%m%d%H%M")
        for part_id, part in self._receipts.get(message_id, ()):
            self._put(units.receipt(part.destination, part.source, part_id, stat, moment, error), lambda: None)

    def _put(self, body: bytes, done: Callable[[], None]) -> None:
        self._queue.append(Waiting(body, done))
        self._news.set()

    async def _bring(self) -> None:
        """One after the other, each until it is answered."""
        while True:
            receiving = [one for one in self.sessions if one.receives]
            if not self._queue or not receiving or self._network.faults.holds("webhook_outage"):
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self._news.wait()
                continue
            delay = self._network.struck("delay")
            if delay:
                await asyncio.sleep(delay.seconds)
            waiting = self._queue[0]
            if await self._deliver(receiving[0], waiting.body):
                self._queue.popleft()
                waiting.done()
                duplicate = self._network.struck("duplicate")
                for _ in range(duplicate.times if duplicate else 0):
                    await self._deliver(receiving[0], waiting.body, same_number=True)

    async def _deliver(self, session: Session, body: bytes, *, same_number: bool = False) -> bool:
        session.sequence += 0 if same_number else 1
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        session.answers[session.sequence] = answer
        session.write(units.DELIVER_SM, session.sequence, body)
        try:
            async with asyncio.timeout(_AGAIN_SECONDS):
                return await answer == units.ROK
        except TimeoutError:
            return False

    # --- from the company to customers ---

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer)
        try:
            while True:
                head = await reader.readexactly(16)
                length, command, status, sequence = (int.from_bytes(head[place : place + 4]) for place in (0, 4, 8, 12))
                if not 16 <= length <= _LONGEST:
                    session.write(units.GENERIC_NACK, sequence, status=units.RINVCMDLEN)
                    break
                body = await reader.readexactly(length - 16)
                if not await self._take(session, command, status, sequence, body):
                    break
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._leave(session)
            writer.close()

    def _leave(self, session: Session) -> None:
        if session in self.sessions:
            self.sessions.remove(session)
        for answer in session.answers.values():
            if not answer.done():
                answer.set_result(units.RSYSERR)
        self._news.set()

    async def _take(self, session: Session, command: int, status: int, sequence: int, body: bytes) -> bool:
        """Answers one unit; False ends the session."""
        if command & units.RESPONSE:
            answer = session.answers.pop(sequence, None)
            if answer is not None and not answer.done():
                answer.set_result(status)
        elif command in _BINDS:
            self._bind(session, command, sequence, body)
        elif command == units.ENQUIRE_LINK:
            session.write(command | units.RESPONSE, sequence)
        elif command == units.UNBIND:
            session.write(command | units.RESPONSE, sequence)
            return False
        elif command == units.SUBMIT_SM:
            return await self._submit(session, sequence, body)
        else:
            session.write(units.GENERIC_NACK, sequence, status=units.RINVCMDID)
        return True

    def _bind(self, session: Session, command: int, sequence: int, body: bytes) -> None:
        answer = command | units.RESPONSE
        try:
            known = units.read_bind(body) == (self._network.system_id, self._network.password)
        except ValueError:
            session.write(answer, sequence, status=units.RINVCMDLEN)
            return
        if session.bound:
            session.write(answer, sequence, status=units.RALYBND)
        elif self._network.struck("outage"):
            session.write(answer, sequence, status=units.RSYSERR)
        elif not known or self._network.struck("token_expired"):
            session.write(answer, sequence, status=units.RINVPASWD)
        else:
            session.receives, session.sends = _BINDS[command]
            self.sessions.append(session)
            self.visited.set()
            session.write(answer, sequence, b"sandbox\0\x02\x10\x00\x01\x34")
            self._news.set()

    async def _submit(self, session: Session, sequence: int, body: bytes) -> bool:
        answer = units.SUBMIT_SM | units.RESPONSE
        slow = self._network.struck("slow")
        if slow:
            await asyncio.sleep(slow.seconds)
        if self._network.struck("cut_before_accept"):
            session.cut()
            return False
        refusal = self._refusal(session)
        if refusal:
            session.write(answer, sequence, status=refusal)
            return True
        try:
            asked = units.read_submit(body)
        except (ValueError, IndexError):
            session.write(answer, sequence, status=units.RINVMSGLEN)
            return True
        message_id = self._network.new_id("smpp")
        self._gather(asked, message_id)
        if self._network.struck("cut_after_accept"):
            session.cut()
            return False
        session.write(answer, sequence, message_id.encode() + b"\0")
        return True

    def _refusal(self, session: Session) -> int:
        if not session.sends:
            return units.RINVBNDSTS
        if self._network.struck("throttled"):
            return units.RTHROTTLED
        return units.RSYSERR if self._network.struck("outage") or self._network.struck("http_error") else units.ROK

    def _gather(self, asked: Submit, message_id: str) -> None:
        """Keeps a part until all are there, and brings them to the phone under the id of the last."""
        key = f"{asked.source} {asked.destination} {asked.reference}"
        parts = self._parts.setdefault(key, {}) if asked.total > 1 else {}
        parts[asked.number] = message_id, asked
        if len(parts) < asked.total:
            return
        self._parts.pop(key, None)
        self._receipts[message_id] = [(part_id, part) for part_id, part in parts.values() if part.receipt]
        text = decode(b"".join(parts[number][1].data for number in sorted(parts)), asked.coding)
        try:
            self._network.arrives(asked.destination, text, message_id, "smpp")
        except NotFound:
            self._network.soon(lambda: self.report(message_id, "UNDELIV", 1))
