"""Instagram: direct messages in private; comments and mentions in public. By the page that the account is linked to.

in:  verify (signature) -> `families.meta.messaging` (dialogues), `comments` (and `mentions`) -> events
out: `writing` -> calls -> `replies` -> outcomes
and: `connection` (check, subscribe)
"""

from oase.channels.adapters.instagram.adapter import Instagram

__all__ = ["Instagram", "adapter"]

adapter = Instagram()
