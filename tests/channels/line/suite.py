"""How LINE signs, for the contract suite: written from LINE's description, apart from the adapter's own code."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """LINE's deliveries carry X-Line-Signature."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.digest(secrets["channel_secret"].reveal().encode(), raw.body, hashlib.sha256)
        return replace(raw, headers={**raw.headers, "x-line-signature": base64.b64encode(digest).decode()})
