"""What Meta tells of an access token: whether it holds, what it may do, when it ends.

https://developers.facebook.com/docs/graph-api/reference/debug_token (read 2026-11)
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from oase.channels.contract import Account, Call
from oase.channels.families.meta.graph import graph_url
from oase.kernel.secrets import Secret


def ask_about_token(account: Account, headers: Mapping[str, Secret]) -> Call:
    """Asks about the account's access token, with the application's own token or with itself."""
    token = Secret(quote(account.secret("access_token").reveal(), safe=""))
    url = graph_url(account, "debug_token") + "?input_token={token}"
    return Call(method="GET", url=url, headers=headers, secrets={"token": token})


def about_token(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What is known of it; nothing, if Meta does not tell."""
    data = (content or {}).get("data")
    return data if isinstance(data, dict) else {}


def end_of_token(known: Mapping[str, Any]) -> datetime | None:
    """When the token or its access to data ends, whichever is sooner; zero stands for never."""
    stamps = [known.get(key) for key in ("expires_at", "data_access_expires_at")]
    ends = [stamp for stamp in stamps if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 < stamp < 253_402_300_800]
    return datetime.fromtimestamp(min(ends), UTC) if ends else None
