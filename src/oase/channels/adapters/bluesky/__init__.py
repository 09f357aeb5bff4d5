"""Bluesky: posts that mention a company, reply to it or quote it, and direct messages to it (AT protocol).

notifications, the log of the chats --poll--> events      access token --renew--> the next one, with the app password if need be
an answer --render--> a record in our own repository, below the one answered; or a message by the chat service
"""

from oase.channels.adapters.bluesky.adapter import Bluesky

adapter = Bluesky()

__all__ = ["Bluesky", "adapter"]
