"""A simulated LINE with one official account of the company: chats, one group, signed webhooks, retry keys."""

from oase.sandbox.line.platform import Line

__all__ = ["Line"]
