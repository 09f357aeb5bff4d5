"""Viber by its REST bot API.

in:  verify (signature) -> `reading` (-> `content`) -> events
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `files` (download), `checking` (test of the account, the webhook's address)
"""

from oase.channels.adapters.viber.adapter import Viber

__all__ = ["Viber", "adapter"]

adapter = Viber()
