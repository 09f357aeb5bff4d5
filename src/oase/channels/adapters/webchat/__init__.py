"""Web chat: visitors of a company's own pages, through the widget of `oase.web.widget`.

    widget --signed JSON--> web/widget --journal--> verify, parse --events--> the core --live log--> the widget's stream

Our own pages show what is said, so nothing is rendered for a provider (wire "local").
"""

from oase.channels.adapters.webchat.adapter import WebChat

adapter = WebChat()

__all__ = ["adapter"]
