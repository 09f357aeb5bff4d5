"""A customer's picture: its address needs no token, and says no longer how the network shows it (WebP, as of 2026; JPEG before)."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from oase.channels.adapters.bluesky.wire import service
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.channels.families.downloads import download, downloaded, stated_type
from oase.kernel.i18n import message

_GONE = message("The file is no longer there: its author has deleted it.")
_NO_ADDRESS = message("Bluesky names an address for this file that is none.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file: of the type that the answer states, under what its author says of it."""
    if not replies:
        return download(media.ref) if _may(media.ref, account) else Refused(why=str(_NO_ADDRESS), code="address")
    type = stated_type(replies[-1], media.type)
    ending = f".{ending_of(type)}"
    name = media.name or media.ref.rpartition("/")[2].partition("@")[0][-12:] or "file"
    called = replace(media, name=name if name.lower().endswith(ending) else name + ending)
    return downloaded(called, replies[-1], "Bluesky", _GONE, type=type)


def _may(ref: str, account: Account) -> bool:
    try:
        address, own = urlsplit(ref), urlsplit(service(account))
    except ValueError:
        return False
    return bool(address.hostname) and (
        address.scheme == "https" or (address.scheme, address.hostname) == (own.scheme, own.hostname)
    )
