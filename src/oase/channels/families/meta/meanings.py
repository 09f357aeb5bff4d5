"""What an error code of the Graph API means for a message, as data; each channel has its own table.

The words stay the same for a code, so that they can be translated line by line wherever they are shown; the provider's own
follow on a line of their own.
"""

from datetime import timedelta
from typing import Literal

from msgspec import Struct

from oase.kernel.i18n import Message, message

Fate = Literal["sign_in", "again", "account_again", "refused"]


class Meaning(Struct, frozen=True):
    """What a code means. `after` counts where the fate is to try again."""

    fate: Fate
    words: Message
    after: timedelta = timedelta(seconds=30)


def sentence_of(meaning: Meaning | None, place: str, code: int, *providers: str) -> str:
    """Our words for a code, and below them the most helpful of the provider's."""
    theirs = next((text.strip() for text in providers if text.strip()), "")
    if meaning is None:
        return theirs or str(message("%(place)s reports error %(code)s.", place=place, code=code))
    return f"{meaning.words}\n{theirs}" if theirs else str(meaning.words)
