"""Simulated websites: the company's page, and blogs of strangers that mention it by webmention."""

from oase.sandbox.websites.platform import Websites

__all__ = ["Websites"]
