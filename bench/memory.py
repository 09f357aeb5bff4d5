"""Memory of everything, database included, after a load of 5,000 messages: proportional set size of all processes of `oase run`."""

import asyncio
from pathlib import Path

import uvloop

from bench.accept import drive
from bench.ground import BIN, Ground, listens, open_folder, process, say
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Safe, load_key

MESSAGES = 5_000
REACH_MIB = 190.0
PORT = 18650


def pss_mib(root: int) -> dict[str, float]:
    """Proportional memory of a process and of all that descend from it, by name."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    found: dict[str, float] = {}
    for pid in family:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        kilobytes = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        found[name] = found.get(name, 0.0) + kilobytes / 1024
    return found


async def measure(folder: Path) -> None:
    """Loads an installation in one process and weighs it."""
    own = EmbeddedPostgres(folder / "postgres")
    ground = Ground(folder, own.dsn(), Database(own.dsn()), Safe(load_key(folder)), new_id())
    environment = {name: value for name, value in ground.environment(PORT).items() if name != "OASE_DATABASE_URL"}
    async with process([str(BIN / "oase"), "run"], environment) as running:
        await listens(PORT, 60)
        before = sum(pss_mib(running.pid).values())
        await ground.database.open()
        account = await ground.whatsapp()
        await drive(PORT, f"/hooks/whatsapp/{account}", MESSAGES)
        async with asyncio.timeout(120):
            while True:
                async with ground.database.everywhere() as work:
                    if await work.value("SELECT count(*) FROM message") == MESSAGES:
                        break
                await asyncio.sleep(0.1)
        await ground.database.close()
        await asyncio.sleep(5)  # the index of the search follows
        after = pss_mib(running.pid)
    parts = {f"{name}_mib": value for name, value in sorted(after.items())}
    say("memory", mib=sum(after.values()), reach_mib=REACH_MIB, before_mib=before, ratio=sum(after.values()) / REACH_MIB, **parts)


async def main() -> None:
    """Runs the bench in a folder of its own."""
    async with open_folder() as folder:
        await measure(folder)


if __name__ == "__main__":
    uvloop.run(main())
