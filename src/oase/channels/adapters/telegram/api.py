"""The Bot API: addresses with the token in them, calls, and the shape of its answers.

https://core.telegram.org/bots/api#making-requests (read 2026-08)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from oase.channels.contract import Account, Call, Part, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.secrets import Secret

API = "https://api.telegram.org"
_USUAL = timedelta(seconds=20)


class Failure(Struct, frozen=True, kw_only=True):
    """An error as Telegram words it."""

    code: int
    description: str
    retry_after: int | None = None  # seconds


def secrets_of(account: Account) -> Mapping[str, Secret]:
    """What stands for `{token}` in an address of the Bot API."""
    return {"token": Secret(quote(account.secret("bot_token").reveal().strip(), safe=":"))}


def base_url(account: Account) -> str:
    """Where the Bot API of this account is: Telegram's, or the one that its settings name."""
    return str(account.settings.get("base_url") or API).rstrip("/")


def method(account: Account, name: str, body: Mapping[str, Any] | None = None, *, timeout: timedelta = _USUAL) -> Call:
    """A call of a method with JSON parameters."""
    address = f"{base_url(account)}/bot{{token}}/{name}"
    return Call(method="POST", url=address, secrets=secrets_of(account), json=dict(body or {}), timeout=timeout)


def upload(account: Account, name: str, parts: tuple[Part, ...]) -> Call:
    """A call of a method that takes files."""
    address = f"{base_url(account)}/bot{{token}}/{name}"
    return Call(method="POST", url=address, secrets=secrets_of(account), parts=parts, timeout=timedelta(seconds=120))


def method_of(call: Call) -> str:
    """The name of the method that a call is of."""
    return call.url.rpartition("/")[2]


def result_of(reply: Reply) -> Any:
    """The result of a method; None if the answer holds none."""
    content = object_of(reply)
    return content.get("result") if content and content.get("ok") is True else None


def failure_of(reply: Reply) -> Failure | None:
    """The error inside an answer, whatever its HTTP status; None if there is none, or none of Telegram's."""
    content = object_of(reply)
    if content is None or content.get("ok") is not False:
        return None
    code, description, parameters = content.get("error_code"), content.get("description"), content.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return Failure(
        code=code if isinstance(code, int) and not isinstance(code, bool) else reply.status,
        description=description[:500] if isinstance(description, str) else "",
        retry_after=min(wait, 86_400) if isinstance(wait, int) and wait >= 0 else None,
    )
