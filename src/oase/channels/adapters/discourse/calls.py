"""Calls of Discourse's API, with the key and the user that it acts as."""

from typing import Any
from urllib.parse import urlencode

from oase.channels.contract import Account, Call
from oase.kernel.secrets import Secret


def forum_of(account: Account) -> str:
    """The forum's address, without a slash at its end."""
    return str(account.settings.get("url") or "").strip().rstrip("/")


def call(account: Account, method: str, path: str, json: Any = None, **query: str | int) -> Call:
    """A call of `/<path>`."""
    address = f"{forum_of(account)}/{path}" + (f"?{urlencode(query)}" if query else "")
    headers: dict[str, str | Secret] = {
        "api-key": account.secret("api_key"), "api-username": str(account.settings.get("username") or ""),
        "accept": "application/json",
    }  # fmt: skip
    return Call(method=method, url=address, headers=headers, json=json)
