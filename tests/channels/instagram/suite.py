"""How Meta signs: for the contract suite. Written from Meta's description, apart from the adapter's own code."""

import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Deliveries of Instagram carry X-Hub-Signature-256."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.digest(secrets["app_secret"].reveal().encode(), raw.body, hashlib.sha256).hex()
        return replace(raw, headers={**raw.headers, "x-hub-signature-256": f"sha256={digest}"})
