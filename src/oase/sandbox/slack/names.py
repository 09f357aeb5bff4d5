"""The names of some emoji, as reactions carry them (https://docs.slack.dev/reference/events/reaction_added, read 2026-11)."""

from typing import Final

NAMES: Final = {
    "👍": "+1",
    "👎": "-1",
    "❤️": "heart",
    "❤": "heart",
    "🎉": "tada",
    "😂": "joy",
    "🙏": "pray",
    "😮": "open_mouth",
    "😢": "cry",
}
SIGNS: Final = {
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "heart": "❤️",
    "tada": "🎉",
    "joy": "😂",
    "pray": "🙏",
    "open_mouth": "😮",
    "cry": "😢",
}


def name_of(emoji: str) -> str:
    """The name of an emoji; empty if Slack's sandbox does not know it."""
    return NAMES.get(emoji, "")
