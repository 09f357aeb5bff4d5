"""A simulated forum with Discourse's API and webhooks."""

from oase.sandbox.forum.platform import Forum

__all__ = ["Forum"]
