"""The simulated Bluesky: a company's account, its notifications and its chats, written from the published lexicons.

https://docs.bsky.app/docs/category/http-reference and https://atproto.com/specs (read 2026-11); shares no code with the adapter.
"""

from oase.sandbox.bluesky.platform import Bluesky

__all__ = ["Bluesky"]
