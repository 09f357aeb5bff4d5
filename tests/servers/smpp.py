"""An operator that speaks SMPP, made of node-smpp (npm smpp): what it was sent, and what it shall do.

    async with operator() as smsc:  smsc.port · await smsc.until("submit") · smsc.deliver(text="…") · smsc.do("drop")

Installed by `install()` or `python -m tests.servers.smpp`. `smsc.js` beside this file is the operator itself.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from tests.servers import node

VERSION = "0.5.1"
SYSTEM_ID, PASSWORD = "muster", "geheim12"
_PROGRAM = Path(__file__).with_name("smsc.js")
Event = dict[str, Any]


def install() -> str:
    """Installs node-smpp if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    return node.install("smpp", VERSION)


class Operator:
    """The running operator."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._changed = asyncio.Event()
        self.events: list[Event] = []
        self.port = 0

    async def listen(self) -> None:
        """Hears what it tells, until it ends."""
        assert self._process.stdout
        async for line in self._process.stdout:
            self.events.append(json.loads(line))
            self._changed.set()

    async def until(self, kind: str, count: int = 1, where: Callable[[Event], bool] = lambda _: True) -> list[Event]:
        """Waits for that many events of a kind."""
        async with asyncio.timeout(15):
            while len(found := [one for one in self.events if one["event"] == kind and where(one)]) < count:
                self._changed.clear()
                await self._changed.wait()
        return found

    def do(self, what: str, **how: Any) -> None:
        """A command: set, deliver, raw, enquire, unbind, drop."""
        assert self._process.stdin
        self._process.stdin.write((json.dumps({"do": what, **how}) + "\n").encode())

    async def set(self, **how: Any) -> None:
        """Changes how it behaves: throttle, silent, cut, mute, refuse, emptyIds; from now on."""
        count = len([one for one in self.events if one["event"] == "set"])
        self.do("set", **how)
        await self.until("set", count + 1)

    def deliver(self, source: str = "491729925904", destination: str = "4915228817386", **how: Any) -> None:
        """A message of a customer: text, or hex of its bytes; udh, fields."""
        self.do("deliver", source=source, destination=destination, **how)


@contextlib.asynccontextmanager
async def operator(key: str = "", certificate: str = "") -> AsyncIterator[Operator]:
    """An operator on a port of its own, on loopback."""
    settings = {"system_id": SYSTEM_ID, "password": PASSWORD, "key": key, "cert": certificate}
    process = await asyncio.create_subprocess_exec(
        "node", str(_PROGRAM), json.dumps(settings),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(node.FOLDER / "node_modules")},
    )  # fmt: skip
    smsc = Operator(process)
    listening = asyncio.create_task(smsc.listen())
    try:
        smsc.port = (await smsc.until("listening"))[0]["port"]
        yield smsc
    finally:
        assert process.stdin
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
        await listening


if __name__ == "__main__":
    print(install(), file=sys.stderr, end="")
