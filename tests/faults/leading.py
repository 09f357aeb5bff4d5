"""A process that does nothing but lead desks, to be killed: `python -m tests.faults.leading <address of the database>`."""

import asyncio
import sys

from oase.channels import AccountBook
from oase.desk.hours import Timetables
from oase.desk.routing import Routing
from oase.kernel.db import Database
from oase.kernel.live import LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe


async def main(dsn: str) -> None:
    """Leads until it is killed."""
    database = Database(dsn)
    await database.open()
    hub, book = LiveHub(database), AccountBook(database, Safe(b"k" * 32), "https://support.example.com")
    async with asyncio.TaskGroup() as group:
        group.create_task(hub.run())
        group.create_task(Relay(database).run())
        await hub.ready.wait()
        group.create_task(Routing(database, book, Timetables(), hub, Locks(dsn)).run())
        print("stands by", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
