"""How Telegram proves that a delivery is its own: for the contract suite, apart from the adapter's own code."""

from collections.abc import Mapping

from msgspec.structs import replace

from oase.channels.contract import Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


class Suite(ChannelSuite):
    """Telegram's deliveries carry the secret that was given to setWebhook."""

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        return replace(raw, headers={**raw.headers, "x-telegram-bot-api-secret-token": secrets["webhook_secret"].reveal()})
