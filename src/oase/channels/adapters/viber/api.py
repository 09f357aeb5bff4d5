"""The REST bot API: addresses, the token, and the status inside every answer.

https://developers.viber.com/docs/api/rest-bot-api/ (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from oase.channels.contract import Account, Call, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.secrets import Secret

API = "https://chatapi.viber.com"


class Status(Struct, frozen=True, kw_only=True):
    """What an answer says; HTTP's own status is 200 whatever happened."""

    code: int
    words: str = ""


def base_url(account: Account) -> str:
    """Where the API of this account is: Viber's, or the one that its settings name."""
    return str(account.settings.get("base_url") or API).rstrip("/")


def call(account: Account, name: str, body: Mapping[str, Any] | None = None) -> Call:
    """A call of a method."""
    token = Secret(account.secret("auth_token").reveal().strip())
    return Call(method="POST", url=f"{base_url(account)}/pa/{name}", headers={"x-viber-auth-token": token}, json=dict(body or {}))


def status_of(reply: Reply) -> Status | None:
    """The status inside an answer; None if it is none of Viber's."""
    content = object_of(reply)
    if content is None or not isinstance(content.get("status"), int) or isinstance(content["status"], bool):
        return None
    words = content.get("status_message")
    return Status(code=content["status"], words=words[:500] if isinstance(words, str) else "")
