"""Downloading a customer's file: first where it lies (an address good for five minutes), then its bytes.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media (read 2026-08)
"""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.whatsapp.errors import sentence
from oase.channels.adapters.whatsapp.replies import interpret
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta import bearer, graph_error, graph_url, may_see_token
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_FOREIGN = message("WhatsApp names an address for this file that is not one of Meta's.")
_EXPIRED = message("The address of the file has expired.")
_INCOMPLETE = message("The file arrived incomplete.")
_NOT_YET = message("WhatsApp does not give the file yet.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """The next step: two calls, then the file."""
    if not replies:
        return Call(method="GET", url=graph_url(account, media.ref), headers=bearer(account))
    if len(replies) == 1:
        return _where(account, replies[0])
    return _bytes(media, replies[0], replies[1])


def _where(account: Account, reply: Reply | NoReply) -> Call | Again | Refused:
    content = object_of(reply)
    url = (content or {}).get("url")
    if graph_error(content) is not None or not isinstance(url, str):
        return _failed(reply)
    if not may_see_token(account, url):
        return Refused(why=str(_FOREIGN), code="address")
    return Call(method="GET", url=url, headers=bearer(account), timeout=timedelta(seconds=120), download=True)


def _bytes(media: Media, located: Reply | NoReply, reply: Reply | NoReply) -> File | Again | Refused:
    if isinstance(reply, NoReply) or reply.status != 200:
        expired = isinstance(reply, Reply) and reply.status in (404, 410)
        return Again(why=str(_EXPIRED)) if expired else _failed(reply)
    facts = (object_of(located)) or {}
    size = str(facts.get("file_size") or "")
    if size.isdigit() and size != str(reply.size_bytes):
        return Again(why=str(_INCOMPLETE), after=_SOON)
    plain = media.type.partition(";")[0].strip().lower()
    name = media.name or f"{plain.partition('/')[0] or 'file'}-{media.ref[-8:]}.{ending_of(plain)}"
    return File(name=name, type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)


def _failed(reply: Reply | NoReply) -> Again | Refused:
    """Why a download failed; nothing was changed at Meta's, so whatever is unclear can be tried again."""
    error = graph_error(object_of(reply))
    if error is not None and error.code == 100:
        return Refused(why=sentence(131052, error.details, error.message), code="100")
    outcome = interpret(Call(method="GET", url=""), reply)
    return outcome if isinstance(outcome, Again | Refused) else Again(why=str(_NOT_YET), after=_SOON)
