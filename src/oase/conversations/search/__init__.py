"""Search over persons and messages: what was typed, the index, and what was found."""

from oase.conversations.search.indexer import Indexer
from oase.conversations.search.queries import search
from oase.conversations.search.rules import parse_query, with_tag_renamed
from oase.conversations.search.types import ConversationHit, PersonHit, Piece, SearchPage, SearchQuery

__all__ = [
    "ConversationHit",
    "Indexer",
    "PersonHit",
    "Piece",
    "SearchPage",
    "SearchQuery",
    "parse_query",
    "search",
    "with_tag_renamed",
]
