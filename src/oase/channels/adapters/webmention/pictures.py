"""Pictures of an entry: fetched from where the page says they are."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from oase.channels.adapters.webmention.following import REDIRECTS
from oase.channels.contract import Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.downloads import download, downloaded, type_of
from oase.kernel.i18n import message

_PLACE: Final = message("The website")
_GONE: Final = message("The picture is no longer on the website.")
_NONE: Final = message("What lies at the picture's address is no picture.")


def fetching(media: Media, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call. Pages name a picture's address, and anything may lie there: what is no picture is not taken."""
    if not replies:
        return replace(download(media.ref, {"accept": "image/*"}), redirects=REDIRECTS)
    found = downloaded(media, replies[0], _PLACE, _GONE, name="picture", type=type_of(replies[0]))
    if isinstance(found, File) and not (found.type.startswith("image/") and found.size_bytes):
        return Refused(why=_NONE)
    return found
