"""Downloading a customer's file: an address good for a few minutes, or, for pictures, one at Microsoft's service that wants our token."""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.teams.places import bearer, is_microsofts
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_EXPIRED = message("The address of the file has expired. Please ask the customer to send it again.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file. Only Microsoft's service sees our token; the address of a file carries its own."""
    if not replies:
        headers = bearer(account) if is_microsofts(media.ref, account) else {}
        return Call(method="GET", url=media.ref, headers=headers, timeout=timedelta(seconds=120), download=True)
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status in (401, 403, 404, 410):
        return Refused(why=str(_EXPIRED), code=str(reply.status))
    if reply.status != 200:
        return Again(why=wordless.words_of("Microsoft", reply.status), after=asked_wait(reply, _SOON))
    plain = media.type.partition("/")[2].partition(";")[0] or "bin"
    return File(name=media.name or f"file.{plain}", type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)
