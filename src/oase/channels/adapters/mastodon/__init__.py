"""Mastodon, and every other server of the fediverse that speaks its API.

notifications, one page at a time --poll--> each with the start of its thread --parse--> events
an answer --render--> POST statuses: below the one answered, naming its author; `direct` where only that person may read it
"""

from oase.channels.adapters.mastodon.adapter import Mastodon

adapter = Mastodon()

__all__ = ["Mastodon", "adapter"]
