"""Handing mails to the provider's server (RFC 6409), with one kept connection per account.

    connect -> (STARTTLS) -> sign in -> MAIL -> RCPT… -> DATA -> the mail -> "." -> 250
                                                        `-- from here on, a lost connection means: we cannot tell

The keeping is small: one idle connection for each account, for half a minute, tried with RSET before it is used again.
"""

import asyncio
import re
from contextlib import suppress
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException, SMTPSenderRefused
from msgspec import Struct

from oase.channels.adapters.email.addresses import is_valid
from oase.channels.adapters.email.configuration import Outgoing, SignIn, outgoing, trust
from oase.channels.adapters.email.errors import Down, NotSetUp, NotSignedIn
from oase.channels.adapters.email.failures import connection_failed, root_of
from oase.channels.adapters.email.oauth import Tokens
from oase.channels.contract import Account, Call, NoReply, Reply
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_IDLE_SECONDS: Final = 30.0
_COMMAND_SECONDS: Final = 60.0
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class _Kept(Struct):
    client: SMTP
    server: Outgoing
    certificate: Secret | str
    closing: asyncio.TimerHandle | None = None


class _Way:
    """How far a mail has come."""

    __slots__ = ("sent", "stage")

    def __init__(self) -> None:
        self.stage, self.sent = "connect", False


class Submitter:
    """Sends mails for all accounts of this process."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._kept: dict[str, _Kept] = {}

    async def close(self) -> None:
        """Ends all kept connections."""
        kept, self._kept = list(self._kept.values()), {}
        for each in kept:
            await self._end(each)

    async def send(self, call: Call, account: Account) -> Reply | NoReply:
        """One mail; never raises for what the server or the network does."""
        return await self._guarded(call, account, _Way(), only_sign_in=False)

    async def try_sign_in(self, call: Call, account: Account) -> Reply | NoReply:
        """Connects and signs in, nothing more."""
        return await self._guarded(call, account, _Way(), only_sign_in=True)

    async def _guarded(self, call: Call, account: Account, way: _Way, *, only_sign_in: bool) -> Reply | NoReply:
        try:
            async with asyncio.timeout(call.timeout.total_seconds()):
                return await self._attempt(call, account, way, only_sign_in=only_sign_in)
        except SMTPResponseException as refusal:
            if way.sent:  # an answer that is none, after the final dot
                return NoReply(sent=True, why=_why(refusal, account, way))
            return _reply(refusal.code, str(refusal.message), way.stage)
        except (NotSetUp, NotSignedIn) as error:
            return _reply(535, str(error), "settings" if isinstance(error, NotSetUp) else "sign_in")
        except (SMTPException, Down, OSError, TimeoutError) as error:
            return NoReply(sent=way.sent, why=_why(error, account, way))

    async def _attempt(self, call: Call, account: Account, way: _Way, *, only_sign_in: bool) -> Reply:
        kept = await self._connection(account, way)
        try:
            if only_sign_in:
                reply = _reply(250, "", "sign_in")
            else:
                reply = await _hand_over(kept.client, call, way)
        except BaseException:
            kept.client.close()
            raise
        self._keep(account.id, kept)
        return reply

    async def _connection(self, account: Account, way: _Way) -> _Kept:
        server, certificate = outgoing(account), str(account.settings.get("certificate") or "")
        kept = self._kept.pop(account.id, None)
        if kept is not None:
            if kept.closing is not None:
                kept.closing.cancel()
            if kept.server == server and kept.certificate == certificate and kept.client.is_connected:
                with suppress(SMTPException, OSError):
                    await kept.client.rset(timeout=10)
                    return kept
            kept.client.close()
        client = await self._open(account, server, way)
        return _Kept(client, server, certificate)

    async def _open(self, account: Account, server: Outgoing, way: _Way) -> SMTP:
        way.stage = "connect"
        endpoint = server.endpoint
        client = SMTP(
            hostname=endpoint.host,
            port=endpoint.port,
            local_hostname=server.hello,
            timeout=_COMMAND_SECONDS,
            use_tls=endpoint.security == "tls",
            start_tls=endpoint.security == "starttls",
            tls_context=trust(account) if endpoint.security != "none" else None,
        )
        await client.connect(timeout=30)
        try:
            if client.is_ehlo_or_helo_needed:
                await _introduce(client)
            way.stage = "sign_in"
            if server.sign_in is not None:
                await self._sign_in(client, server.sign_in)
        except BaseException:
            client.close()
            raise
        return client

    async def _sign_in(self, client: SMTP, sign_in: SignIn) -> None:
        if sign_in.oauth is None:
            await client.login(sign_in.user, sign_in.password.reveal())
            return
        token = await self._tokens.access(sign_in)
        try:
            await client.auth_xoauth2(sign_in.user, token.reveal())
        except SMTPResponseException as refusal:
            if refusal.code < 500:  # the server cannot check it at the moment: another token would fare no better
                raise
            token = await self._tokens.access(sign_in, refused=token)  # it may have been taken back before its time
            await client.auth_xoauth2(sign_in.user, token.reveal())

    def _keep(self, account_id: str, kept: _Kept) -> None:
        if account_id in self._kept or not kept.client.is_connected:
            kept.client.close()
            return
        kept.closing = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._retire, account_id, kept)
        self._kept[account_id] = kept

    def _retire(self, account_id: str, kept: _Kept) -> None:
        if self._kept.get(account_id) is kept:
            del self._kept[account_id]
            kept.client.close()

    async def _end(self, kept: _Kept) -> None:
        if kept.closing is not None:
            kept.closing.cancel()
        with suppress(SMTPException, OSError):
            await kept.client.quit(timeout=2)
        kept.client.close()


async def _hand_over(client: SMTP, call: Call, way: _Way) -> Reply:
    recipients: tuple[str, ...] = tuple(call.options["recipients"])
    way.stage = "rcpt"
    if not all(map(is_valid, recipients)):
        raise SMTPResponseException(553, "5.1.3")
    body = _LINE_END.sub(b"\r\n", call.body)
    options, encoding = _options(client, body, (*recipients, call.options["envelope_from"]))
    way.stage = "mail"
    await _mail(client, call, options, encoding)
    way.stage = "rcpt"
    refused: list[str] = []
    for position, recipient in enumerate(recipients):
        try:
            await client.rcpt(recipient, encoding=encoding)
        except SMTPResponseException as refusal:
            if position == 0 or refusal.code == 421:  # the person we answer; without them nobody gets it
                raise
            refused.append(f"{recipient}: {refusal.code} {refusal.message}")
    way.stage = "data"
    started = await client.execute_command(b"DATA")
    if started.code != 354 or client.protocol is None:
        raise SMTPResponseException(started.code, started.message)
    way.sent = True
    client.protocol.write(_DOT.sub(b"..", body) + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    done = await client.protocol.read_response(timeout=call.timeout.total_seconds())
    reply = _reply(done.code, done.message, "data" if done.code >= 300 else "sent")
    return Reply(status=reply.status, headers={**reply.headers, "refused": "; ".join(refused)}, body=reply.body)


async def _introduce(client: SMTP) -> None:
    """EHLO, so that what the server can do is known; HELO for one that does not know it."""
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _mail(client: SMTP, call: Call, options: list[str], encoding: str) -> None:
    """MAIL FROM. Where the server does not take the empty sender of automatic mails, our own address goes."""
    sender = str(call.options["envelope_from"])
    try:
        await client.mail(sender, options=options, encoding=encoding)
    except SMTPSenderRefused as refusal:
        instead = str(call.options.get("envelope_from_instead", ""))
        if sender or not instead or not 500 <= refusal.code < 600:
            raise
        await client.rset()
        await client.mail(instead, options=options, encoding=encoding)


def _options(client: SMTP, body: bytes, addresses: tuple[str, ...]) -> tuple[list[str], str]:
    options = [f"SIZE={len(body)}"] if client.supports_extension("size") else []
    if not body.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    if all(address.isascii() for address in addresses):
        return options, "ascii"
    if not client.supports_extension("smtputf8"):
        words = message("This server cannot write to addresses with special characters.")
        raise SMTPResponseException(553, f"5.6.7 {words}")
    return [*options, "SMTPUTF8"], "utf-8"


def _reply(status: int, words: str, stage: str) -> Reply:
    found = _ENHANCED.match(words)
    headers = {"stage": stage, "enhanced": found[1] if found else ""}
    return Reply(status=status, headers=headers, body=words.encode("utf-8", "replace"))


def _why(error: BaseException, account: Account, way: _Way) -> str:
    if isinstance(error, Down):
        return str(error)
    if way.sent:
        return message("The connection was lost after the mail had been handed over; the server may have taken it.")
    endpoint = outgoing(account).endpoint
    if isinstance(error, SMTPException) and error.__cause__ is None:
        return f"{endpoint.host}: {error.message}"
    return connection_failed(endpoint.host, endpoint.port, root_of(error))
