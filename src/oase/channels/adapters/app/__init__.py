"""The company's own app: its customers write and read through `oase.web.customerapp` (REST and a stream).

    app --REST--> web/customerapp --signs for its session--> journal --> verify, parse --events--> the core --live log--> the stream
                                                                                                    └--> push, if nobody listens

Our own server shows what is said, so nothing is rendered for a provider (wire "local").
"""

from oase.channels.adapters.app.adapter import App

adapter = App()

__all__ = ["adapter"]
