"""Matrix by the client-server API: our user is a member of the customers' rooms.

in:  `asking` (sync, invitations, gaps) -> one delivery per event -> `reading` (-> `content`) -> events
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `files` (download), `checking` (test of the account)
"""

from oase.channels.adapters.matrix.adapter import Matrix

__all__ = ["Matrix", "adapter"]

adapter = Matrix()
