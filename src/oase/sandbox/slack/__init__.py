"""A simulated Slack with one app of the company: direct messages, one channel shared with a customer's company, signed events."""

from oase.sandbox.slack.platform import Slack

__all__ = ["Slack"]
