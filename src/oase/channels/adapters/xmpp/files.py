"""Downloading a customer's file: a web address that their server's upload service gave out."""

from collections.abc import Sequence

from oase.channels.contract import Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.downloads import download, downloaded
from oase.kernel.i18n import message

_PLACE = message("The customer's server")
_GONE = message("The file no longer exists on the customer's server. Please ask for it again.")


def fetch(media: Media, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        return download(media.ref)
    return downloaded(media, replies[0], _PLACE, _GONE, gone_by=(401, 403, 404, 410), name="file")
