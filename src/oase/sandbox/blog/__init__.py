"""A simulated blog: articles, a comment form, WordPress's REST API and feeds."""

from oase.sandbox.blog.platform import Blog

__all__ = ["Blog"]
