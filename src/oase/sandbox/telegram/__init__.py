"""A simulated Telegram with one bot of the company: chats, one group, webhooks or getUpdates."""

from oase.sandbox.telegram.platform import Telegram

__all__ = ["Telegram"]
