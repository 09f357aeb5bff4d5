"""A process that owns a server until it is killed: `python holder.py FOLDER [BINARIES]`.

Prints one line of JSON: {"ready": …} or {"refused": the error's class, "message": …}.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from oase.kernel.postgres import EmbeddedPostgres, PostgresError


async def main() -> None:
    server = EmbeddedPostgres(Path(sys.argv[1]), binaries=Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    try:
        await server.start()
    except PostgresError as error:
        print(json.dumps({"refused": type(error).__name__, "message": str(error)}), flush=True)
        return
    print(json.dumps({"ready": True, "pid": server.pid, "dsn": server.dsn(), "admin": server.dsn("postgres")}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())  # as uvicorn does; the tests themselves run on asyncio's own loop
