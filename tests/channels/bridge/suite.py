"""How a connector signs, written from the handbook's page."""

import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Deliveries carry their time and a signature over it and the body."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        moment = str(int(raw.received_at.timestamp()))
        signed = hmac.new(secrets["secret"].reveal().encode(), moment.encode() + b"." + raw.body, hashlib.sha256).hexdigest()
        return replace(raw, headers={**raw.headers, "x-oase-timestamp": moment, "x-oase-signature": f"v1={signed}"})
