"""What Oase asks of a connector, as calls: one address each below the connector's own, signed."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from oase.channels.contract import Call, Outbound
from oase.channels.families.bridge.signing import SIGNATURE, sign
from oase.kernel.secrets import Secret

_FILE_PATIENCE = timedelta(seconds=120)
_MESSAGE_PATIENCE = timedelta(seconds=60)


def ask(base: str, secret: Secret, method: str, path: str, content: Any = None, **query: str) -> Call:
    """A signed request: JSON in, JSON out."""
    url = f"{base.rstrip('/')}/{path}" + (f"?{urlencode(query)}" if query else "")
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = b"" if content is None else msgspec.json.encode(content)
    headers = {SIGNATURE: sign(secret, method, target, body)} | ({"content-type": "application/json"} if body else {})
    return Call(method=method, url=url, headers=headers, body=body, timeout=_MESSAGE_PATIENCE)


def manifest_call(base: str, secret: Secret) -> Call:
    """Who the connector is."""
    return ask(base, secret, "GET", "manifest")


def webhook_call(base: str, secret: Secret, address: str) -> Call:
    """Tells it where events go."""
    return ask(base, secret, "POST", "webhook", {"url": address})


def message_call(base: str, secret: Secret, outbound: Outbound) -> Call:
    """Something to be said or done: an outbound of the contract, files in base64."""
    return ask(base, secret, "POST", "messages", outbound)


def file_call(base: str, secret: Secret, ref: str) -> Call:
    """A customer's file by its `ref`; the answer is the file itself."""
    call = ask(base, secret, "GET", "files", ref=ref)
    return msgspec.structs.replace(call, timeout=_FILE_PATIENCE, download=True)
