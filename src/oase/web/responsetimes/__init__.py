"""Response times in public: a page, a badge and JSON for other websites, and the page that says how to reach the company."""

from oase.web.responsetimes.board import Board
from oase.web.responsetimes.pages import Sent, Shortcut, board_of, handlers, renderer_of

__all__ = ["Board", "Sent", "Shortcut", "board_of", "handlers", "renderer_of"]
