"""The simulated Mastodon: a server of the fediverse with the company's account, written from Mastodon's published API.

https://docs.joinmastodon.org/methods/ and /entities/ (read 2026-11); shares no code with the adapter.
"""

from oase.sandbox.mastodon.platform import Mastodon

__all__ = ["Mastodon"]
