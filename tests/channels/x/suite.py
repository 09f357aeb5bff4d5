"""How X signs: for the contract suite. Written from X's description, apart from the adapter's own code."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Webhooks of X carry x-twitter-webhooks-signature."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.digest(secrets["consumer_secret"].reveal().encode(), raw.body, hashlib.sha256)
        return replace(raw, headers={**raw.headers, "x-twitter-webhooks-signature": f"sha256={b64encode(digest).decode()}"})
