"""The processes of an installation as the fault test needs them: started, killed with -9, started again."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import mail

BIN = Path(sys.executable).parent


def free_port(*, and_behind: int = 0) -> int:
    """A port of the loopback interface that nobody uses at the moment, nor the one so far behind it."""
    while True:
        with socket.socket() as probe, socket.socket() as other:
            found = mail.free_port()
            try:
                probe.bind(("127.0.0.1", found))
                other.bind(("127.0.0.1", found + and_behind if and_behind else 0))
            except OSError:
                continue
            return found


@dataclass
class Program:
    """One process that is always wanted: `keep` starts it again whenever it has died."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    deaths: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def keep(self) -> None:
        """Starts the process, and starts it again when it ends, until cancelled; then it is ended for good."""
        try:
            while True:
                with self.log.open("ab") as log:
                    self.process = await asyncio.create_subprocess_exec(
                        *self.command, env={**os.environ, **self.environment}, stdout=log, stderr=log
                    )
                await self.process.wait()
                await asyncio.sleep(0.1)
        finally:
            await self.end()

    def kill(self) -> bool:
        """Kills it with -9, as a power cut would; False if it is dead at the moment anyway."""
        if self.process is None or self.process.returncode is not None:
            return False
        self.process.send_signal(signal.SIGKILL)
        self.deaths += 1
        return True

    async def end(self) -> None:
        """Asks it to stop and waits; insists after ten seconds."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), 10)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


Condition = Callable[[], Awaitable[bool]]
Report = Callable[[], Awaitable[str]]


async def wait_for(condition: Condition, seconds: float, what: str, report: Report | None = None) -> None:
    """Waits until an asynchronous condition holds; a report says what was found instead."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        if asyncio.get_running_loop().time() > deadline:
            found = await report() if report else ""
            raise AssertionError(f"Waited {seconds:.0f} s in vain: {what}\n{found}")
        await asyncio.sleep(0.1)
