"""How Viber signs, for the contract suite: written from Viber's description, apart from the adapter's own code."""

import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Viber's deliveries carry X-Viber-Content-Signature."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.digest(secrets["auth_token"].reveal().encode(), raw.body, hashlib.sha256).hex()
        return replace(raw, headers={**raw.headers, "x-viber-content-signature": digest})
