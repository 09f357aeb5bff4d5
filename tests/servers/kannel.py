"""Kannel, the SMS gateway, as a company at an operator: a private bearerbox and smsbox on free loopback ports.

    operator (SMPP) ── bearerbox ── smsbox ── GET web?from=…&text=… (a message of a customer)
    `send` ──▶ smsbox ──▶ bearerbox ──▶ operator        receipts: GET web?dlr=…

Nothing is installed here: `tests/servers/install.sh` does that; `missing()` says what is not there.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from tests.servers.mail import free_port

_PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def missing() -> str:
    """Why Kannel cannot run here, as a sentence; empty if it can."""
    absent = [name for name in ("bearerbox", "smsbox") if not shutil.which(name, path=_PATH)]
    return f"Not installed: {', '.join(absent)} (run tests/servers/install.sh)." if absent else ""


class Kannel:
    """The running gateway."""

    def __init__(self, send_port: int, web: str) -> None:
        self._send, self._web = f"http://127.0.0.1:{send_port}/cgi-bin/sendsms", web

    async def send(self, to: str, text: str, sender: str, *, unicode: bool = False) -> str:
        """Hands a message over; Kannel's answer. Receipts of every kind go to the web address with `dlr`."""
        asked = {
            "username": "u", "password": "p", "to": to, "from": sender, "text": text, "charset": "UTF-8",
            "coding": "2" if unicode else "0", "dlr-mask": "31", "dlr-url": f"{self._web}?dlr=%d",
        }  # fmt: skip
        async with aiohttp.ClientSession() as client, client.get(f"{self._send}?{urlencode(asked)}") as answer:
            return await answer.text()


def _configuration(folder: Path, operator: tuple[int, str, str], ports: tuple[int, int, int], web: str) -> Path:
    port, user, password = operator
    admin, boxes, send = ports
    file = folder / "kannel.conf"
    file.write_text(f"""
group = core
admin-port = {admin}
admin-password = x
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
dlr-storage = internal
store-type = file
store-location = {folder}/store
sms-resend-freq = 1
sms-combine-concatenated-mo = true

group = smsc
smsc = smpp
smsc-id = operator
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = {user}
smsc-password = {password}
system-type = ""
enquire-link-interval = 5

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {send}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = u
password = p
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{web}?from=%p&to=%P&text=%b&coding=%c"
""")
    return file


@contextlib.asynccontextmanager
async def kannel(folder: Path, operator: tuple[int, str, str], web: str) -> AsyncIterator[Kannel]:
    """A gateway that is bound to an operator (port, system id, password) and tells `web` of what arrives."""
    ports = free_port(), free_port(), free_port()
    file = _configuration(folder, operator, ports, web)
    boxes = []
    try:
        for box, port in (("bearerbox", ports[1]), ("smsbox", ports[2])):
            program = shutil.which(box, path=_PATH)
            assert program
            with (folder / f"{box}.log").open("w") as log:
                boxes.append(await asyncio.create_subprocess_exec(program, "-v", "1", str(file), stdout=log, stderr=log))
            await _listens(port)
        yield Kannel(ports[2], web)
    finally:
        for process in reversed(boxes):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
