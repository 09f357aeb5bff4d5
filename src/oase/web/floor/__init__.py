"""The floor: what team leads see of the desk as it happens, and do about it; the wallboard."""

from oase.web.floor import acts, pages, wall

handlers = [*pages.handlers, *acts.handlers, *wall.handlers]
