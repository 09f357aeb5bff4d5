"""Slack and Slack Connect: our app speaks with people alone and in channels that are shared with customers' companies.

in:  verify (signature) -> `reading` (-> `content`, `buttons`) -> events
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `files` (download), `checking` (test of the account), `people` (names)
"""

from oase.channels.adapters.slack.adapter import Slack

__all__ = ["Slack", "adapter"]

adapter = Slack()
