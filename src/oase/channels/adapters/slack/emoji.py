"""Emoji by the names that Slack gives them in reactions: the usual ones; others are shown by their name.

https://docs.slack.dev/reference/methods/reactions.add (read 2026-11)
"""

from typing import Final

_NAMES: Final = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "heart": "❤️", "tada": "🎉",
    "smile": "😄", "laughing": "😆", "joy": "😂", "slightly_smiling_face": "🙂",
    "grinning": "😀", "wink": "😉", "blush": "😊", "heart_eyes": "😍", "thinking_face": "🤔",
    "cry": "😢", "sob": "😭", "angry": "😠", "rage": "😡", "open_mouth": "😮", "pray": "🙏",
    "clap": "👏", "raised_hands": "🙌", "ok_hand": "👌", "wave": "👋", "eyes": "👀",
    "fire": "🔥", "rocket": "🚀", "100": "💯", "white_check_mark": "✅",
    "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "question": "❓",
    "exclamation": "❗", "star": "⭐", "sunny": "☀️", "coffee": "☕", "package": "📦",
    "disappointed": "😞", "confused": "😕",
}  # fmt: skip
_BY_SIGN: Final = {sign.replace("\ufe0f", ""): name for name, sign in reversed(_NAMES.items())}


def sign_of(name: str) -> str:
    """The emoji of a name; skin tones are left out; an unknown one stands as `:name:`."""
    plain = name.partition("::")[0]
    return _NAMES.get(plain, f":{plain}:")


def name_of(sign: str) -> str:
    """The name of an emoji; empty if we do not know it."""
    return _BY_SIGN.get(sign.replace("\ufe0f", ""), "")
