"""A simulated Matrix homeserver with the company's user, and a direct chat for each customer who opens one."""

from oase.sandbox.matrix.platform import Matrix

__all__ = ["Matrix"]
