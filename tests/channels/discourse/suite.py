"""How Discourse signs: for the contract suite. Written from its description, apart from the adapter's own code."""

import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Discourse's webhooks carry X-Discourse-Event-Signature."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.new(secrets["webhook_secret"].reveal().encode(), raw.body, hashlib.sha256).hexdigest()
        return replace(raw, headers={**raw.headers, "x-discourse-event-signature": f"sha256={digest}"})
