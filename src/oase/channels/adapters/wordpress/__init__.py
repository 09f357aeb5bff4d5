"""Comments on a blog of our own with WordPress, by its REST API and an application password.

in:  `polling` (newest comments, and a look back at older ones) --pages of comments + what is new in them--> journal
     --> `reading` -> Received, SaidElsewhere, Edited, Moderated, each in the public conversation of its article
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `checking` (test of the account)
"""

from oase.channels.adapters.wordpress.adapter import WordPress

__all__ = ["WordPress", "adapter"]

adapter = WordPress()
