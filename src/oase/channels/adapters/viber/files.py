"""Downloading a customer's file from the address that came with it; Viber keeps it there for a while only. No token goes along.

https://developers.viber.com/docs/api/rest-bot-api/#receive-message-from-user (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.viber.api import API, base_url
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_GONE = message("Viber does not have this file any more.")
_NOT_YET = message("Viber does not give the file yet.")
_FOREIGN = message("Viber names an address for this file that is not one of https://.")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "video/mp4": "mp4"}


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        if not media.ref.startswith("https://" if base_url(account) == API else "http"):
            return Refused(why=str(_FOREIGN), code="address")
        return Call(method="GET", url=media.ref, timeout=timedelta(seconds=120), download=True)
    reply = replies[-1]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status == 200:
        stated = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        known = stated if stated in _ENDINGS and not media.name else media.type
        name = media.name or f"{known.partition('/')[0]}.{_ENDINGS.get(known, 'bin')}"
        return File(name=name, type=known, content=reply.body, stated_bytes=reply.stored_bytes)
    if reply.status in (400, 403, 404, 410):
        return Refused(why=str(_GONE), code=str(reply.status))
    return Again(why=str(_NOT_YET), after=_SOON)
