"""Downloading a customer's file: an address good for a few minutes, or, for pictures, one at Microsoft's service that wants our token."""

from collections.abc import Sequence

from oase.channels.adapters.teams.places import bearer, is_microsofts
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.channels.families.downloads import download, downloaded
from oase.kernel.i18n import message

_EXPIRED = message("The address of the file has expired. Please ask the customer to send it again.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file. Only Microsoft's service sees our token; the address of a file carries its own."""
    if not replies:
        return download(media.ref, bearer(account) if is_microsofts(media.ref, account) else None)
    name = f"file.{ending_of(media.type)}"
    return downloaded(media, replies[0], "Microsoft", _EXPIRED, gone_by=(401, 403, 404, 410), name=name)
