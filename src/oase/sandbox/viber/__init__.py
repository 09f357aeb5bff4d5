"""A simulated Viber with one bot of the company: chats, signed callbacks, receipts, the status inside every answer."""

from oase.sandbox.viber.platform import Viber

__all__ = ["Viber"]
