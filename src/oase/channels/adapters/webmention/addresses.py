"""Addresses of pages: which are ours, whether two are the same, and the id that a mention has."""

from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from oase.channels.contract import Account

LONGEST_BYTES: Final = 1_000
"""Of an address that can be source or target; both together are a key of the database."""

_SAID: Final = "/said/"
_PORTS: Final = {"http": 80, "https": 443}


def is_web(address: str) -> bool:
    """Whether it is an http(s) address with a host."""
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def joined(base: str, address: str) -> str:
    """A whole http(s) address, relative ones count from `base`; empty for any other."""
    try:
        whole = urljoin(base, address.strip())
    except ValueError:
        return ""
    return whole if is_web(whole) else ""


def same(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place: host and scheme in any case, an empty path is the root's."""
    return one == other or (_key(one) is not None and _key(one) == _key(other))


def is_ours(target: str, account: Account) -> bool:
    """Whether a page lies below one of the addresses that the company has named, or is an answer of ours."""
    if target.startswith(said_at(account)):
        return True
    pages = account.settings.get("pages") or ()
    return any(_below(target, str(page).strip()) for page in pages)


def said_at(account: Account) -> str:
    """How the addresses of our own answers begin; they lie on the same Oase as the webhook."""
    return account.webhook_url.partition("/hooks/")[0] + _SAID


def mention_id(source: str, target: str) -> str:
    """A mention is a page that links to a page: addresses hold no blanks, so one stands between them."""
    return f"{source} {target}"


def source_of(external_id: str) -> str:
    """The page of a mention; empty if it is none."""
    source, blank, target = external_id.partition(" ")
    return source if blank and is_web(source) and is_web(target) else ""


def host_of(address: str) -> str:
    """The host of an address; empty where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def readable(address: str) -> str:
    """An address as people read it: without scheme and signs for machines."""
    parts = urlsplit(address)
    return (host_of(address) + unquote(parts.path, errors="replace")).rstrip("/")[:200]


def _key(address: str) -> tuple[str, str, int | None, str, str, str] | None:
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.lower()
        port = parts.port or _PORTS.get(scheme)
        return scheme, parts.hostname or "", port, parts.path or "/", parts.query, parts.fragment
    except ValueError:
        return None


def _below(target: str, page: str) -> bool:
    """Whether the target is the page or lies below it; http and https are the same site."""
    if not is_web(page) or not is_web(target):
        return False
    (scheme, host, port, path, _, _), (its, site, door, root, _, _) = _key(target) or ("",) * 6, _key(page) or ("",) * 6
    same_door = port == door or (port == _PORTS.get(str(scheme)) and door == _PORTS.get(str(its)))
    trunk = str(root).rstrip("/")
    return host == site and same_door and (path == trunk or str(path).startswith(f"{trunk}/")) and "/../" not in f"{path}/"
