"""The Messaging API: addresses, the token, the shape of its errors.

https://developers.line.biz/en/reference/messaging-api/#common-specifications (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from oase.channels.contract import Account, Call, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.secrets import Secret

API = "https://api.line.me"
_DATA = "https://api-data.line.me"


class Failure(Struct, frozen=True, kw_only=True):
    """An error as LINE words it, with the first of its details."""

    status: int
    message: str = ""


def base_url(account: Account) -> str:
    """Where the API of this account is: LINE's, or the one that its settings name."""
    return str(account.settings.get("base_url") or API).rstrip("/")


def data_url(account: Account) -> str:
    """Where files lie: LINE keeps them on a host of its own."""
    base = base_url(account)
    return _DATA if base == API else base


def bearer(account: Account) -> Mapping[str, Secret]:
    """The header that carries the channel access token."""
    return {"authorization": Secret(f"Bearer {account.secret('access_token').reveal().strip()}")}


def path_of(*parts: str) -> str:
    """A path below the API's address."""
    return "/v2/bot/" + "/".join(quote(part, safe="") for part in parts)


def get(account: Account, *parts: str) -> Call:
    """A question."""
    return Call(method="GET", url=base_url(account) + path_of(*parts), headers=bearer(account))


def send(account: Account, body: Mapping[str, Any], *parts: str, method: str = "POST", retry_key: str = "") -> Call:
    """A call that does something; with a retry key LINE does it once, however often it is sent (within 24 hours)."""
    headers: dict[str, str | Secret] = {**bearer(account)}
    if retry_key:
        headers["x-line-retry-key"] = retry_key
    return Call(method=method, url=base_url(account) + path_of(*parts), headers=headers, json=dict(body))


def failure_of(reply: Reply) -> Failure | None:
    """The error inside an answer; None if there is none, or none of LINE's."""
    content = object_of(reply)
    if content is None or not isinstance(content.get("message"), str):
        return None
    words = [content["message"]]
    details = content.get("details")
    for detail in details[:1] if isinstance(details, list) else ():
        if isinstance(detail, dict):
            words += [f"{detail.get('property', '')}: {detail.get('message', '')}".strip(": ")]
    return Failure(status=reply.status, message=" ".join(word for word in words if word)[:500])
