"""Names of people whose provider delivers an address only: asked for after they have spoken, once for each new address.

message without a name --intake--> live event "unnamed" --Follower, durable position--> no name known yet?
    --whois--> call --perform--> reply --whois--> … Address: name and fields are kept, open pages are told
                                                   refused, not now: the next message asks again
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import Address, Call, NoReply, Received, Reply
from oase.conversations.delivery.wire import perform
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.follow import Follower
from oase.kernel.http import Outside
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks
from oase.people import Seen, find_identity, learn

_TOPIC: Final = "unnamed"
_AT_ONCE: Final = 8
_STEPS: Final = 4
_NAME_CHARACTERS: Final = 200
_IN_ONE_EVENT: Final = 100
log = structlog.get_logger()


def tell_unnamed(work: UnitOfWork, account: StoredAccount, said: Sequence[Received]) -> None:
    """Says who spoke without a name."""
    addresses = sorted({one.sender.value for one in said if not one.sender.name})
    for start in range(0, len(addresses), _IN_ONE_EVENT):
        work.emit(_TOPIC, account.id, {"addresses": addresses[start : start + _IN_ONE_EVENT]})


class Introducer:
    """Asks for names, for all workspaces; one process at a time does it."""

    def __init__(self, database: Database, book: AccountBook, outside: Outside, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._outside = outside
        self._follower = Follower(database, hub, locks, "names", [_TOPIC])

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, _nothing)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests, without waiting for the hub."""
        await self._follower.catch_up(self.handle, _nothing)

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Asks for each address that has no name yet."""
        wanted = dict.fromkeys((event.key, address) for event in events for address in event.payload["addresses"])
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(account_id: UUID, address: str) -> None:
            async with room:
                await self._introduce(account_id, address)

        await asyncio.gather(*(one(*each) for each in wanted))

    async def _introduce(self, account_id: UUID, address: str) -> None:
        account = await self._book.get(account_id)
        if account is None or not account.enabled or not account.manifest.names:
            return
        kind = account.manifest.identity
        async with self._database.work(account.workspace_id) as work:
            identity = await find_identity(work, kind, address)
        if identity is None or identity.name:
            return
        found = await self._asked(account, address)
        if found is None or not (found.name or found.fields):
            return
        async with self._database.work(account.workspace_id) as work:
            await learn(work, Seen(kind=kind, value=address, name=found.name[:_NAME_CHARACTERS], fields=found.fields))

    async def _asked(self, account: StoredAccount, address: str) -> Address | None:
        """What the provider says; None if it says nothing now. A fault of the adapter costs a name, no more."""
        replies: list[Reply | NoReply] = []
        try:
            for _step in range(_STEPS):
                step = adapter(account.channel).whois(address, account.account, tuple(replies))
                if not isinstance(step, Call):
                    return step if isinstance(step, Address) else None
                replies.append(await perform(self._outside, account, step))
        except OaseError as error:
            log.info("names.not_given", account_id=str(account.id), why=str(error))
        except Exception:
            log.exception("names.adapter_failed", account_id=str(account.id), channel=account.channel)
        return None


async def _nothing() -> None:
    """Who spoke before this process knew of names is asked for with the next message."""
