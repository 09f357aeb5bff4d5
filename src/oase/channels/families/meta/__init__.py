"""What WhatsApp, Messenger and Instagram share: Meta's webhooks and its Graph API."""

from oase.channels.families.meta.graph import (
    GraphError,
    after_cursor,
    base_url,
    bearer,
    graph_error,
    graph_url,
    json_of,
    may_see_token,
)
from oase.channels.families.meta.webhook import answer_handshake, check_signature

__all__ = [
    "GraphError",
    "after_cursor",
    "answer_handshake",
    "base_url",
    "bearer",
    "check_signature",
    "graph_error",
    "graph_url",
    "json_of",
    "may_see_token",
]
