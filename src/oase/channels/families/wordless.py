"""Answers without the provider's own words: of a proxy, a firewall, a load balancer, a maintenance page; and no answer at all.

What the status means (RFC 9110, 15; RFC 6585, 4; RFC 8470, 5.2), said so that an administrator knows what to do.
`place` begins the sentences: "Viber", `message("The forum")`.
"""

from datetime import datetime, timedelta
from typing import Final

from oase.channels.contract import Again, Refused, Reply, Unclear
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import Message, message

_SOON: Final = timedelta(seconds=30)
_MINUTE: Final = timedelta(minutes=1)


def failed(place: str, reply: Reply, now: datetime | None = None) -> Again | Refused | Unclear:
    """What such an answer means for what was asked. *Unclear*: it may have been done nevertheless."""
    why = words_of(place, reply.status)
    match reply.status:
        case 401 | 403:
            return Refused(why=why, code=str(reply.status), sign_in=True)
        case 408 | 425 | 503:
            return Again(why=why, after=asked_wait(reply, _SOON, now))
        case 429:
            return Again(why=why, after=asked_wait(reply, _MINUTE, now), account=True)
        case status if status < 300 or status >= 500:
            return Unclear(why=why)
        case _:
            return Refused(why=why, code=str(reply.status))


def words_of(place: str, status: int) -> Message:
    """What happened, and what to do."""
    match status:
        case 401 | 403:
            return message(
                "%(place)s does not let Oase in and gives no reason (HTTP status %(status)s). Test the connection of the account; "
                "if that fails too, enter new credentials. A firewall in between can be the cause as well.",
                place=place, status=status,
            )  # fmt: skip
        case 404 | 410:
            return message(
                "%(place)s does not have what Oase asked for (HTTP status %(status)s). If it happens again, check the addresses and "
                "ids in the account's settings, and whether there is a newer version of Oase.",
                place=place, status=status,
            )  # fmt: skip
        case 413:
            return message(
                "%(place)s does not take anything as large as this (HTTP status %(status)s).", place=place, status=status
            )
        case 429:
            return message(
                "%(place)s gets more from Oase than it allows at a time (HTTP status %(status)s). Oase waits and goes on by itself; "
                "nothing is lost.",
                place=place, status=status,
            )  # fmt: skip
        case 408 | 425:
            return message("%(place)s asks to be tried again (HTTP status %(status)s).", place=place, status=status)
    return _words_of_kind(place, status)


def _words_of_kind(place: str, status: int) -> Message:
    if status >= 500:
        return message(
            "%(place)s has trouble of its own at the moment (HTTP status %(status)s). There is nothing to change in Oase.",
            place=place, status=status,
        )  # fmt: skip
    if status < 300:
        return message(
            "%(place)s gave an answer that cannot be read (HTTP status %(status)s). Mostly it is the page of a proxy or of a "
            "maintenance.",
            place=place, status=status,
        )  # fmt: skip
    if status < 400:
        return message(
            "%(place)s sends Oase on to another address (HTTP status %(status)s). If the account's settings name its address, "
            "enter the final one.",
            place=place, status=status,
        )  # fmt: skip
    return message(
        "%(place)s refuses it without a reason (HTTP status %(status)s). If it happens again, see whether there is a newer version "
        "of Oase.",
        place=place, status=status,
    )  # fmt: skip


def unreachable(place: str, why: str) -> Message:
    """That there was no answer."""
    return message("%(place)s cannot be reached: %(why)s", place=place, why=why)


def without_result(place: str) -> Message:
    """That an answer reports success without the id that a message has there."""
    return message("%(place)s reports success, but does not say what came of it. Look there whether it has arrived.", place=place)
