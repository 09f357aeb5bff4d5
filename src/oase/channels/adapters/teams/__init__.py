"""Microsoft Teams by the Bot Framework: people write to our app; in channels of a team, everybody reads along.

in:  verify (`genuine`: Microsoft's signed token) -> `reading` (-> `content`) -> events
out: `writing` -> calls -> `replies` -> outcomes
and: `renewing` (our token, and Microsoft's keys), `files` (download), `checking` (test of the account)
"""

from oase.channels.adapters.teams.adapter import Teams

__all__ = ["Teams", "adapter"]

adapter = Teams()
