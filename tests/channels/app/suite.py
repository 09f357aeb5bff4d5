"""How the widget signs: for the contract suite. Written from the description in `families/visitor.py`, apart from its code."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


def _text(key: str, content: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key.encode(), content, hashlib.sha256)).rstrip(b"=").decode()


class Suite(ChannelSuite):
    """The browser derives its key from a session that the server made, and signs each delivery with it."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        session = f"session\n{raw.query.get('v', '')}\n{raw.query.get('u', '')}\n{raw.query.get('w', '')}"
        key = _text(secrets["session_secret"].reveal(), session.encode())
        return replace(raw, query={**raw.query, "s": _text(key, b"deliver\n" + raw.body)})
