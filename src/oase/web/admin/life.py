"""How an account does, on its page: last event, last message, what waits, what went wrong, how long its credentials last.

saved, switched on, *connect again* --connect_account--> tested, and the provider told where deliveries go --> said on the page
live event of the account --> the page reads this part anew
"""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels import StoredAccount, last_moments
from oase.conversations import MOST_COUNTED, AccountLife, connect_account, life_of
from oase.kernel.db import UnitOfWork
from oase.web.services import Services

_PATIENCE_SECONDS: Final = 20  # what takes longer, the caretaker does a moment later


class Life(Struct, frozen=True, kw_only=True):
    """How an account does, for its page."""

    heard_at: datetime | None
    sent_at: datetime | None
    counts: AccountLife
    most: int = MOST_COUNTED  # where counts stop


async def read_life(work: UnitOfWork, account_id: UUID) -> Life:
    """How the account does."""
    heard_at, sent_at = (await last_moments(work)).get(account_id, (None, None))
    return Life(heard_at=heard_at, sent_at=sent_at, counts=await life_of(work, account_id))


async def connected(services: Services, account: StoredAccount) -> bool:
    """Tests a stored account and tells its provider where deliveries go, as far as that takes no longer than a reader waits.
    Whether all is well; what is not stands with the account."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            checked, told = await connect_account(services.database, services.outside, account)
    except TimeoutError:
        return False
    return checked.ok and (told is None or told.ok)
