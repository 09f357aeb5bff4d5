"""A forum of our own with Discourse: topics in public, personal messages in private.

in:  webhooks (signed) or `polling` -> `reading` -> Received, SaidElsewhere, Edited, Deleted, Moderated, Reacted
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `checking` (test of the account)
"""

from oase.channels.adapters.discourse.adapter import Discourse

__all__ = ["Discourse", "adapter"]

adapter = Discourse()
