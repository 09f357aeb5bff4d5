"""A customer's file: where the webhook said that it lies, and if that address has expired, where it lies now.

    GET <address>  --expired--> GET /<message or comment>?fields=attachments --> GET <new address>

`ref` is "number|message|address" (`content`). Addresses need no token; ours goes to the Graph API only.

https://developers.facebook.com/docs/graph-api/reference/message (read 2026-11)
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families.content import ending_of
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta.graph import bearer, graph_error, graph_url, may_see_token
from oase.channels.families.meta.outcomes import Judge
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_FOREIGN = message("The file lies at an address that is not one of Meta's.")
_GONE = message("Meta no longer has this file. Please ask the customer for it again.")
_NOT_YET = message("Meta does not give the file yet.")
_EXPIRED = (400, 401, 403, 404, 410)


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply], judge: Judge) -> Call | File | Again | Refused:
    """The next step: one call where the address still holds, else three."""
    number, _, rest = media.ref.partition("|")
    said, _, url = rest.partition("|")
    if not replies:
        return _download(account, url)
    if len(replies) == 2:
        return _found(account, replies[1], int(number) if number.isdigit() else 0, judge)
    reply = replies[-1]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if reply.status == 200:
        return _file(media, reply)
    if reply.status not in _EXPIRED:
        return Again(why=str(_NOT_YET), after=_SOON)
    if len(replies) == 1 and said:
        fields = "attachment" if _is_comment(said) else "attachments"
        return Call(method="GET", url=graph_url(account, said, fields=fields), headers=bearer(account))
    return Refused(why=str(_GONE), code=str(reply.status))


def _is_comment(id: str) -> bool:
    """Ids of comments and posts are numbers; those of messages are not."""
    return id.replace("_", "").isdigit()


def _download(account: Account, url: str) -> Call | Refused:
    if not may_see_token(account, url):
        return Refused(why=str(_FOREIGN), code="address")
    return Call(method="GET", url=url, timeout=timedelta(seconds=120), download=True)


def _found(account: Account, reply: Reply | NoReply, number: int, judge: Judge) -> Call | Again | Refused:
    content = object_of(reply)
    url = _address(content or {}, number)
    if graph_error(content) is None and url:
        return _download(account, url)
    if isinstance(reply, Reply) and reply.status == 200 and content is not None and graph_error(content) is None:
        return Refused(why=str(_GONE), code="gone")
    outcome = judge.outcome(Call(method="GET", url=""), reply)
    return outcome if isinstance(outcome, Again | Refused) else Again(why=str(_NOT_YET), after=_SOON)


def _address(content: Mapping[str, Any], number: int) -> str:
    """Where the file of that number lies now: of a message (`attachments.data`) or of a comment (`attachment.media`)."""
    attachments = content.get("attachments")
    data = attachments.get("data") if isinstance(attachments, dict) else None
    if isinstance(data, list) and number < len(data) and isinstance(data[number], dict):
        one = data[number]
        nested = [inner.get("url") for key in ("image_data", "video_data") if isinstance(inner := one.get(key), dict)]
        return next((url for url in (*nested, one.get("file_url")) if isinstance(url, str)), "")
    attachment = content.get("attachment")
    media = attachment.get("media") if isinstance(attachment, dict) else None
    inner = media.get("image") if isinstance(media, dict) else None
    found = (media or {}).get("source") or (inner.get("src") if isinstance(inner, dict) else None)
    return found if isinstance(found, str) else ""


def _file(media: Media, reply: Reply) -> File:
    """The file; its type as the server says, which knows more than the webhook."""
    said = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    type = said if "/" in said and said not in ("application/octet-stream", "binary/octet-stream", "text/html") else media.type
    if media.type.startswith("audio/") and type.startswith("video/"):
        type = "audio/" + type.partition("/")[2]
    tail = "".join(character for character in media.ref.split("|")[1] if character.isalnum())[-8:]
    name = media.name or f"{type.partition('/')[0]}-{tail}.{ending_of(type)}"
    return File(name=name, type=type, content=reply.body, stated_bytes=reply.stored_bytes)
