"""Telegram, through a bot."""

from oase.channels.adapters.telegram.adapter import Telegram

adapter = Telegram()

__all__ = ["Telegram", "adapter"]
