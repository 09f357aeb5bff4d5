"""What is over is deleted: sessions, links, counted attempts."""

from datetime import timedelta

from oase.kernel.db import Database
from oase.staff.repository import access
from oase.staff.rules import PER_ADDRESS, PER_PERSON, RESET_MAILS


async def clean_up(database: Database, *, idle: timedelta) -> int:
    """Deletes sessions unused for longer than `idle`, links too old, attempts nobody asks for; gives the number of rows."""
    now = database.clock.now()
    remembered = max(limit.forgotten_after for limit in (PER_PERSON, PER_ADDRESS, RESET_MAILS))
    async with database.everywhere() as work:
        sessions = await access.delete_old_sessions(work, now - idle)
        links = await access.delete_old_links(work, now)
        return sessions + links + await access.delete_old_attempts(work, now - remembered)
