"""Bluesky's own network on this machine, as Bluesky's developers run it for their tests (npm @atproto/dev-env): PLC, PDS, AppView.

    customers, adapter --XRPC--> PDS --firehose--> AppView (PostgreSQL)      the PDS hands the app's questions on to the AppView

Installed once, pinned, into the git-ignored folder `.test/node-bluesky` by `install()` or `python -m tests.servers.bluesky`: some 360 MB,
and SQLite is compiled. `bluesky.js` beside this file puts the parts together, on loopback only; nothing asks anybody outside.
The chat service (`chat.bsky.*`) is not in it: its source is not public.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from psycopg.conninfo import conninfo_to_dict
from tests.servers import node

_PACKAGE = "@atproto/dev-env"
VERSION = "0.3.215"  # later ones need Node 22
FOLDER = node.FOLDER.with_name("node-bluesky")
_PROGRAM = Path(__file__).with_name("bluesky.js")
_ADMINISTRATOR = ("admin", "admin-pass")  # both are dev-env's own words
_KEY = b"jwt-secret"


def install() -> str:
    """Installs the network if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    return node.install(_PACKAGE, VERSION, FOLDER, seconds=900)


def missing() -> str:
    """Why the network cannot run here, as a sentence; empty if it can. Tests do not install it: that takes minutes."""
    there = node.installed(_PACKAGE, FOLDER) == VERSION
    return "" if there else "Bluesky's network is not installed here: make bluesky."


class Network(msgspec.Struct, frozen=True):
    """The running network: `url` of the PDS, `app` of the AppView."""

    url: str
    app: str


def token(claims: Mapping[str, Any]) -> str:
    """A token that the PDS has signed: for what would otherwise take two hours."""
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "at+jwt"}, dict(claims))]
    signed = ".".join(parts)
    return f"{signed}.{_encoded(hmac.digest(_KEY, signed.encode(), hashlib.sha256))}"


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")


@contextlib.asynccontextmanager
async def network(dsn: str) -> AsyncIterator[Network]:
    """The network, with an empty database of its own (`dsn`, in libpq's words)."""
    words = conninfo_to_dict(dsn)
    place = f"postgresql://{words['user']}@/{words['dbname']}?host={quote(str(words['host']), safe='')}&port={words['port']}"
    folder = tempfile.mkdtemp(prefix="oase-bluesky-")
    process = await asyncio.create_subprocess_exec(
        "node", "--no-deprecation", str(_PROGRAM), json.dumps({"postgres": place}),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(FOLDER / "node_modules"), "TMPDIR": folder},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(90):
            line = await process.stdout.readline()
        assert line, "Bluesky's network did not start: its error stands above."
        yield msgspec.json.decode(line, type=Network)
    finally:
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(install(), file=sys.stderr, end="")
