"""What a provider's error code means for what was sent, as data; each channel has its own table.

Our words stay the same for a code, so that they can be told in another language wherever they are shown; the provider's own follow
on a line of their own.
"""

from datetime import timedelta
from typing import Final, Literal

from msgspec import Struct

from oase.channels.contract import Again, Refused
from oase.kernel.i18n import Message

SOON: Final = timedelta(seconds=30)

Fate = Literal["sign_in", "again", "account_again", "refused"]


class Meaning(Struct, frozen=True):
    """What a code means. `after` counts where the fate is to try again."""

    fate: Fate
    words: Message
    after: timedelta = SOON


def outcome_of(fate: Fate, why: str, code: str, after: timedelta = SOON) -> Again | Refused:
    """What becomes of what was sent, in these words."""
    if fate in ("again", "account_again"):
        return Again(why=why, after=after, account=fate == "account_again")
    return Refused(why=why, code=code, sign_in=fate == "sign_in")


def fate_by_status(status: int) -> Fate:
    """What an error means whose code we do not know."""
    if status == 401:
        return "sign_in"
    if status == 429:
        return "account_again"
    return "again" if status >= 500 or status in (408, 425) else "refused"


def with_theirs(ours: str, theirs: str) -> str:
    """Our words, and below them the provider's own, where it has any."""
    return f"{ours}\n{theirs.strip()}" if theirs.strip() else ours
