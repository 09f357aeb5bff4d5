"""Facebook: Messenger in private, the page in public. One application at Meta, one webhook, one access token.

in:  verify (signature) -> `families.meta.messaging` (dialogues), `feed` (posts, comments, mentions, recommendations) -> events
out: `writing` -> calls -> `replies` -> outcomes
and: `connection` (check, subscribe)
"""

from oase.channels.adapters.facebook.adapter import Facebook

__all__ = ["Facebook", "adapter"]

adapter = Facebook()
