"""What WhatsApp, Messenger and Instagram share: Meta's webhooks and its Graph API. `messaging`: the last two's own."""

from oase.channels.families.meta.graph import (
    GRAPH_ADDRESS,
    GraphError,
    after_cursor,
    base_url,
    bearer,
    graph_error,
    graph_url,
    may_see_token,
)
from oase.channels.families.meta.meanings import VERSION_GONE, sentence_of
from oase.channels.families.meta.outcomes import Judge
from oase.channels.families.meta.times import digest, moment
from oase.channels.families.meta.token import about_token, ask_about_token, end_of_token
from oase.channels.families.meta.webhook import answer_handshake, check_signature

__all__ = [
    "GRAPH_ADDRESS",
    "VERSION_GONE",
    "GraphError",
    "Judge",
    "about_token",
    "after_cursor",
    "answer_handshake",
    "ask_about_token",
    "base_url",
    "bearer",
    "check_signature",
    "digest",
    "end_of_token",
    "graph_error",
    "graph_url",
    "may_see_token",
    "moment",
    "sentence_of",
]
