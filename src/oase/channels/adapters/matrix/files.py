"""Downloading a customer's file from our own homeserver, which fetches it from theirs.

Servers before v1.11 know only the older address, without a token.
https://spec.matrix.org/latest/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.matrix.addresses import bearer, url
from oase.channels.adapters.matrix.errors import code_of, failure
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue, step
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_PATIENCE = timedelta(seconds=120)
_GONE = message("The file no longer exists on the Matrix server. Please ask the customer to send it again.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """The next step: one call, on older servers two."""
    return step(_steps(media, account), replies)


def _steps(media: Media, account: Account) -> Dialogue[File | Again | Refused]:
    server, _, media_id = media.ref.removeprefix("mxc://").partition("/")
    reply = yield _download(account, "client", "v1", "media", "download", server, media_id, older=False)
    if isinstance(reply, Reply) and reply.status in (404, 405) and code_of(object_of(reply)) in ("M_UNRECOGNIZED", ""):
        reply = yield _download(account, "media", "v3", "download", server, media_id, older=True)
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status == 404:
        return Refused(why=str(_GONE), code="404")
    if reply.status != 200:
        return failure(reply, object_of(reply))
    name = media.name or f"{media.type.partition('/')[0] or 'file'}-{media_id[-8:]}"
    return File(name=name, type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)


def _download(account: Account, *path: str, older: bool) -> Call:
    headers = {} if older else bearer(account)
    return Call(method="GET", url=url(account, *path), headers=headers, timeout=_PATIENCE, download=True)
