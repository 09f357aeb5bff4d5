"""Feeds: articles of blogs and news pages, and the comments below them. RSS, Atom, JSON Feed.

feed --conditional GET--> `polling` (which entries are new, which have changed) --document + their numbers--> journal
     --> `reading` (with `documents`) --> Received, Edited, each in the public conversation of its article
Nobody can answer by a feed.
"""

from oase.channels.adapters.feeds.adapter import Feeds

__all__ = ["Feeds", "adapter"]

adapter = Feeds()
