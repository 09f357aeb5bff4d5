"""Twilio's signature: HMAC-SHA1 with the auth token over the address that was called and the form's parameters, sorted.

A body that is no form (JSON) is named in the address by its SHA-256 (`bodySHA256`), and the address alone is signed. The fragment
with the settings for retries is never part of it; a port may be, or not.

https://www.twilio.com/docs/usage/security (read 2026-08)
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from oase.channels.contract import Account, Forged, Raw

_HEADER = "x-twilio-signature"
_DIGEST = "bodySHA256"
_FIELDS = 1000
_PORTS = {"https": 443, "http": 80}


def check_signature(raw: Raw, account: Account) -> None:
    """Raises Forged unless one of the account's auth tokens signed this delivery to this account's address."""
    given = raw.headers.get(_HEADER, "").encode("utf-8", "replace")
    if not given:
        raise Forged("The delivery carries no signature of Twilio.")
    parameters = _parameters(raw)
    matches = False
    for token in account.secrets.get("auth_token", ()):
        for address in _addresses(account.webhook_url, raw) if token else ():
            expected = base64.b64encode(hmac.digest(token.reveal().encode(), (address + parameters).encode(), hashlib.sha1))
            matches = hmac.compare_digest(expected, given) or matches
    if not matches:
        raise Forged("The signature does not fit any auth token of this account.")


def _parameters(raw: Raw) -> str:
    """What is signed beside the address: names and values of the form in order; nothing if the address names the body."""
    digest = raw.query.get(_DIGEST)
    if digest is not None:
        if not hmac.compare_digest(hashlib.sha256(raw.body).hexdigest().encode(), digest.lower().encode("utf-8", "replace")):
            raise Forged("The content is not the one that was signed.")
        return ""
    try:
        text = raw.body.decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FIELDS)
    except ValueError:
        raise Forged("The form has too many fields to be one of Twilio's.") from None
    return "".join(name + value for name, value in sorted(set(pairs)))


def _addresses(url: str, raw: Raw) -> Sequence[str]:
    """The address as Twilio may have called it: with its usual port, or without."""
    parts = urlsplit(url)
    query = urlencode(raw.query, errors="replace")
    host, port = parts.hostname or "", parts.port
    hosts = [parts.netloc]
    if port is None:
        hosts.append(f"{host}:{_PORTS.get(parts.scheme, 443)}")
    else:
        hosts.append(host)
    return [urlunsplit((parts.scheme, netloc, parts.path, query, "")) for netloc in hosts]
