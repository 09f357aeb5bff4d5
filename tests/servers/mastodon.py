"""Mastodon's published description (abraham/mastodon-openapi, made from Mastodon's documentation), for Prism to hold both sides to.

Where the description is stricter than the documentation's own pages, it is put right here, each with the page that says so.
"""

import json
from pathlib import Path
from typing import Any


def description(folder: Path) -> dict[str, Any]:
    """The description, with what the documentation says otherwise."""
    found: dict[str, Any] = json.loads((folder / "mastodon.json").read_text("utf-8"))
    found["servers"] = [{"url": "/"}]
    # a post may have a text and files: https://docs.joinmastodon.org/methods/statuses/#create
    body = found["paths"]["/api/v1/statuses"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"anyOf": body["schema"]["oneOf"]}
    return found
