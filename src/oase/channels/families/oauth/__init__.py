"""OAuth 2 as a client speaks it (RFC 6749, PKCE: RFC 7636), without the wire: addresses and forms, and what the answers say. Pure.

authorization_address --browser, the person agrees--> code --exchange_form--> POST --read_answer--> Granted | Refusal
                                             refresh token --refresh_form--> POST --read_answer--> Granted | Refusal
"""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec import Struct

from oase.kernel.secrets import Secret

HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
LIMIT_BYTES: Final = 1_000_000  # of an answer
_USUAL_SECONDS: Final = 3600.0
_WORDS: Final = 300
_FOR_NOW: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class Granted(Struct, frozen=True, kw_only=True):
    """What a token endpoint gave. `refresh_token` and `id_token` are empty where it gave none."""

    access_token: Secret
    refresh_token: Secret
    id_token: Secret
    seconds: float  # how long the access token lasts


class Refusal(Struct, frozen=True, kw_only=True):
    """That it gave nothing: the error's code and words; `for_now`: another attempt later may succeed."""

    code: str
    words: str
    for_now: bool


def challenge(verifier: str) -> str:
    """What the browser carries in place of the verifier (RFC 7636, 4.2, S256)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorization_address(endpoint: str, **parameters: str) -> str:
    """Where the browser goes (RFC 6749, 4.1.1); what the endpoint's own address asks stays (3.1). Empty parameters are left out."""
    parts = urlsplit(endpoint)
    asked = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **{key: value for key, value in parameters.items() if value}}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(asked), ""))


def form(**parameters: str | Secret) -> bytes:
    """The body of a request to the token endpoint; empty parameters are left out."""
    plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in parameters.items()}
    return urlencode({name: value for name, value in plain.items() if value}).encode()


def basic(client_id: str, client_secret: Secret) -> Secret:
    """The header by which a client proves itself at the token endpoint (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret.reveal())}"
    return Secret(f"Basic {b64encode(pair.encode()).decode()}")


def read_answer(status: int, body: bytes) -> Granted | Refusal:
    """What a token endpoint said (RFC 6749, 5)."""
    said = _object(body)
    token = said.get("access_token")
    if status == 200 and isinstance(token, str) and token:
        return Granted(
            access_token=Secret(token),
            refresh_token=Secret(_text(said, "refresh_token")),
            id_token=Secret(_text(said, "id_token")),
            seconds=_seconds(said.get("expires_in")),
        )
    code = str(said.get("error") or status)
    words = first_line(said.get("error_description") or said.get("error") or f"HTTP {status}")
    return Refusal(code=code, words=words, for_now=status not in (400, 401, 403) or code in _FOR_NOW)


def first_line(words: object) -> str:
    """A provider's words as they can stand in a sentence: one line, not too long."""
    return next(iter(str(words).strip().splitlines()), "")[:_WORDS]


def claims(id_token: Secret) -> Mapping[str, Any]:
    """What an id token says. It came from the token endpoint itself, so its signature adds nothing (OpenID Connect Core, 3.1.3.7)."""
    _, _, rest = id_token.reveal().partition(".")
    middle = rest.partition(".")[0]
    try:
        return _object(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except ValueError:
        return {}


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) and str(value).isdigit() else _USUAL_SECONDS
