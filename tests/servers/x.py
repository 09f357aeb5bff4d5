"""X's published description (xdevplatform/docs openapi.json), for Prism to hold both sides to.

Where the description and X's own pages differ, the pages count; each difference is named here.
"""

import json
from pathlib import Path
from typing import Any


def description(folder: Path) -> dict[str, Any]:
    """The description, with what X's pages say otherwise."""
    found: dict[str, Any] = json.loads((folder / "x-api-v2.json").read_text("utf-8"))
    found["servers"] = [{"url": "/"}]
    # errors are problems: https://docs.x.com/x-api/fundamentals/response-codes-and-errors
    schemas = found["components"]["schemas"]
    schemas["Error"] = {"anyOf": [schemas["Error"], {"type": "object", "required": ["title", "detail", "type"]}]}
    return found
