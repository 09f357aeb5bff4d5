"""Prism (npm @stoplight/prism-cli), which holds requests and answers to a provider's OpenAPI description.

    client --> prism proxy --errors --> server        422: the request breaks the description, 500 with #VIOLATIONS: the answer does

Installed once, pinned, into the git-ignored folder `.test/node` by `install()` or `python -m tests.servers.prism`; needs Node 20 and npm.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import node
from tests.servers.mail import free_port

VERSION = "5.14.2"
_PROGRAM = node.FOLDER / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"


def install() -> str:
    """Installs Prism if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    return node.install("@stoplight/prism-cli", VERSION)


@contextmanager
def prism(description: dict[str, Any], upstream: str, folder: Path) -> Iterator[str]:
    """A proxy in front of `upstream` that holds both sides to the description; gives its address."""
    file = folder / "description.json"
    file.write_text(json.dumps(description, default=str))
    port = free_port()
    command = ["node", str(_PROGRAM), "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), str(file), upstream]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        lines = []
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if "is listening" in line:
                break
        else:
            raise AssertionError("Prism did not start: " + "".join(lines)[-2000:])
        with _drained(process):
            yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


@contextmanager
def _drained(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Reads away what Prism prints, so that its pipe does not fill up."""
    import threading

    def drain() -> None:
        assert process.stdout
        for _ in process.stdout:
            pass

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        yield
    finally:
        process.terminate()
        reader.join(10)


if __name__ == "__main__":
    print(install(), file=sys.stderr, end="")
