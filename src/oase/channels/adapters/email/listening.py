"""Holding a mailbox's connection: sign in, read what is new, wait for news, and begin again when it breaks.

open -> sign in -> [ each folder: news -> sink ] -> IDLE on the first folder (or a pause) -> [ … ]
  ^------ back-off with the server's words; a refused password waits longest, so that no provider locks the mailbox
"""

import asyncio
import random
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from oase.channels.adapters.email.configuration import Incoming, SignIn, incoming, trust
from oase.channels.adapters.email.errors import Down, ImapNo, NotSetUp, NotSignedIn
from oase.channels.adapters.email.failures import connection_failed, words_of
from oase.channels.adapters.email.imap import Imap
from oase.channels.adapters.email.mailbox import FolderReader
from oase.channels.adapters.email.oauth import Tokens
from oase.channels.contract import Account, KeepsSecrets, Raw, Sink
from oase.kernel.clock import Clock
from oase.kernel.i18n import message

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 300.0
_SIGN_IN_PAUSES: Final = (60.0, 300.0, 1800.0)
_PATIENCE: Final = 60.0
_WITHOUT_IDLE: Final = 60.0

_log = structlog.get_logger("oase.email")


class Listener:
    """One account's mailbox."""

    def __init__(self, account: Account, sink: Sink, tokens: Tokens, clock: Clock, *, pause: float = _FIRST_PAUSE) -> None:
        self._account, self._sink, self._tokens = account, sink, tokens
        self._clock, self._first_pause = clock, pause
        self._up = False
        self._failures = 0

    async def run(self) -> None:
        """Until cancelled. What the sink raises goes through: without it nothing can be stored."""
        try:
            settings, context = incoming(self._account), trust(self._account)
        except NotSetUp as error:
            await self._sink.state("needs_sign_in", words_of(error))
            raise
        reader = FolderReader(settings, self._clock)
        while True:
            try:
                await self._session(settings, context, reader)
            except _NotStored as failure:
                raise failure.__cause__ or failure from None
            except NotSignedIn as error:
                await self._fell("needs_sign_in", words_of(error))
                await asyncio.sleep(_SIGN_IN_PAUSES[min(self._failures, len(_SIGN_IN_PAUSES)) - 1])
            except (Down, ImapNo, OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
                await self._fell("down", _words(settings, error))
                await asyncio.sleep(self._pause())

    async def _fell(self, state: Any, why: str) -> None:
        """Notes a failure. One break after a working connection is nothing to speak of: servers end long ones at will."""
        self._failures += 1
        _log.info("mailbox", account=self._account.id, state=state, why=why)
        if state == "down" and self._up and self._failures == 1:
            return
        self._up = False
        await self._sink.state(state, why)

    def _pause(self) -> float:
        """Twice as long each time, spread, so that many accounts of one provider do not come back at once."""
        longest = min(_LONGEST_PAUSE, self._first_pause * 2 ** min(self._failures - 1, 12))
        return random.uniform(longest / 2, longest)  # noqa: S311 (no secret)

    async def _session(self, settings: Incoming, context: ssl.SSLContext, reader: FolderReader) -> None:
        endpoint = settings.endpoint
        imap = await Imap.open(
            endpoint.host,
            endpoint.port,
            tls=None if endpoint.security == "none" else context,
            starttls=endpoint.security == "starttls",
            patience=_PATIENCE,
            literal_limit=settings.max_bytes + 1_000_000,
        )
        try:
            await self._sign_in(imap, settings.sign_in)
            await self._watch(imap, settings, reader)
        finally:
            await imap.close(politely=False)

    async def _sign_in(self, imap: Imap, sign_in: SignIn) -> None:
        await sign_in_to(imap, sign_in, self._tokens)
        renewed = self._tokens.renewed(sign_in)
        if renewed is not None and isinstance(self._sink, KeepsSecrets):
            await self._sink.keep_secret("oauth_refresh_token", renewed)

    async def _watch(self, imap: Imap, settings: Incoming, reader: FolderReader) -> None:
        while True:
            absent = [name for name in reversed(settings.folders) if not await self._read(imap, reader, name)]
            if len(absent) == len(settings.folders):
                raise Down(message("The mailbox has no folder called %(names)s.", names=", ".join(absent)))
            await self._is_up(absent)
            # The first folder was read last, so it is the selected one: news there are heard at once.
            if "IDLE" in imap.capabilities and settings.folders[0] not in absent:
                seconds = settings.poll_seconds if len(settings.folders) == 1 else min(settings.poll_seconds, _WITHOUT_IDLE)
                await imap.idle(seconds)
            else:
                await asyncio.sleep(min(settings.poll_seconds, _WITHOUT_IDLE))
                await imap.run("NOOP")

    async def _is_up(self, absent: list[str]) -> None:
        self._failures = 0
        if not self._up:
            self._up = True
            missing = message("These folders do not exist: %(names)s.", names=", ".join(absent)) if absent else ""
            await self._sink.state("up", missing)

    async def _read(self, imap: Imap, reader: FolderReader, name: str) -> bool:
        """Reads what is new in a folder; False if there is no such folder."""
        try:
            folder = await reader.select(imap, name)
        except ImapNo as no:
            if no.code in ("NONEXISTENT", "CANNOT") or not no.code:
                return False
            raise
        cursors: Mapping[str, Any] = await self._sink.cursor()
        async for portion in reader.news(imap, folder, cursors.get(name) or {}):
            cursors = {**cursors, name: dict(portion.cursor)}
            await self._store(portion.raws, cursors)  # durable, and the cursor with it, before anything else
            await reader.taken_over(imap, name, portion.uids)
        return True

    async def _store(self, raws: Sequence[Raw], cursors: Mapping[str, Any]) -> None:
        """Apart from the mailbox's own failures: a database that is away is no reason to call the mail server down."""
        try:
            await self._sink.deliver(raws, cursor=cursors)
        except Exception as error:
            raise _NotStored from error


class _NotStored(Exception):
    """The sink failed; what it raised is the cause."""


async def sign_in_to(imap: Imap, sign_in: SignIn, tokens: Tokens) -> None:
    """Password or access token; a token that is refused is fetched anew once. Raises NotSignedIn, Down."""
    if sign_in.oauth is None:
        if not sign_in.password:
            raise NotSignedIn(message("No password has been entered."))
        await imap.sign_in(sign_in.user, sign_in.password.reveal())
        return
    token = await tokens.access(sign_in)
    try:
        await imap.sign_in_by_token(sign_in.user, token.reveal())
    except NotSignedIn:
        await imap.sign_in_by_token(sign_in.user, (await tokens.access(sign_in, refused=token)).reveal())


def _words(settings: Incoming, error: BaseException) -> str:
    if isinstance(error, Down | ImapNo):
        return words_of(error)
    return connection_failed(settings.endpoint.host, settings.endpoint.port, error)
