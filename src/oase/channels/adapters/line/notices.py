"""What LINE tells about our account, or about somebody's standing towards it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oase.channels.contract import Notice
from oase.kernel.i18n import Message, message

_WORDS: Mapping[str, tuple[Message, bool]] = {
    "unfollow": (message("Somebody has blocked the account on LINE. Messages will not reach this person."), False),
    "join": (message("The account was added to a group on LINE."), False),
    "leave": (message("The account was removed from a group on LINE."), False),
    "memberJoined": (message("Somebody joined a group on LINE."), False),
    "memberLeft": (message("Somebody left a group on LINE."), False),
    "activated": (message("LINE has given the conversation to this channel."), False),
    "deactivated": (message("LINE has given the conversation to another channel."), False),
    "botSuspended": (message("LINE has suspended the account. See the LINE Official Account Manager for the reason."), True),
    "botResumed": (message("LINE has lifted the suspension of the account."), False),
    "module": (message("A module was attached to the account or taken away."), False),
    "delivery": (message("A notification message was delivered."), False),
    "accountLink": (message("Somebody has linked their LINE account with yours."), False),
    "membership": (message("Somebody's membership has changed."), False),
}


def notice_of(kind: str, event: Mapping[str, Any], at: datetime) -> Notice | None:
    """The notice that an event is; None for kinds that are none."""
    if kind not in _WORDS:
        return None
    words, serious = _WORDS[kind]
    return Notice(kind=kind, text=str(words), at=at, serious=serious)
