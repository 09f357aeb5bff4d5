"""Calls of WordPress's REST API, signed in with an application password (HTTP Basic, RFC 7617).

`?rest_route=` works whether or not the blog has pretty addresses.
"""

import base64
from typing import Any
from urllib.parse import urlencode

from oase.channels.contract import Account, Call
from oase.kernel.secrets import Secret


def site_of(account: Account) -> str:
    """The blog's own address, with a slash at its end."""
    return str(account.settings.get("url") or "").strip().rstrip("/") + "/"


def call(account: Account, method: str, route: str, json: Any = None, **query: str | int) -> Call:
    """A call of `/wp/v2/…`, or of the API's start with an empty route."""
    path = f"/wp/v2/{route}" if route else "/"
    address = f"{site_of(account)}?{urlencode({'rest_route': path, **query})}"
    return Call(method=method, url=address, headers={"authorization": _basic(account), "accept": "application/json"}, json=json)


def _basic(account: Account) -> Secret:
    pair = f"{account.settings.get('user') or ''}:{account.secret('password').reveal()}"
    return Secret("Basic " + base64.b64encode(pair.encode()).decode())
