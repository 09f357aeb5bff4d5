"""What customers wrote on WhatsApp before this run: the sandbox's phones, which start empty, know that they may be answered."""

from datetime import datetime, timedelta
from typing import Final

from oase.channels import StoredAccount
from oase.kernel.db import Database
from oase.sandbox import Sandbox

_WINDOW: Final = timedelta(hours=24)
_WROTE: Final = (
    "SELECT i.value, max(i.name), max(m.at) FROM message m JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
    " WHERE m.workspace_id = %(workspace_id)s AND m.account_id = %(account_id)s AND m.direction = 'in' AND m.at > %(since)s"
    " GROUP BY i.value ORDER BY max(m.at)"
)


async def remind(database: Database, sandbox: Sandbox, account: StoredAccount) -> None:
    """Tells the phones who has written to an account within the last day, in which WhatsApp lets a company answer freely."""
    number_id = str(account.account.settings.get("phone_number_id", ""))
    async with database.work(account.workspace_id) as work:
        rows: list[tuple[str, str, datetime]] = await work.tuples(
            _WROTE, {"account_id": account.id, "since": work.clock.now() - _WINDOW}
        )
    for address, name, at in rows:
        customer = sandbox.whatsapp.store.add_customer(address, name)
        chat = sandbox.whatsapp.store.chat(number_id, customer.wa_id)
        chat.last_from_customer = max(at, chat.last_from_customer or at)
