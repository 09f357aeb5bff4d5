"""A customer's file: its address needs no token; servers keep files of other servers for a while only, then they are gone."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from oase.channels.adapters.mastodon.replies import PLACE
from oase.channels.adapters.mastodon.wire import base_url
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.downloads import download, downloaded
from oase.kernel.i18n import message

_GONE = message("The file is no longer there: the server, or its author, has deleted it.")
_NO_ADDRESS = message("The server names an address for this file that is none.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        return download(media.ref) if _may(media.ref, account) else Refused(why=str(_NO_ADDRESS), code="address")
    return downloaded(media, replies[-1], PLACE, _GONE, name=media.ref.partition("?")[0].rpartition("/")[2])


def _may(ref: str, account: Account) -> bool:
    """Files lie where the server says, over TLS; without it only on the server itself (one on this machine, for trying)."""
    try:
        address, own = urlsplit(ref), urlsplit(base_url(account))
    except ValueError:
        return False
    return bool(address.hostname) and (address.scheme == "https" or (address.scheme, address.netloc) == (own.scheme, own.netloc))
