"""Downloading a customer's file: a web address that their server's upload service gave out."""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.contract import Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_GONE = message("The file no longer exists on the customer's server. Please ask for it again.")
_SOON = timedelta(seconds=30)


def fetch(media: Media, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        return Call(method="GET", url=media.ref, timeout=timedelta(seconds=120), download=True)
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status in (401, 403, 404, 410):
        return Refused(why=str(_GONE), code=str(reply.status))
    if reply.status != 200:
        return Again(why=wordless.words_of(message("The customer's server"), reply.status), after=asked_wait(reply, _SOON))
    return File(name=media.name or "file", type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)
