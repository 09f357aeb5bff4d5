"""Oase as the receiving mail server: SMTP (an MX, or behind one) and LMTP (behind Postfix, Exim and the like).

    RCPT --resolve--> an account, or 550       DATA --deliver (durable)--> 250, or 451 so that the sender keeps it and tries again

No relaying: only addresses that `resolve` knows are taken. The mail is kept as it came, with the two lines on top that every
last server writes (Return-Path, Delivered-To), so that bounces and plus-addresses are known from the bytes alone.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from oase.channels.adapters.email import notes
from oase.channels.adapters.email.addresses import is_valid, without_plus
from oase.channels.contract import Raw
from oase.kernel.clock import Clock, SystemClock

Resolve = Callable[[str], Awaitable[str | None]]
"""The account's id of an address (lower case), None for an unknown one."""
Deliver = Callable[[str, Raw], Awaitable[None]]
"""Stores a mail for an account; returns when it is durable."""

_RECIPIENTS: Final = 100
_WRONG_RECIPIENTS: Final = 10  # of one connection: somebody is guessing addresses
_HOPS: Final = 60
_CONNECTIONS: Final = 60
_CONNECTIONS_OF_ONE: Final = 20
_AT_ONCE: Final = 8  # mails being received: bounds memory to that many times the size limit
_MAILS_PER_MINUTE: Final = 600  # of one address, over SMTP
_IDLE_SECONDS: Final = 300.0
_LINE_BYTES: Final = 1_000_000  # longer than the 1,000 of RFC 5321: real mails have such lines
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "local"})
_CALLS: Final = {"*": 100_000, "NOOP": 200, "VRFY": 5, "EXPN": 5, "HELP": 5}

_log = structlog.get_logger("oase.email")


class MailReceiver:
    """A listening SMTP or LMTP server; with `lmtp` None it is both, as the sender greets it. With `tls`, asked anew
    for each connection, STARTTLS is offered (RFC 3207)."""

    def __init__(
        self, host: str, port: int, *, lmtp: bool | None, resolve: Resolve, deliver: Deliver, max_bytes: int,
        tls: Callable[[], ssl.SSLContext] | None = None, hostname: str = "oase", clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.host, self.port, self.lmtp = host, port, lmtp
        self.max_bytes, self.tls, self.hostname = max_bytes, tls, hostname
        self.resolve, self.deliver = resolve, deliver
        self.clock = clock or SystemClock()
        self.receiving = asyncio.Semaphore(_AT_ONCE)
        self._open: set[_Protocol] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._recent: dict[str, deque[float]] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begins to listen; with port 0 the chosen one stands in `port` afterwards."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Protocol(self, loop), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Takes no more, lets what is being stored come to its end, closes all connections."""
        if self._server is not None:
            self._server.close()
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        for each in list(self._open):
            each.hang_up()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def enter(self, protocol: "_Protocol", peer: str) -> bool:
        """Notes a connection; False if there are too many."""
        mine = sum(1 for each in self._open if each.peer == peer)
        neighbour = bool(self.lmtp) or peer in _LOOPBACK  # our own mail server
        if len(self._open) >= _CONNECTIONS or (mine >= _CONNECTIONS_OF_ONE and not neighbour):
            return False
        self._open.add(protocol)
        return True

    def leave(self, protocol: "_Protocol") -> None:
        """Forgets a connection."""
        self._open.discard(protocol)

    def too_often(self, peer: str) -> bool:
        """Whether this address sends more than a person or a company does."""
        now = asyncio.get_running_loop().time()
        if len(self._recent) > 10_000:
            self._recent = {key: times for key, times in self._recent.items() if times and times[-1] > now - 60}
        times = self._recent.setdefault(peer, deque())
        while times and times[0] < now - 60:
            times.popleft()
        if len(times) >= _MAILS_PER_MINUTE:
            return True
        times.append(now)
        return False

    async def account_of(self, address: str) -> str | None:
        """The account that an address belongs to, with or without a token."""
        plain = address.strip().lower()
        return await self.resolve(plain) or await self.resolve(without_plus(plain))

    async def store(self, account_id: str, raw: Raw) -> bool:
        """Whether the mail is safe. Goes on to its end even if the sender hangs up meanwhile: it will only send it again."""
        task = asyncio.ensure_future(self.deliver(account_id, raw))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(task)
        except Exception as error:  # whatever it is: the sender must keep the mail
            _log.warning("mail not stored", account=account_id, error=str(error))
            return False
        return True


class _Handler:
    """What aiosmtpd asks. Methods are found by their names."""

    def __init__(self, receiver: MailReceiver) -> None:
        self._receiver = receiver
        self._accounts: dict[str, str] = {}
        self._wrong = 0

    async def handle_MAIL(
        self, server: "_Protocol", _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not server.lmtp and self._receiver.too_often(server.peer):
            return "450 4.7.1 Too many mails from you; please come back in a minute"
        self._accounts = {}
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: "_Protocol", _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if self._wrong >= _WRONG_RECIPIENTS:
            server.hang_up_soon()
            return "421 4.7.0 Too many unknown recipients"
        try:
            account = await self._receiver.account_of(address) if is_valid(address) else None
        except Exception as error:  # not knowing is no reason to refuse
            _log.warning("recipient not looked up", error=str(error))
            return "451 4.3.0 Please try again later"
        if account is None:
            self._wrong += 1
            return "550 5.1.1 No such address here"
        self._accounts[address] = account
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "_Protocol", _session: Session, envelope: Envelope) -> str:
        body = envelope.original_content or b""
        if _hops(body) > _HOPS:
            return server.answers("554 5.4.6 This mail goes round in circles", len(envelope.rcpt_tos))
        fates = await self._store(server, envelope, body)
        said = [_SAFE if fates[self._accounts[address]] else _LATER for address in envelope.rcpt_tos]
        if server.lmtp:
            return "\r\n".join(said)  # one answer for each recipient (RFC 2033, 4.2)
        return _SAFE if all(fates.values()) else _LATER

    async def _store(self, server: "_Protocol", envelope: Envelope, body: bytes) -> Mapping[str, bool]:
        fates: dict[str, bool] = {}
        for account in dict.fromkeys(self._accounts[address] for address in envelope.rcpt_tos):
            mine = [address for address in envelope.rcpt_tos if self._accounts[address] == account]
            fates[account] = await self._receiver.store(account, _raw(server, envelope, mine, body))
        return fates

    async def handle_exception(self, error: Exception) -> str:
        _log.warning("receiving", error=str(error))
        return "451 4.3.0 Please try again later"


_SAFE: Final = "250 2.6.0 Stored"
_LATER: Final = "451 4.3.0 Not stored; please try again later"


class _Protocol(SMTP):
    """One connection."""

    line_length_limit = _LINE_BYTES

    def __init__(self, receiver: MailReceiver, loop: asyncio.AbstractEventLoop) -> None:
        self.receiver = receiver
        self.peer = ""
        self.lmtp = bool(receiver.lmtp)
        super().__init__(
            _Handler(receiver), data_size_limit=receiver.max_bytes, enable_SMTPUTF8=True, hostname=receiver.hostname,
            ident="mail receiver", tls_context=receiver.tls() if receiver.tls else None, timeout=_IDLE_SECONDS,
            command_call_limit=_CALLS, loop=loop,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
        )  # fmt: skip

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called a second time, when STARTTLS is through."""
        if not self.peer:
            name = transport.get_extra_info("peername")
            self.peer = str(name[0]) if name else "local"
            if not self.receiver.enter(self, self.peer):
                if isinstance(transport, asyncio.WriteTransport):
                    transport.write(b"421 4.3.2 Too many connections; please try again later\r\n")
                transport.close()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self.receiver.leave(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Closes the connection."""
        if self.transport is not None:
            self.transport.close()

    def hang_up_soon(self) -> None:
        """Closes the connection after the answer."""
        self.loop.call_later(0.1, self.hang_up)

    def answers(self, said: str, recipients: int) -> str:
        """The same answer as often as the protocol wants it."""
        return "\r\n".join([said] * recipients) if self.lmtp else said

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        """The greeting of LMTP (RFC 2033, 4.1)."""
        if self.receiver.lmtp is False:
            await self.push("500 5.5.1 This is SMTP")
            return
        self.lmtp = True
        await super().smtp_EHLO(hostname)

    async def smtp_EHLO(self, hostname: str) -> None:
        """The greeting of SMTP."""
        if await self._welcome_by_smtp():
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        """The old greeting of SMTP."""
        if await self._welcome_by_smtp():
            await super().smtp_HELO(hostname)

    async def _welcome_by_smtp(self) -> bool:
        self.lmtp = bool(self.receiver.lmtp)
        if self.lmtp:
            await self.push("500 5.5.1 This is LMTP")
        return not self.lmtp

    async def smtp_DATA(self, arg: str) -> None:
        """Receives a mail when few enough others are being received."""
        try:
            async with asyncio.timeout(60):
                await self.receiver.receiving.acquire()
        except TimeoutError:
            await self.push("452 4.3.1 Busy; please try again later")
            return
        try:
            self._reset_timeout(
                max(_IDLE_SECONDS, self.receiver.max_bytes / 10_000)
            )  # the slowest line that is worth waiting for
            await super().smtp_DATA(arg)
            self._reset_timeout()
        finally:
            self.receiver.receiving.release()


def _raw(server: _Protocol, envelope: Envelope, recipients: list[str], body: bytes) -> Raw:
    sender = str(envelope.mail_from or "").strip("<> ")
    trace = [f"Return-Path: <{sender}>", *(f"Delivered-To: {address}" for address in recipients)]
    head = "".join(f"{line}\r\n" for line in trace).encode("utf-8", "replace")
    headers = {notes.ENVELOPE_FROM: sender, notes.ENVELOPE_TO: ",".join(recipients)}
    return Raw(
        body=head + body, headers=headers, method="LMTP" if server.lmtp else "SMTP", received_at=server.receiver.clock.now()
    )


def _hops(body: bytes) -> int:
    end = body.find(b"\r\n\r\n")
    return body[: end if end >= 0 else 200_000].lower().count(b"\nreceived:")
