"""Meta's Graph API: addresses, the token, the shape of its errors and of its pages.

https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-08)
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from oase.channels.contract import Account, Words
from oase.channels.families.settings import provider_address
from oase.kernel.secrets import Secret

GRAPH = "https://graph.facebook.com"
GRAPH_ADDRESS = provider_address(GRAPH, Words("Address of the Graph API", "Adresse der Graph-API"))
VERSION = "v23.0"
_HOSTS_OF_META = (".facebook.com", ".fbsbx.com", ".fbcdn.net", ".whatsapp.net", ".cdninstagram.com")


class GraphError(Struct, frozen=True, kw_only=True):
    """An error as Graph words it. `details` is the most helpful sentence it gives."""

    code: int
    subcode: int = -1  # -1: none
    message: str = ""
    details: str = ""
    transient: bool = False


def base_url(account: Account) -> str:
    """Where the Graph API of this account is: Meta's, or the one that its settings name (the sandbox)."""
    return str(account.settings.get("base_url") or GRAPH).rstrip("/")


def graph_url(account: Account, *path: str, **query: str) -> str:
    """The address of a node or an edge, in the version of the API that we speak."""
    tail = "/".join(quote(part, safe="") for part in path)
    return f"{base_url(account)}/{VERSION}/{tail}" + (f"?{urlencode(query)}" if query else "")


def bearer(account: Account) -> Mapping[str, Secret]:
    """The header that carries the account's access token."""
    return {"authorization": Secret(f"Bearer {account.secret('access_token').reveal()}")}


def may_see_token(account: Account, url: str) -> bool:
    """Whether a request to `url` may carry our token: only Meta's own hosts over TLS, and the account's Graph API itself."""
    try:
        address, own = urlsplit(url), urlsplit(base_url(account))
    except ValueError:
        return False
    if (address.scheme, address.netloc) == (own.scheme, own.netloc):
        return True
    return address.scheme == "https" and f".{address.hostname or ''}".endswith(_HOSTS_OF_META)


def graph_error(content: Mapping[str, Any] | None) -> GraphError | None:
    """The error inside a reply, whatever its HTTP status was; None if there is none."""
    error = (content or {}).get("error")
    if not error:
        return None
    if not isinstance(error, dict):
        return GraphError(code=-1, message=str(error)[:500])
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    return GraphError(
        code=_number(error.get("code")),
        subcode=_subcode(error),
        message=_text(error.get("message")),
        details=_text(details) or _text(error.get("error_user_msg")),
        transient=error.get("is_transient") is True,
    )


def _subcode(error: Mapping[str, Any]) -> int:
    return _number(error.get("error_subcode"))


def after_cursor(content: Mapping[str, Any]) -> str:
    """Where the next page begins; empty on the last. (`paging.next` is not used: it repeats the token in its address.)"""
    paging = content.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return _text(cursors.get("after")) if isinstance(cursors, dict) else ""


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return -1


def _text(value: object) -> str:
    return value[:1000] if isinstance(value, str) else ""
