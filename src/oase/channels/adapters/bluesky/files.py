"""A customer's picture: its address needs no token, and says no longer how the network shows it (WebP, as of 2026; JPEG before)."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from oase.channels.adapters.bluesky.wire import service
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
_GONE = message("The file is no longer there: its author has deleted it.")
_NO_ADDRESS = message("Bluesky names an address for this file that is none.")
_NOT_NOW = message("Bluesky does not give the file at the moment.")
_REFUSED = message("Bluesky does not give us the file.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        if not _may(media.ref, account):
            return Refused(why=str(_NO_ADDRESS), code="address")
        return Call(method="GET", url=media.ref, timeout=timedelta(seconds=120), download=True)
    reply = replies[-1]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status == 200:
        return _file(media, reply)
    if reply.status in (404, 410):
        return Refused(why=str(_GONE), code=str(reply.status))
    if reply.status == 429 or reply.status >= 500:
        return Again(why=str(_NOT_NOW), after=asked_wait(reply, _SOON))
    return Refused(why=str(_REFUSED), code=str(reply.status))


def _file(media: Media, reply: Reply) -> File:
    """The picture, of the type that the answer states, under what its author says of it."""
    stated = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    known = stated if stated in _ENDINGS else media.type
    ending = _ENDINGS.get(known, ".bin")
    name = media.name or media.ref.rpartition("/")[2].partition("@")[0][-12:] or "file"
    name = name if name.lower().endswith(ending) else name + ending
    return File(name=name, type=known, content=reply.body, stated_bytes=reply.stored_bytes)


def _may(ref: str, account: Account) -> bool:
    try:
        address, own = urlsplit(ref), urlsplit(service(account))
    except ValueError:
        return False
    return bool(address.hostname) and (
        address.scheme == "https" or (address.scheme, address.hostname) == (own.scheme, own.hostname)
    )
