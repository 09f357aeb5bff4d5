"""The web chat widget: its code, its requests, and the streams that keep it up to date.

    oase.js (loader) -> hello -> session -> deliver … / stream …        see hot.py for the two paths that are busy

`handlers` are the framework's; `HotPaths` is a bare ASGI application that `oase.main.asgi` asks first.
"""

from oase.web.widget.abuse import Abuse, Rate, Rules
from oase.web.widget.feed import Feed
from oase.web.widget.hot import HotPaths
from oase.web.widget.pages import file, go_on, hello, loader, upload, widget_asset
from oase.web.widget.parts import Door, Face, Parts, Presence, VisitorChoice, VisitorFile, VisitorMessage
from oase.web.widget.puzzle import Puzzles

handlers = [loader, widget_asset, hello, go_on, upload, file]

__all__ = [
    "Abuse",
    "Door",
    "Face",
    "Feed",
    "HotPaths",
    "Parts",
    "Presence",
    "Puzzles",
    "Rate",
    "Rules",
    "VisitorChoice",
    "VisitorFile",
    "VisitorMessage",
    "handlers",
]
