"""What of Slack's JSON several files read, and the addresses of the Web API.

An external id is `channel:ts`: a message's time stamp is unique in its channel (https://docs.slack.dev/messaging/, read 2026-11).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from oase.channels.contract import Account, Call
from oase.kernel.secrets import Secret

Json = Mapping[str, Any]
API = "https://slack.com/api"


def base_url(account: Account) -> str:
    """Where the Web API is: Slack's, or the one that the settings name (the sandbox)."""
    return str(account.settings.get("base_url") or API).rstrip("/")


def bearer(account: Account) -> Mapping[str, str | Secret]:
    """The header that carries the app's token."""
    return {"authorization": Secret(f"Bearer {account.secret('bot_token').reveal()}")}


def call(account: Account, method: str, body: Json) -> Call:
    """A method of the Web API with JSON arguments."""
    return Call(method="POST", url=f"{base_url(account)}/{method}", headers=bearer(account), json=dict(body))


def ask(account: Account, method: str, **arguments: str) -> Call:
    """A method that takes its arguments as a form."""
    return Call(method="POST", url=f"{base_url(account)}/{method}", headers=bearer(account), form=arguments)


def moment(ts: object, otherwise: datetime) -> datetime:
    """A time stamp (seconds and microseconds, as text) as a time."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def message_id(channel: str, ts: str) -> str:
    """How a message is known here."""
    return f"{channel}:{ts}"


def place_of(external_id: str) -> tuple[str, str]:
    """Channel and time stamp of an external id."""
    channel, _, ts = external_id.partition(":")
    return channel, ts
