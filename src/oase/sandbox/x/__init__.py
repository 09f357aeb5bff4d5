"""The simulated X: a company's account with its mentions and direct messages, written from X's published API.

https://docs.x.com/x-api (v2, read 2026-11); shares no code with the adapter.
"""

from oase.sandbox.x.platform import X

__all__ = ["X"]
