"""Which sites may use an account: the Origin header against the account's list, and the CORS headers of an answer."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit


def lines(settings: Mapping[str, Any], name: str) -> list[str]:
    """A setting of kind "lines" as a list, however it was kept."""
    value = settings.get(name) or ()
    if isinstance(value, str):
        value = value.splitlines()
    return [str(line).strip() for line in value if str(line).strip()]


def allowed(origin: str, host: str, patterns: Iterable[str]) -> bool:
    """Whether a page of this origin may speak with us. No Origin = no foreign page; our own host is always allowed."""
    patterns = list(patterns)
    if not origin or not patterns or (origin != "null" and urlsplit(origin).netloc == host):
        return True
    return any(_matches(origin.lower(), pattern.lower().rstrip("/")) for pattern in patterns)


def _matches(origin: str, pattern: str) -> bool:
    scheme, _, place = pattern.rpartition("://")
    found_scheme, _, found_place = origin.partition("://")
    if scheme and scheme != found_scheme:
        return False
    if place.startswith("*."):
        return found_place.endswith(place[1:]) and len(found_place) > len(place) - 1
    return found_place == place


def cors(origin: str) -> dict[str, str]:
    """The headers that let a page of this origin read the answer. No cookies are ever involved."""
    if not origin:
        return {"vary": "origin"}
    return {"access-control-allow-origin": origin, "vary": "origin", "timing-allow-origin": origin}
