"""How Slack signs: for the contract suite, by Slack's own SDK, apart from the adapter's code."""

import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace
from slack_sdk.signature import SignatureVerifier

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Slack deliveries carry X-Slack-Signature and the time at which they were signed."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        stamp = str(int(raw.received_at.timestamp()))
        secret = secrets["signing_secret"].reveal()
        if secret and raw.body.isascii():  # the SDK signs texts with a secret only
            signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=raw.body) or ""
        else:
            signed = f"v0:{stamp}:".encode() + raw.body
            signature = f"v0={hmac.digest(secret.encode(), signed, hashlib.sha256).hex()}"
        return replace(raw, headers={**raw.headers, "x-slack-request-timestamp": stamp, "x-slack-signature": signature})
