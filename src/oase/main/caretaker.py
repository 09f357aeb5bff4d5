"""Care for accounts: each is tested every day, and its provider knows where deliveries go. One process at a time does it.

every 20 s   accounts that are due --check--> facts, when credentials end, up or down --subscribe--> the webhook's address
due          never tested · a day ago · ten minutes ago if it is down · its address is not what the provider was told
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from oase.channels import AccountBook, StoredAccount
from oase.conversations import connect_account
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.locks import Locks
from oase.kernel.ticks import keep_ticking

_TICK: Final = timedelta(seconds=20)
_EVERY: Final = timedelta(days=1)
_AGAIN: Final = timedelta(minutes=10)  # while something is wrong: what passes is over before anybody gets a mail
_AT_ONCE: Final = 4


def due(account: StoredAccount, now: datetime) -> bool:
    """Whether the account is to be tested and connected now. One whose credentials are refused is asked once a day only."""
    if not account.ready(now):
        return False  # its access token is being renewed
    if account.checked_at is None:
        return True
    moved = account.state == "up" and account.manifest.subscribes and account.told_url != account.account.webhook_url
    if moved and not account.told_why:
        return True
    return now - account.checked_at >= (_AGAIN if moved or account.state == "down" else _EVERY)


class Caretaker:
    """Looks after the accounts until cancelled."""

    def __init__(self, database: Database, book: AccountBook, outside: Outside, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._outside = outside
        self._locks = locks

    async def run(self) -> None:
        """One turn after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "caretaker", _TICK, lambda _: self.turn())

    async def turn(self) -> None:
        """Sees to what is due, several accounts at once."""
        now, room = self._database.clock.now(), asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._see_to(one, room) for one in await self._book.enabled() if due(one, now)))

    async def _see_to(self, account: StoredAccount, room: asyncio.Semaphore) -> None:
        async with room:
            await connect_account(self._database, self._outside, account)
