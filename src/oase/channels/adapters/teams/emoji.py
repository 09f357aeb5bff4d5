"""Reactions have ids in Teams; here are those of the emoji that people use most.

https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/teams-reactions-reference (read 2026-11)
"""

import re
from collections.abc import Mapping
from typing import Final

_IDS: Final[Mapping[str, str]] = {
    "👍": "like", "❤️": "heart", "😆": "laugh", "😂": "cwl", "🤣": "rofl", "😊": "smileeyes", "😮": "surprised", "🙁": "sad",
    "😢": "cry", "😭": "loudlycrying", "😠": "angry", "😡": "angryface", "🤔": "think", "🥳": "party", "👌": "ok", "👎": "no",
    "👏": "clappinghands", "🙌": "handsinair", "🤝": "handshake", "🙏": "praying", "💪": "muscle", "👋": "1f44b_wavinghand",
    "👀": "1f440_eyes", "💯": "1f4af_hundredpointssymbol", "✅": "2705_whiteheavycheckmark", "🎉": "1f389_partypopper",
    "🚀": "launch", "💡": "idea", "📌": "1f4cc_pushpin", "💚": "heartgreen", "🧡": "heartorange", "💙": "heartblue",
}  # fmt: skip
_EMOJI: Final = {id: emoji for emoji, id in _IDS.items()} | {"yes": "👍", "hi": "👋", "clap": "👏", "sarcastic": "👏"}
_POINTS: Final = re.compile(r"((?:[0-9][0-9a-f]{3,4}_)+)[a-z]", re.IGNORECASE)


def id_of(emoji: str) -> str:
    """The id of a reaction; empty if we do not know it."""
    return _IDS.get(emoji) or _IDS.get(f"{emoji}\ufe0f", "")


def emoji_of(id: str) -> str:
    """What a reaction shows; its id, if nobody knows. Many ids begin with the emoji's code points; skin tones are left out."""
    plain = id.partition("-tone")[0]
    points = _POINTS.match(plain)
    if plain in _EMOJI or points is None:
        return _EMOJI.get(plain, plain)
    try:
        found = "".join(chr(int(point, 16)) for point in points[1].split("_") if point)
    except (ValueError, OverflowError):
        return plain
    return found if found.isprintable() or "\u200d" in found else plain
