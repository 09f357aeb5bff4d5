"""Fetching what a customer sent by MMS: Twilio's address with our sign-in leads on to one with the bytes.

https://www.twilio.com/docs/messaging/api/media-resource (read 2026-08). The second address is good for hours; the first stays.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from oase.channels.adapters.twilio.replies import interpret
from oase.channels.adapters.twilio.wire import base_url, sign_in
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_REDIRECTS = (301, 302, 303, 307, 308)
_PATIENCE = timedelta(seconds=120)
_MOST_HOPS = 4


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """The next step: from hop to hop, then the file. Our sign-in goes to the provider's own address only."""
    if not replies:
        return _to(media.ref, account)
    last = replies[-1]
    if isinstance(last, NoReply):
        return Again(why=last.why, after=_SOON)
    if last.status in _REDIRECTS and len(replies) < _MOST_HOPS:
        return _to(last.headers.get("location", ""), account)
    if last.status == 200:
        return File(name=media.name, type=media.type, content=last.body, stated_bytes=last.stored_bytes)
    if len(replies) > 1:  # beyond Twilio's own address nothing is about our sign-in
        return Again(why=str(message("The address of the file has expired.")), after=_SOON)
    if last.status in (404, 410):
        return Refused(why=str(message("The file is no longer at Twilio.")), code=str(last.status))
    outcome = interpret(last)
    if isinstance(outcome, Again | Refused):
        return outcome
    return Again(why=str(message("Twilio does not give the file yet.")), after=_SOON)


def _to(url: str, account: Account) -> Call | Refused:
    try:
        address, own = urlsplit(url), urlsplit(base_url(account))
    except ValueError:
        address, own = urlsplit(""), urlsplit("")
    is_own = (address.scheme, address.netloc) == (own.scheme, own.netloc)
    ours = is_own or (address.scheme == "https" and f".{address.hostname or ''}".endswith(".twilio.com"))
    if not address.netloc or not (ours or address.scheme == "https"):
        return Refused(why=str(message("Twilio names an address for this file that cannot be used.")), code="address")
    headers = sign_in(account) if ours else {}
    return Call(method="GET", url=url, headers=headers, timeout=_PATIENCE, download=True)
