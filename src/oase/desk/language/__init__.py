"""Which language a message is written in, found offline: a pure function, for whoever picks an agent or a snippet.

text --without addresses, numbers, emoji--> CLD2 (Apache-2.0; 7 MiB, loaded when the first text comes) --> "de", or "": not sure

Rather no answer than a wrong one: where it is "", the person's known language counts, then the workspace's.
"""

import re
from typing import Final

_LOOKED_AT: Final = 2_000  # characters: more makes it slower, not surer
_NOT_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[^\s'’]*[\d/\\_]\S*")
_SAME: Final = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "nb": "no", "nn": "no", "tl": "fil"}
"""Older codes, and those of languages that whoever speaks one of them reads."""


def language_of(text: str) -> str:
    """The language of a text as ISO 639-1 ("de"), without a script or country; empty where that is not sure, as with "ok 👍"."""
    words = _words(text)
    if not words:
        return ""
    try:
        import pycld2
    except ImportError:  # Linux on ARM
        return ""
    try:
        sure, _, found = pycld2.detect(words)
    except pycld2.error:  # letters that its tables do not know
        return ""
    code = str(found[0][1]).split("-")[0] if sure else ""
    return _SAME.get(code, code) if code != "un" else ""


def language_for(text: str, *, known: str = "", default: str) -> str:
    """The language to answer in: that of the text; where it is not sure, the one that is known of the person; else the workspace's."""
    return language_of(text) or known.lower().split("-")[0] or default


def _words(text: str) -> str:
    """Letters only: emoji, numbers and addresses are no language, and a text of nothing else is none."""
    plain = _NOT_WORDS.sub(" ", text[:_LOOKED_AT])
    letters = "".join(one if one.isalpha() or one in "'’" or "\u0300" <= one <= "\u036f" or _joins(one) else " " for one in plain)
    return " ".join(letters.split()) if any(map(str.isalpha, letters)) else ""


def _joins(one: str) -> bool:
    """Signs within words of Indian, Thai and Arabic script: alphabetic marks that Python does not call letters."""
    return "\u0900" <= one <= "\u0eff" or "\u064b" <= one <= "\u065f"


__all__ = ["language_for", "language_of"]
