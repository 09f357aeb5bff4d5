"""How the hosted page signs a submission: for the contract suite."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Only our own page, which has the account's secret, can make a submission."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        digest = hmac.digest(secrets["page_secret"].reveal().encode(), b"page\n" + raw.body, hashlib.sha256)
        signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return replace(raw, headers={**raw.headers, "x-oase-signature": signature})
