"""Downloading a customer's file from the address that came with it; Viber keeps it there for a while only. No token goes along.

https://developers.viber.com/docs/api/rest-bot-api/#receive-message-from-user (read 2026-11)
"""

from collections.abc import Sequence

from oase.channels.adapters.viber.api import API, base_url
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.channels.families.downloads import download, downloaded, stated_type
from oase.kernel.i18n import message

_GONE = message("Viber does not have this file any more. Please ask the customer to send it again.")
_FOREIGN = message("Viber names an address for this file that is not one of https://.")
_GONE_BY = (400, 403, 404, 410)


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        if not media.ref.startswith("https://" if base_url(account) == API else "http"):
            return Refused(why=str(_FOREIGN), code="address")
        return download(media.ref)
    type = media.type if media.name else stated_type(replies[-1], media.type)
    name = f"{type.partition('/')[0]}.{ending_of(type)}"
    return downloaded(media, replies[-1], "Viber", _GONE, gone_by=_GONE_BY, name=name, type=type)
