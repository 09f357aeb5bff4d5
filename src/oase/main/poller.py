"""Asking providers what is new: the accounts whose channel polls, one round after the other.

cursor --poll--> call --perform--> reply --poll--> … Polled: deliveries and cursor in one commit, then `after`
                                                   Again: the account waits; *down* only if that lasts
                                                   Refused: *down* and tried again, or *needs sign-in* and asked no more

Dies the process between the question and the commit, the cursor stands where it stood: the next round brings the same
deliveries, which the journal knows by their keys. Nothing lost, nothing doubled.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import psycopg
import structlog

from oase.channels import StoredAccount
from oase.channels.contract import Polled, Refused, holds
from oase.conversations import AccountSink, poll_account
from oase.kernel.clock import Clock
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside

PAUSES_SECONDS: Final = (1, 2, 5, 15, 30, 60, 120, 300)  # the least, after so many rounds that gave nothing
PATIENCE: Final = timedelta(minutes=5)  # so long may a provider put us off before the account counts as down
_GLANCE_SECONDS: Final = 15.0  # while we wait: whether the account is still ours to ask
_UNTIL_READY: Final = timedelta(seconds=5)
log = structlog.get_logger()


def asks(account: StoredAccount) -> bool:
    """Whether the provider of this account is to be asked. One that refuses our credentials is left alone until they change."""
    manifest = account.manifest
    return manifest.polls and holds(manifest.polls_if, account.account.settings) and account.state != "needs_sign_in"


class Poller:
    """Asks for one account, as long as `may_go_on` says that it is ours to ask."""

    def __init__(self, outside: Outside, clock: Clock, account: StoredAccount, sink: AccountSink) -> None:
        self._outside = outside
        self._clock = clock
        self._account = account
        self._sink = sink
        self._failures = 0
        self._troubled_since: float | None = None
        self._state = ""  # what we told of the account last

    async def run(self, may_go_on: Callable[[], bool]) -> None:
        """Until the account is lost or needs somebody to sign in."""
        while may_go_on():
            wait = await self._round()
            if wait is None:
                return
            await self._rest(wait.total_seconds(), may_go_on)

    async def _rest(self, seconds: float, may_go_on: Callable[[], bool]) -> None:
        until = _now() + seconds
        while may_go_on() and (left := until - _now()) > 0:  # noqa: ASYNC110 - a lost lock has no event
            await asyncio.sleep(min(left, _GLANCE_SECONDS))

    async def _round(self) -> timedelta | None:
        """One question; how long to wait before the next, None: ask no more."""
        if not self._account.ready(self._clock.now()):
            return _UNTIL_READY  # a fresh access token changes the account, and then another poller asks
        try:
            cursor = await self._sink.cursor()
            found = await poll_account(self._outside, self._account, cursor, self._clock.now())
            if isinstance(found, Polled):
                if found.raws or found.cursor != cursor:
                    await self._sink.deliver(found.raws, cursor=found.cursor)
                await self._well()
                return found.after
            if isinstance(found, Refused):
                await self._tell("needs_sign_in" if found.sign_in else "down", found.why)
                return None if found.sign_in else self._pause()
            await self._put_off(found.why)
            return max(found.after, self._pause())
        except (OaseError, psycopg.Error, OSError) as error:
            log.warning("poller.interrupted", account_id=str(self._account.id), error=str(error))
            await self._put_off(str(error))
        except Exception as error:  # a fault of the adapter must not leave its account unasked for good
            log.exception("poller.adapter_failed", account_id=str(self._account.id), channel=self._account.channel)
            await self._tell("down", f"The adapter failed: {type(error).__name__}: {error}")
        return self._pause()

    async def _well(self) -> None:
        self._failures, self._troubled_since = 0, None
        if self._state != "up":
            await self._tell("up", "")

    async def _put_off(self, why: str) -> None:
        """Not now, says the provider: that passes. If it does not, the administrator hears of it."""
        self._troubled_since = self._troubled_since or _now()
        if _now() - self._troubled_since >= PATIENCE.total_seconds():
            await self._tell("down", why)

    def _pause(self) -> timedelta:
        self._failures += 1
        return timedelta(seconds=PAUSES_SECONDS[min(self._failures, len(PAUSES_SECONDS)) - 1])

    async def _tell(self, state: str, why: str) -> None:
        try:
            await self._sink.state(state, why)
            self._state = state
        except (OaseError, psycopg.Error) as error:
            log.warning("poller.cannot_tell", error=str(error))


def _now() -> float:
    return asyncio.get_running_loop().time()
