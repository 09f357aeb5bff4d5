"""A simulated Microsoft Teams with one bot of the company: private chats, one channel of a team, Microsoft's sign-in and signatures."""

from oase.sandbox.teams.platform import Teams

__all__ = ["Teams"]
