"""Error codes of the Graph API in words, and those that all of Meta's channels share; each has its own table beside."""

from collections.abc import Mapping
from typing import Final

from oase.channels.families.meanings import Meaning, with_theirs
from oase.kernel.i18n import message

_VERSION: Final = message("Meta no longer speaks this version of its API. Update Oase.")
VERSION_GONE: Final[Mapping[int, Meaning]] = {2635: Meaning("sign_in", _VERSION), 12: Meaning("refused", _VERSION)}
"""https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11): 12 of what is gone, 2635 of a whole version."""


def sentence_of(meaning: Meaning | None, place: str, code: int, *providers: str) -> str:
    """Our words for a code, and below them the most helpful of the provider's."""
    theirs = next((text.strip() for text in providers if text.strip()), "")
    if meaning is None:
        return theirs or str(message("%(place)s reports error %(code)s.", place=place, code=code))
    return with_theirs(meaning.words, theirs)
