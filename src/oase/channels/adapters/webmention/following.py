"""Fetching what a mention names: one page, with limits (section 4 of the Recommendation), as the core fetches everything."""

from datetime import datetime, timedelta
from typing import Final

from oase.channels.adapters.webmention.asking import read_pointer, trouble
from oase.channels.adapters.webmention.pages import LONGEST_BYTES
from oase.channels.contract import Account, Again, Call, NoReply, Raw, Refused, Reply
from oase.channels.families.steps import Dialogue
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

REDIRECTS: Final = 5
GONE: Final = (404, 410)
_SOON: Final = timedelta(seconds=30)
_PATIENCE: Final = timedelta(seconds=8)
_ACCEPT: Final = "text/html, application/xhtml+xml, text/plain;q=0.5, application/json;q=0.4"
_CIRCLE = message("The page sends us from one address to the next and never answers.")


def page_call(url: str) -> Call:
    """A page of a stranger."""
    return Call(
        method="GET", url=url, headers={"accept": _ACCEPT}, redirects=REDIRECTS, limit_bytes=LONGEST_BYTES, timeout=_PATIENCE
    )


def following(raw: Raw, account: Account, now: datetime) -> Dialogue[Raw | Again | Refused]:
    """One call; the page with what became of it. A page that is gone is told, too: then the mention is."""
    pointer = read_pointer(raw.body)
    why = trouble(pointer, account)  # the settings may have changed since it came
    if why:
        return Refused(why=why)
    reply = yield page_call(pointer.source)
    refused = failed(reply, now)
    if refused is not None and not (isinstance(reply, Reply) and reply.status in GONE):
        return refused
    assert isinstance(reply, Reply)  # noqa: S101 - `failed` has seen to the others
    query = {"source": pointer.source, "target": pointer.target, "status": str(reply.status), "url": reply.url or pointer.source}
    headers = {"content-type": reply.headers.get("content-type", "")}
    body = b"" if reply.status in GONE else reply.body
    return Raw(body=body, headers=headers, query=query, method="GET", received_at=now)


def failed(reply: Reply | NoReply, now: datetime | None = None) -> Again | Refused | None:
    """Why a page was not given; None if it was."""
    if isinstance(reply, NoReply):
        return Refused(why=reply.why, code="unreachable") if reply.hopeless else Again(why=reply.why, after=_SOON)
    if 200 <= reply.status <= 299:
        return None
    if 300 <= reply.status <= 399:
        return Refused(why=_CIRCLE, code=str(reply.status))
    if reply.status in GONE:
        return Refused(why=message("The page is gone (HTTP status %(status)s).", status=reply.status), code=str(reply.status))
    why = message("The page answered with HTTP status %(status)s.", status=reply.status)
    if reply.status in (408, 425, 429) or reply.status >= 500:
        return Again(why=why, after=asked_wait(reply, _SOON, now))
    return Refused(why=why, code=str(reply.status))
