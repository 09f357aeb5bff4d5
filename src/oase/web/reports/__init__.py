"""Reports for those who lead."""

from oase.web.reports.times import handlers

__all__ = ["handlers"]
