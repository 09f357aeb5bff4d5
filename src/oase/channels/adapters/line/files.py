"""Downloading a customer's file. LINE keeps files for a while only, and answers 202 while it still prepares a film.

https://developers.line.biz/en/reference/messaging-api/#get-content (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.line.api import bearer, data_url, failure_of, path_of
from oase.channels.adapters.line.errors import sentence
from oase.channels.adapters.line.replies import interpret
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_PREPARED = timedelta(seconds=5)
_NOT_YET = message("LINE does not give the file yet.")
_GONE = message("LINE does not have this file any more.")
_FOREIGN = message("LINE names an address for this file that is not one of https://.")
_TIMEOUT = timedelta(seconds=120)


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file. What lies elsewhere (`contentProvider` external) is fetched without our token."""
    if not replies:
        if "/" in media.ref:
            if not media.ref.startswith("https://"):
                return Refused(why=str(_FOREIGN), code="address")
            return Call(method="GET", url=media.ref, timeout=_TIMEOUT, download=True)
        address = data_url(account) + path_of("message", media.ref, "content")
        return Call(method="GET", url=address, headers=bearer(account), timeout=_TIMEOUT, download=True)
    reply = replies[-1]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status == 200:
        return _file(media, reply)
    if reply.status == 202:
        return Again(why=str(_NOT_YET), after=_PREPARED)
    if reply.status in (404, 410):
        failure = failure_of(reply)
        return Refused(why=str(_GONE) + (f"\n{failure.message}" if failure and failure.message else ""), code=str(reply.status))
    failure = failure_of(reply)
    outcome = interpret(Call(method="GET", url=""), reply)
    if isinstance(outcome, Again | Refused):
        return outcome
    return Refused(why=sentence(failure), code=str(reply.status)) if failure else Again(why=str(_NOT_YET), after=_SOON)


def _file(media: Media, reply: Reply) -> File:
    stated = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    known = stated if "/" in stated and stated != "application/octet-stream" and not media.name else media.type
    name = media.name or f"{known.partition('/')[0]}-{media.ref.rpartition('/')[2].partition('.')[0][-12:]}.{ending_of(known)}"
    return File(name=name, type=known, content=reply.body, stated_bytes=reply.stored_bytes)
