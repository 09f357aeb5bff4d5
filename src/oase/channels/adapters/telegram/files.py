"""Downloading a customer's file: first where it lies (an address good for an hour), then its bytes. 20 MB at most.

https://core.telegram.org/bots/api#getfile (read 2026-08)
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from oase.channels.adapters.telegram.api import base_url, failure_of, method, result_of, secrets_of
from oase.channels.adapters.telegram.errors import sentence
from oase.channels.adapters.telegram.replies import failed
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_LONGEST_PATH = 500
_FOREIGN = message("Telegram names a place for this file that is not on its server.")
_EXPIRED = message("The address of the file has expired.")
_INCOMPLETE = message("The file arrived incomplete.")
_NOT_YET = message("Telegram does not give the file yet.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """The next step: two calls, then the file."""
    if not replies:
        return method(account, "getFile", {"file_id": media.ref})
    if len(replies) == 1:
        return _where(account, replies[0])
    return _bytes(media, replies[0], replies[1])


def _path(reply: Reply | NoReply) -> tuple[str, int | None]:
    """Where the file lies on Telegram's server, and its size; empty if the answer does not say so."""
    result = result_of(reply) if isinstance(reply, Reply) else None
    if not isinstance(result, dict):
        return "", None
    path, size = result.get("file_path"), result.get("file_size")
    return path if isinstance(path, str) else "", size if isinstance(size, int) and size > 0 else None


def _where(account: Account, reply: Reply | NoReply) -> Call | Again | Refused:
    path, _ = _path(reply)
    if not path:
        return _failed(reply)
    if path.startswith("/") or ".." in path.split("/") or len(path) > _LONGEST_PATH or not path.isprintable():
        return Refused(why=str(_FOREIGN), code="address")
    address = f"{base_url(account)}/file/bot{{token}}/{quote(path)}"
    return Call(method="GET", url=address, secrets=secrets_of(account), timeout=timedelta(seconds=120), download=True)


def _bytes(media: Media, located: Reply | NoReply, reply: Reply | NoReply) -> File | Again | Refused:
    if isinstance(reply, NoReply) or reply.status != 200:
        expired = isinstance(reply, Reply) and reply.status in (404, 410)
        return Again(why=str(_EXPIRED)) if expired else _failed(reply)
    path, size = _path(located)
    if size is not None and size != reply.size_bytes:
        return Again(why=str(_INCOMPLETE), after=_SOON)
    name = media.name or path.rpartition("/")[2] or "file"
    return File(name=name, type=media.type, content=reply.body, stated_bytes=reply.stored_bytes)


def _failed(reply: Reply | NoReply) -> Again | Refused:
    """Why a download failed; nothing was changed at Telegram's, so whatever is unclear can be tried again."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    failure = failure_of(reply)
    if failure is not None:
        outcome = failed(failure)
        return Refused(why=sentence(failure), code="400") if failure.code == 400 else outcome
    if reply.status in (401, 403):
        return Refused(why=str(_NOT_YET), code=str(reply.status), sign_in=True)
    return Again(why=str(_NOT_YET), after=_SOON)
