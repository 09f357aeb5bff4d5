"""A customer's file: those of posts need no token; those of direct messages are given out by the API, with ours.

https://docs.x.com/x-api/direct-messages (read 2026-08): media of a message lies at …/dm/<message>/<media>/<name> and is had from
/2/dm_conversations/media/<message>/<media>/<name>.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from oase.channels.adapters.x.replies import outcome_of
from oase.channels.adapters.x.wire import address, base_url, bearer
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.kernel.i18n import message

_PATIENCE: Final = timedelta(seconds=120)
_SOON: Final = timedelta(seconds=30)
_PRIVATE: Final = re.compile(r"/dm/([\w-]+)/([\w-]+)/([\w.-]+)$")
_HOSTS: Final = (".twimg.com", ".twitter.com", ".x.com")
_FOREIGN = message("X names an address for this file that is not one of its own.")
_GONE = message("The file is no longer there: its author has deleted it.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the file."""
    if not replies:
        return _call(media, account)
    reply = replies[-1]
    if isinstance(reply, Reply) and reply.status == 200:
        name = media.name or media.ref.partition("?")[0].rpartition("/")[2]
        return File(name=name, type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)
    if isinstance(reply, Reply) and reply.status in (404, 410):
        return Refused(why=str(_GONE), code=str(reply.status))
    outcome = outcome_of(reply)
    return outcome if isinstance(outcome, Again | Refused) else Again(why=outcome.why, after=_SOON)


def _call(media: Media, account: Account) -> Call | Refused:
    try:
        where, own = urlsplit(media.ref), urlsplit(base_url(account))
    except ValueError:
        return Refused(why=str(_FOREIGN), code="address")
    same = (where.scheme, where.netloc) == (own.scheme, own.netloc)
    if not (same or (where.scheme == "https" and f".{where.hostname or ''}".endswith(_HOSTS))):
        return Refused(why=str(_FOREIGN), code="address")
    private = _PRIVATE.search(where.path)
    if private:
        url = address(account, "/2/dm_conversations/media/" + "/".join(private.groups()))
        return Call(method="GET", url=url, headers=bearer(account), timeout=_PATIENCE, download=True)
    return Call(method="GET", url=media.ref, timeout=_PATIENCE, download=True)
