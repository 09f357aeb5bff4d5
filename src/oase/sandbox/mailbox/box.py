"""The mailbox: what Oase sent and what customers wrote, newest last, in memory and bounded.

    Oase ── SMTP ──▶ our listener ──▶ accept ──▶ page
    page ──▶ write ──▶ SMTP ──▶ Oase's own receiver (or the callback `on_outgoing`)

Addresses whose local part begins so are refused, to see what then happens: `unknown` (550), `full` (452), `later` (451, once),
`bounce` (taken, then returned with a delivery status notification, RFC 3464).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import islice

import aiosmtplib
import msgspec
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound, Unavailable
from oase.kernel.ids import new_id
from oase.sandbox.live import Hub
from oase.sandbox.mailbox.compose import NewMail, bounce, compose
from oase.sandbox.mailbox.reading import heading

Sender = Callable[[bytes, str, list[str]], Awaitable[None]]
_KEEP = 500
_KEEP_BYTES = 200 * 1024 * 1024


class MailboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where we listen for Oase's mail (port 0: any free one), and where Oase listens for customers' mail.

    `oase_address` is proposed to a customer who writes for the first time.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    oase_host: str = "127.0.0.1"
    oase_port: int = 0
    oase_address: str = "service@lindgruen.example"
    max_size_bytes: int = 50 * 1024 * 1024


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail as it went over the wire. `from_oase`: Oase sent it; otherwise a customer did."""

    id: str
    from_oase: bool
    raw: bytes
    envelope_from: str
    envelope_to: list[str]
    time: datetime


class Mailbox:
    """Everybody's mailbox outside of Oase."""

    def __init__(self, settings: MailboxSettings, clock: Clock, hub: Hub, *, on_outgoing: Sender | None = None) -> None:
        self.settings, self._clock, self._hub = settings, clock, hub
        self.on_outgoing = on_outgoing
        self._mails: dict[str, Mail] = {}
        self._bytes = 0
        self._server: asyncio.Server | None = None
        self._put_off: set[str] = set()
        self._bounces: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port on which we listen, once started."""
        if self._server is None:
            raise Unavailable("The sandbox's mail server is not running.")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listens for SMTP on loopback. Any user and password are taken."""
        settings = self.settings

        def protocol() -> SMTP:
            return SMTP(
                _Handler(self),
                hostname="mail.sandbox.example",
                data_size_limit=settings.max_size_bytes,
                enable_SMTPUTF8=True,
                auth_require_tls=False,
                authenticator=lambda *_: AuthResult(success=True),
                loop=asyncio.get_running_loop(),
            )

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(protocol, settings.listen_host, settings.listen_port)

    async def stop(self) -> None:
        """Stops to listen."""
        for task in self._bounces:
            task.cancel()
        if self._server:
            self._server.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._server.wait_closed()
            self._server = None

    async def accept(self, raw: bytes, envelope_from: str, envelope_to: list[str]) -> Mail:
        """Takes a mail that Oase sent; mail to `bounce…` comes back by itself."""
        mail = self._keep(raw, envelope_from, envelope_to, from_oase=True)
        for address in envelope_to:
            if address.lower().startswith("bounce") and envelope_from:
                notice = bounce(raw, address, envelope_from, self._clock.now())
                task = asyncio.create_task(self._return(notice, envelope_from))
                self._bounces.add(task)
                task.add_done_callback(self._bounces.discard)
        return mail

    async def write(self, asked: NewMail) -> Mail:
        """Writes a mail as a customer and hands it to Oase. Raises Unavailable when Oase does not take it."""
        original = self._mails.get(asked.reply_to) if asked.reply_to else None
        raw = compose(asked, original.raw if original else b"", self._clock.now())
        await self._hand_over(raw, asked.sender, [asked.to])
        return self._keep(raw, asked.sender, [asked.to], from_oase=False)

    def refusal(self, address: str) -> str:
        """The SMTP answer that refuses a recipient; '' when the mail may come."""
        local = address.partition("@")[0].lower()
        if local.startswith("unknown"):
            return "550 5.1.1 The mailbox does not exist"
        if local.startswith("full"):
            return "452 4.2.2 The mailbox is full"
        if local.startswith("later") and address not in self._put_off:
            self._put_off.add(address)
            return "451 4.7.1 Greylisted, try again later"
        return ""

    def mail(self, mail_id: str) -> Mail:
        """One mail. Raises NotFound."""
        try:
            return self._mails[mail_id]
        except KeyError:
            raise NotFound("This mail is not in the mailbox.") from None

    def newest(self, limit: int = 200) -> list[Mail]:
        """The newest mails first."""
        return list(islice(reversed(self._mails.values()), limit))

    def clear(self) -> None:
        """Empties the mailbox."""
        self._mails.clear()
        self._bytes = 0

    def _keep(self, raw: bytes, envelope_from: str, envelope_to: list[str], *, from_oase: bool) -> Mail:
        mail = Mail(
            id=new_id().hex,
            from_oase=from_oase,
            raw=raw,
            envelope_from=envelope_from,
            envelope_to=envelope_to,
            time=self._clock.now(),
        )
        self._mails[mail.id] = mail
        self._bytes += len(raw)
        while len(self._mails) > _KEEP or (self._bytes > _KEEP_BYTES and len(self._mails) > 1):
            oldest = next(iter(self._mails))
            self._bytes -= len(self._mails.pop(oldest).raw)
        self._hub.tell("mailbox", {"type": "mail", "mail": mail_head(mail)})
        return mail

    async def _return(self, notice: bytes, to: str) -> None:
        with contextlib.suppress(Unavailable):
            await self._hand_over(notice, "", [to])
            self._keep(notice, "", [to], from_oase=False)

    async def _hand_over(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        if self.on_outgoing:
            await self.on_outgoing(raw, sender, recipients)
            return
        if not self.settings.oase_port:
            raise Unavailable("Oase does not receive mail here: no address of its mail receiver is set.")
        try:
            await aiosmtplib.send(
                raw,
                sender=sender,
                recipients=recipients,
                hostname=self.settings.oase_host,
                port=self.settings.oase_port,
                start_tls=False,
                timeout=10,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"Oase did not take the mail: {error}") from error


class _Handler:
    """What the SMTP server asks us (names are aiosmtpd's)."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        refusal = self._mailbox.refusal(address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = await self._mailbox.accept(raw, envelope.mail_from or "", list(envelope.rcpt_tos))
        return f"250 2.0.0 OK {mail.id}"


def mail_head(mail: Mail) -> dict[str, object]:
    """A mail as a line of the list."""
    return {
        "id": mail.id,
        "from_oase": mail.from_oase,
        "envelope_from": mail.envelope_from,
        "envelope_to": mail.envelope_to,
        "time": mail.time.isoformat(),
        "size_bytes": len(mail.raw),
        **heading(mail.raw),
    }
