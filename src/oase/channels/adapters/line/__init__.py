"""LINE by its Messaging API.

in:  verify (signature) -> `reading` (-> `content`, `notices`) -> events
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `files` (download), `checking` (test of the account, the webhook's address), `profile` (names)
"""

from oase.channels.adapters.line.adapter import Line

__all__ = ["Line", "adapter"]

adapter = Line()
